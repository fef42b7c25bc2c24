"""Proves Programs: compilers, simulators, the sandbox."""
