"""Duties (任务) that the calendar brings to schools and classes: set by a person, opened once, reported, rated."""
