"""Answers of language models: prompts, sampling, constrained decoding, post-processing."""
