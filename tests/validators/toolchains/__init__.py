"""Tests of the toolchains, with the real compilers."""
