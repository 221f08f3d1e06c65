"""Days: the school calendar, holidays, what came due, and the hours in which nobody is disturbed."""
