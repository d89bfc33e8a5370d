"""Simulated respondents with planted truth, and their answers put into a study."""
