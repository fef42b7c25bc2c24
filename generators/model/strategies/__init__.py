"""The ways of asking the model, one a file."""
