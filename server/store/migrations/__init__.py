"""Alembic's migrations of the records, applied at the start."""
