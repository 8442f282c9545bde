"""The benchmark of faults, with a few of each kind."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.slow


def test_a_few_faults_lose_nothing_and_the_benchmark_says_so(tmp_path: Path) -> None:
    kinds = ("--only", "driver", "worker", "--kills", "4", "--workers", "2")
    command = [sys.executable, "benchmarks/faults.py", *kinds, "--json", str(tmp_path / "faults.json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    *rows, total = json.loads((tmp_path / "faults.json").read_text())
    assert done.returncode == 0, done.stdout + done.stderr
    assert total["injected"] == sum(row["injected"] for row in rows) >= 6
    assert total["identical"] == total["runs"] == sum(row["runs"] for row in rows)
    assert total["lost"] == 0
    figures = [total[name] for name in ("injected", "runs", "identical", "lost", "redone", "most", "in_flight")]
    assert done.stdout.splitlines()[-1].split() == ["total", *map(str, figures)]
