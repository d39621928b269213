"""The decode workers: processes without pickle."""
