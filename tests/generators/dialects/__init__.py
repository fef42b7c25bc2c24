"""Tests of the dialects of the 8051."""
