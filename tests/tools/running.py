"""The command `dlopt-deap`: in this process, or as people run it."""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from dlopt_deap.tools.command import PROGRAM, main
from dlopt_deap.tools.script import run_script

COMMAND = str(Path(sys.executable).with_name("dlopt-deap"))


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    Attributes:
        code: Its exit code.
        stdout: What it printed.
        stderr: What it said beside.
    """

    code: int
    stdout: str
    stderr: str


def here(*argv: str) -> Ended:
    """Run the command in this process."""
    out, err = StringIO(), StringIO()
    code: Any = None
    with redirect_stdout(out), redirect_stderr(err):
        try:
            run_script(PROGRAM, lambda: main(argv))
        except SystemExit as ended:
            code = ended.code
    return Ended(code, out.getvalue(), err.getvalue())


def process(*argv: str, folder: Path, command: Sequence[str] = (COMMAND,), **environment: str) -> Ended:
    """Run the command in a process of its own."""
    done = subprocess.run(
        [*command, *argv], cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def tree(folder: Path) -> dict[str, bytes | None]:
    """Give everything in a folder: what files hold, and ``None`` for folders."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }
