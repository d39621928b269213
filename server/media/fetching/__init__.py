"""Fetching of pictures from addresses, behind the SSRF guard."""
