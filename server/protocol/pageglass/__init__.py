"""Our own API of /v1/ocr."""
