"""Who computes: one file an engine, each translating its own foreign exceptions."""
