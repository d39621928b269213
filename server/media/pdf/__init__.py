"""PDFs: checked for decompression bombs, then rendered."""
