"""Where an exception happened, without what it said: its message may quote what a person wrote."""

import traceback
from pathlib import Path


def whereabouts(error: BaseException) -> str:
    """`KeyError at visits.py:88 < router.py:41`, and what caused it. No message, no values, no SQL parameters."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    cause = error.__cause__
    return f"{type(error).__name__} at {places}" + (f", from {whereabouts(cause)}" if cause else "")
