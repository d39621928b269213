"""Pageglass: an OpenAI-compatible endpoint that reads pictures of documents."""

__version__ = "0.1.0"
