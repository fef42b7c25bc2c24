"""Tests of corpus/source."""
