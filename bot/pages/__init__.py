"""What a guardian opens from a message: large type, no other host, and a GET changes nothing."""
