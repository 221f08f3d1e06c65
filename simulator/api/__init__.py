"""The platform's calls, one subject a file, all of them in `table.CALLS`."""
