"""Records whole exchanges for `pageglass replay`; not installed unless a folder is set."""
