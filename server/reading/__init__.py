"""Recognised lines to a page's text: tiles merged, pages turned back."""
