"""Lines and a schema in, values with evidence out, without a language model: pure, imports values and errors alone."""
