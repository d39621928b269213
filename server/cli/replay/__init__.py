"""`pageglass replay`: sends recorded exchanges again and compares the answers."""
