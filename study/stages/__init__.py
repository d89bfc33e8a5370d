"""The stages of a participant before the questions, and their ways out."""
