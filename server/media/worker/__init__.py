"""Decode workers: isolated processes, without pickle."""
