"""Turns verified Programs into training Examples: write, complete, explain, refactor, fix."""
