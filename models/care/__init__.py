"""How a child is: visits, their files, and alerts."""
