"""PDFs: looked through for decompression bombs, then drawn."""
