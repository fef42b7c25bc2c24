"""C source text: lexing, the dialects' mask, parsing, symbols, edits and normal forms."""
