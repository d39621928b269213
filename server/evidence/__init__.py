"""Evidence: grounding of values in the printed lines of pages."""
