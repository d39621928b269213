"""The HTTP layer: decode, await a service, encode."""
