"""The scripts: in this process, or as people run them."""

import importlib.util
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from dlopt_deap.tools import run_script

ROOT = Path(__file__).parent.parent.parent


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of Python in a process of its own, and wait for it."""
    return subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)


def here(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script in this process, which has loaded before what takes a new one seconds."""
    spec = importlib.util.spec_from_file_location(f"script_{Path(name).stem}", ROOT / "scripts" / name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    out, err = StringIO(), StringIO()
    code: Any = None
    with chdir(ROOT), redirect_stdout(out), redirect_stderr(err):
        try:
            run_script(name, lambda: module.main(arguments))
        except SystemExit as ended:
            code = ended.code
    return subprocess.CompletedProcess([name, *arguments], code, out.getvalue(), err.getvalue())
