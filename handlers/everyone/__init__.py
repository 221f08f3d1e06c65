"""Intents for everyone, bound or not."""
