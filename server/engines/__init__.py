"""Engines behind the two ports, each translating its libraries' exceptions."""
