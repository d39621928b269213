"""Values without a label, found by their layout."""
