"""The caller's JSON schema: checked, compiled to shapes, validated against."""
