"""Bytes in, clean pages out; knows no model."""
