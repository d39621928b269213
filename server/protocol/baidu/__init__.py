"""Baidu's OCR API."""
