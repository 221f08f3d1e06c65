"""Intents of teachers."""
