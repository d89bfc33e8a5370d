"""Annotation tasks: people label faces, and their labels become votes that an engine learns from."""
