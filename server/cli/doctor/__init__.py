"""`pageglass doctor`: two lists of checks, on the way to an endpoint and on this machine."""
