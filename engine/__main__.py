"""`python -m engine`: every module of engine.commands is a subcommand."""

import sys

from engine import commands
from engine.cli import main
from engine.errors import EngineError

if __name__ == "__main__":
    sys.exit(main("engine", commands, (EngineError,)))
