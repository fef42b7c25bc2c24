"""Tests of the ways of asking the model."""
