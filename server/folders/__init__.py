"""Folders that the server writes to while it runs: checked at the start, private, bounded in bytes and age."""
