"""Tools of the Model Context Protocol: the same reading for assistants that call tools; needs the extra `mcp`."""
