"""What a worker does with the outbox's batches: leases one, brings its results home, and closes what is done."""
