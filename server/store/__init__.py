"""What outlives a request: uploaded files and kept responses, per key, in a folder and a database."""
