"""Known faults, made on purpose: one kind a file; kept only when the fault is seen."""
