"""Domain values: frozen dataclasses of requests, pages, lines and answers, without behaviour."""
