"""One rule a file: when, for whom, which notice, at what hour, and how long it stays useful."""
