"""What a file says of itself before it is decoded."""
