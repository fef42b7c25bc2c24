"""The documentation: what it names is there, and what it promises holds."""
