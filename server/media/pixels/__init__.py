"""Decoding and normalising: one shape for every page."""
