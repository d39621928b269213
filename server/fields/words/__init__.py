"""The meaning of labels, by language: data."""
