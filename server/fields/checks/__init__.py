"""Checks of read values: the arithmetic of a page, and check digits. A check confirms or refuses; it makes no value."""
