"""Tests of the sandbox, with programs that try to leave it."""
