"""One-shot language: what attention and context add."""
