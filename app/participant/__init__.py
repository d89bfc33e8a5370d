"""What a participant lives through: consent, questions, thanks, a closed door."""
