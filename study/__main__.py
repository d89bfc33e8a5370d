"""`python -m study`: every module of study.commands is a subcommand."""

import sys

from study import commands
from engine.cli import main
from study.errors import StudyError

if __name__ == "__main__":
    sys.exit(main("study", commands, StudyError))
