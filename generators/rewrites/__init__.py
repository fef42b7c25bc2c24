"""Behaviour-preserving edits of C: one family a file."""
