"""Makes Programs and Examples: templates, rewrites, mutants, a model, tasks."""
