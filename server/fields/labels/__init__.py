"""Values found beside their labels."""
