"""Parsing of printed text: normalisation, numbers, dates, word lists, and the page as cells."""
