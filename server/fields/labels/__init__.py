"""Labels: finding them, and the values beside them."""
