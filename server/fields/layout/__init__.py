"""Values that stand without a label, found by where they stand."""
