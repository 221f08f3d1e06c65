"""Intents of staff."""
