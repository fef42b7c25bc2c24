"""The verbs of `firmseed seeds`, one a file."""
