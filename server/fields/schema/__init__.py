"""The caller's JSON schema: check, compilation to shapes, validation."""
