"""Whole exchanges kept for `pageglass replay`; no part of the application unless a folder is set."""
