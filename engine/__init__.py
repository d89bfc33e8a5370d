"""The soft-label engine. Importing it loads no torch."""
