"""Tests of validators/findings."""
