"""The wire: pydantic types of OpenAI's API and the pure codecs to and from inner values."""
