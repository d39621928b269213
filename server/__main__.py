"""`python -m server` is the command `pageglass`."""

from server.cli import main

if __name__ == "__main__":  # worker processes import this module again and must not start another server
    main()
