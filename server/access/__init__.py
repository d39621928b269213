"""Authentication, authorisation and rate limits; independent of HTTP."""
