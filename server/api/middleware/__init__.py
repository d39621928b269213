"""What sees every request before its route does: pure ASGI."""
