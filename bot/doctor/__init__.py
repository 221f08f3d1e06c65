"""What `doctor` looks at: a check is a function and a line in CHECKS, and every finding says what to do."""
