"""Decoding and normalisation to one pixel format for every page."""
