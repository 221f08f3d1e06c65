"""Intents of guardians, one a file: the week's lesson and its evening, and their children."""
