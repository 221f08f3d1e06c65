"""What would happen: whom a broadcast reaches by which way, how many, when, and who phones the others."""
