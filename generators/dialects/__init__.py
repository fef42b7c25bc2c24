"""The two dialects of the 8051, sdcc and Keil C51: each program in both spellings, converted by edits."""
