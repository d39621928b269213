"""Wire formats: pydantic types of each API, and pure codecs to and from domain values."""
