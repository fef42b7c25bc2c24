"""Compilers as data, and what they say of a program."""
