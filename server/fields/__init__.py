"""Field extraction without a language model, from lines and a schema; pure, imports only values and errors."""
