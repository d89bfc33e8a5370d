"""The plan: which participant meets which question, in what order, against which foil."""
