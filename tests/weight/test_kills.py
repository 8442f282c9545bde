"""Real processes that evolve weights, killed at random moments: the last one ends as one that nobody touched."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parent / "victim.py"
KILLS = 5

pytestmark = pytest.mark.slow


def begin(case: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, str(PROGRAM), case, str(folder)], stdout=subprocess.PIPE, text=True)


def outcome(folder: Path) -> Any:
    return json.loads((folder / "outcome.json").read_text())


@pytest.mark.parametrize("case", ["openai_es", "separable_cma_es", "genetic", "inheriting"])
def test_a_run_that_is_killed_at_random_over_and_over_ends_as_one_that_nobody_touched(
    tmp_path: Path, case: str
) -> None:
    with begin(case, tmp_path / "whole") as process:
        assert process.wait() == 0
    moments = random.Random(case)
    killed = 0
    for _ in range(KILLS):
        with begin(case, tmp_path / "run") as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            time.sleep(moments.uniform(0.0, 0.2))
            process.kill()
        killed += process.returncode == -signal.SIGKILL
    assert killed >= 2  # a fast machine may have ended before the others
    with begin(case, tmp_path / "run") as process:
        assert process.wait() == 0
    assert outcome(tmp_path / "run") == outcome(tmp_path / "whole")
