"""HTTP only: decode, await a service, encode."""
