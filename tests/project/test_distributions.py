"""The source distribution and the wheel hold what they must, and nothing else."""

import email
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.message import Message
from pathlib import Path

import pytest
from project.checkout import ROOT, files_of

pytestmark = pytest.mark.slow

CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = CONFIGURATION["project"]
NAMED = {
    *(".ci/run", ".editorconfig", ".gitattributes", ".gitignore", ".pre-commit-config.yaml", "CHANGELOG.md"),
    *("CITATION.cff", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "pyproject.toml", "setup.py"),
    *("docs/command_line.md", "scripts/evolve_csv.py", "tests/test_house.py", "benchmarks/mrs.py"),
}
"""Some of what building, testing and reading need."""

WRITTEN_BY_SETUPTOOLS = {"PKG-INFO", "setup.cfg"}


@pytest.fixture(scope="module")
def unpacked(distributions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, unpacked."""
    (packed,) = distributions.glob("*.tar.gz")
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    (top,) = folder.iterdir()
    assert top.name == f"dlopt_deap-{PROJECT['version']}"
    return top


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    """What the wheel says of itself."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return email.message_from_bytes(archive.read(name))


def test_the_source_distribution_is_the_checkout_without_what_was_made_in_it(unpacked: Path, checkout: Path) -> None:
    held = {name for name in files_of(unpacked) if not name.startswith("dlopt_deap.egg-info/")}
    wanted = files_of(checkout)
    assert wanted >= NAMED
    assert held - WRITTEN_BY_SETUPTOOLS == wanted


def test_the_source_distribution_holds_each_file_as_it_is_in_the_checkout(unpacked: Path, checkout: Path) -> None:
    for name in files_of(checkout):
        assert (unpacked / name).read_bytes() == (checkout / name).read_bytes(), name


def test_the_checks_of_the_code_run_in_the_source_distribution_without_git(unpacked: Path) -> None:
    programs = Path(sys.executable).parent
    command = ["make", f"--old-file={programs.parent}/.installed-test", f"VENV={programs.parent}", "lint"]
    done = subprocess.run(command, cwd=unpacked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_wheel_holds_the_files_of_the_package_and_nothing_else(wheel: Path, checkout: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == {f"dlopt_deap/{name}" for name in files_of(checkout / "dlopt_deap")}
    assert {"dlopt_deap/py.typed", "dlopt_deap/tools/page/templates/report.html"} <= held


def test_the_wheel_is_for_every_system_and_every_tested_python(wheel: Path, metadata: Message) -> None:
    assert wheel.name == f"dlopt_deap-{PROJECT['version']}-py3-none-any.whl"
    assert metadata["Requires-Python"] == PROJECT["requires-python"]
    versions = {one.rpartition(" ")[2] for one in metadata.get_all("Classifier", []) if ":: Python :: 3." in one}
    assert versions == {"3.11"}


def test_the_wheel_tells_its_licence_its_extras_and_its_readme(wheel: Path, metadata: Message) -> None:
    assert metadata["License-Expression"] == "GPL-3.0-or-later"
    assert metadata.get_all("License-File") == ["LICENSE"]
    assert set(metadata.get_all("Provides-Extra", [])) == PROJECT["optional-dependencies"].keys()
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata.get_payload(decode=True) == (ROOT / "README.md").read_bytes()
    with zipfile.ZipFile(wheel) as archive:
        (points,) = [archive.read(name).decode() for name in archive.namelist() if name.endswith("entry_points.txt")]
    assert points.split("\n")[:2] == ["[console_scripts]", f"dlopt-deap = {PROJECT['scripts']['dlopt-deap']}"]


def test_the_version_is_written_in_one_place_and_told_everywhere(wheel: Path) -> None:
    version = PROJECT["version"]
    assert f"-{version}-" in wheel.name
    for path in (ROOT / "dlopt_deap").rglob("*.py"):
        assert f'"{version}"' not in path.read_text(encoding="utf-8"), path
