"""Marks on a page that are no print: boxes to tick, ticked or not."""
