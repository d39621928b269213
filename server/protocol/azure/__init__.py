"""Azure Document Intelligence: the read and layout models."""
