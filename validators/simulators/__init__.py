"""Simulators of the target chips: what a program did, seen from the pins, the registers and its harness."""
