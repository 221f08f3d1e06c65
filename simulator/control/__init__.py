"""What tests and the phones page ask of the simulator itself, one subject a file, all of it in `table.ROUTES`."""
