"""What the engine may cost, and the benchmark that says how fast it is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

PREDICT = """
import numpy as np
from dlopt_deap.networks import NetworkSpec, predict
spec = NetworkSpec(1, (12, 13), 1, 17)
predict(spec, np.ones((100, spec.num_weights)), np.ones((160, 17, 1)))
import sys
from pathlib import Path
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
assert not {"tensorflow", "keras"} & set(sys.modules)
print(int(status["RssAnon"].split()[0]) / 1024)
"""


def run(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_process_that_predicts_needs_less_than_100_megabytes_of_its_own_and_no_tensorflow() -> None:
    # Memory of its own: how much of the libraries' files counts as resident beside it, which all processes share, is
    # up to the operating system (LLVM's alone counted as 36 or as 90 MB in two environments on one machine).
    run("-c", PREDICT)  # the first process on a machine compiles, which takes more memory
    assert float(run("-c", PREDICT)) < 100


@pytest.mark.slow
@pytest.mark.keras
def test_the_benchmark_of_the_smallest_network_checks_the_errors_and_writes_its_ratios(tmp_path: Path) -> None:
    few = ("--networks", "small", "--samples", "10", "--keras-samples", "2")
    printed = run("benchmarks/mrs.py", *few, "--json", str(tmp_path / "mrs.json"))
    assert "1,2,2,1 / 2" in printed
    result = json.loads((tmp_path / "mrs.json").read_text())["networks"]["small"]
    assert result["times_faster"]["evaluate"]["one_thread"] > 0
    assert result["share_of_limit"] > 0
