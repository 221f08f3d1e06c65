"""The year of the calendar as others can read it: a file for their calendar program, and a picture."""
