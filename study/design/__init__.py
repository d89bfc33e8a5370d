"""The design of a study: its decisions, their checks, its texts."""
