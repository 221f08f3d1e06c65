"""What is said: notices in their voices, cards, series, and what the linter holds them to."""
