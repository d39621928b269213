"""`pageglass replay`: recorded exchanges sent again, and what came out otherwise."""
