"""Schemas and grammars tried in a process of its own, where they can do no harm."""
