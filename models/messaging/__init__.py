"""What is said to whom: notices, broadcasts, the outbox, its outcomes, and the inbox."""
