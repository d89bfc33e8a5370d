"""One command line for a package of subcommands."""

import argparse
import errno
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence
from types import ModuleType


def main(
    program: str,
    package: ModuleType,
    errors: tuple[type[Exception], ...],
    argv: Sequence[str] | None = None,
) -> int:
    """Run the subcommand that `argv` names, and return its exit status.

    Each module of `package` gives `NAME`, `add_arguments(parser)`, `run(args) -> int` and a docstring whose
    first line is its help. One of `errors`, and what the operating system refuses, becomes one line on stderr
    and exit status 2.
    """
    about = (sys.modules[program].__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=about)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        text = (module.__doc__ or "").strip()
        command = subparsers.add_parser(module.NAME, help=text.splitlines()[0], description=text)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    arguments = parser.parse_args(argv)
    caught: tuple[type[Exception], ...] = (OSError, *errors)
    try:
        status = int(arguments.run(arguments))
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # Whoever read our output has seen enough; nothing more can be written to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except caught as problem:
        print(f"error: {_advised(problem)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


def _advised(problem: Exception) -> str:
    if isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full ({problem}): make room, then give the same command again"
    return str(problem)
