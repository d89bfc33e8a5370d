"""The question loop that runs in the participant's browser, and its mounting."""
