"""Weekly lessons for guardians: what there is to learn, who is where in it, and what comes on which evening."""
