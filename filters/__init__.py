"""Chooses among Examples: duplicates, repetition, quality, diversity, mixture."""
