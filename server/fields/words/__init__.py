"""What labels mean, by language: data."""
