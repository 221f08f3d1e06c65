"""Speeds as ratios: what we do against a peer or a ceiling, measured in the same run, alternating."""
