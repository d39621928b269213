"""Tesseract: a reader of many scripts, as the program that the operating system ships."""
