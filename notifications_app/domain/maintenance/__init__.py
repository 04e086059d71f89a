"""Maintenance of the database: removing what has aged."""
