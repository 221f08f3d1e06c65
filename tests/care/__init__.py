"""Visits, alerts and files, as the people in them live them."""
