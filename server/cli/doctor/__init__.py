"""`pageglass doctor`: checks of the way to an endpoint, and of this machine."""
