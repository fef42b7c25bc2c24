"""Tests of the model side, against a real HTTP server on loopback."""
