"""Parties of a document: who sells, who buys, where they are, with headings and without."""
