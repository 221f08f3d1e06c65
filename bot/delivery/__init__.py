"""From the outbox to the platform: lease, render, send many at once, settle."""
