"""Where values stand in print."""
