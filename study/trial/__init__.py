"""The trial: which question is next, what was answered, and the tables of both."""
