"""A study in the field: doors and deadlines, who is where and how fast, and who takes a drop-out's place."""
