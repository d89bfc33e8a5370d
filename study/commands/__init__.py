"""The subcommands of `python -m study`, one module each."""
