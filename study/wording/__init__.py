"""What participants read, in the language of their study."""
