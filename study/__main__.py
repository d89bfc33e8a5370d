"""`python -m study`: every module of study.commands is a subcommand."""

import sys

from db.errors import DatabaseError
from engine.cli import main
from engine.errors import EngineError
from study import commands
from study.errors import StudyError

if __name__ == "__main__":
    sys.exit(main("study", commands, (StudyError, EngineError, DatabaseError)))
