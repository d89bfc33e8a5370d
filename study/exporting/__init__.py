"""Export of a study as an anonymised Psych-DS data set, and its way back."""
