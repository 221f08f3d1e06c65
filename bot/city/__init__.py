"""What several processes on several machines share, over Redis: away or emptied, it makes them slower, never wrong."""
