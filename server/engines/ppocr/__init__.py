"""PP-OCRv6 through RapidOCR: the embedded engine."""
