"""The HTTP process: its connections, its draining, and several of them."""
