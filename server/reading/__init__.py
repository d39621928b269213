"""The reading core: pages to lines with a recogniser, tiling, and lines to text."""
