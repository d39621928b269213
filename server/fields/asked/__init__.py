"""What a prompt asks for in words: the keys of a JSON object, as a schema, an example or a list."""
