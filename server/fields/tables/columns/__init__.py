"""Columns of tables: which concepts serve a property, and what columns hold whose heads do not tell."""
