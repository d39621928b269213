"""Arithmetic of rows: equations between columns, and what they confirm and refute."""
