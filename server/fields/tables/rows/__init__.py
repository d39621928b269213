"""What bands of a table are to its rows: further lines of them, rows with empty cells, or what settles their sum."""
