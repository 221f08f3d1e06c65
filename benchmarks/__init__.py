"""Speeds as ratios: what we do against a peer or a ceiling, measured in the same run, alternating."""

NAMES = ("send", "callback", "plan", "scale", "city", "tick")
SIZED = ("plan", "scale", "city", "tick")
"""Benches over a county, which may be a smaller one (`--share`)."""
