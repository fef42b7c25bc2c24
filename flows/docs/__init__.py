"""Writes the documentation that follows from the code: `python -m flows.docs`."""
