"""Media intake: from bytes or addresses to decoded pages; independent of models."""
