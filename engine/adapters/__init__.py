"""Data sets of other formats, read into the one manifest; one module a format."""
