"""Shapes of postal addresses, by the words and codes of their countries."""
