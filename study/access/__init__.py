"""Who may come in: invitations, researchers, tokens, the secret they are made of."""
