"""Mistral's OCR API."""
