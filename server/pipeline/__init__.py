"""The services: chat and document reading; independent of HTTP and of OpenAI's types."""
