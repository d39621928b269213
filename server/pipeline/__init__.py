"""What the service does; knows neither HTTP nor an OpenAI type."""
