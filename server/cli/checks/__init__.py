"""Checks of this machine and its settings: those that `pageglass serve` makes before it listens, and the doctor too."""
