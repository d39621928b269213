"""A language model's answer: prompts, sampling, constraints, and what is made of the text."""
