"""The kinds of documents: each draws a sheet and asks for what stands on it."""
