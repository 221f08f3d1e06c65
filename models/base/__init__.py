"""What every subject stands on: the store, the clock, refusals, sealing, audit and words."""
