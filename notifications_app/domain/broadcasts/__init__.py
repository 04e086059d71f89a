"""Sending to many people, and the statistics of it."""
