"""Who is who: units, people, children, who minds whom, and who may see what."""
