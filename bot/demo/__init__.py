"""The demo: a county with three schools, its phones, and a year that passes in a minute."""
