"""C source with dialects: lexed, masked, parsed, edited."""
