"""A copy of the project as it stands, without what was made in it: what a fresh clone of it would be."""

import os
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
MADE = [".git", *(ROOT / ".gitignore").read_text(encoding="utf-8").split()]
"""What is no part of the project, as patterns of git."""


def copy_of_the_project(folder: Path) -> Path:
    """Copy the project into a new folder."""

    def left_out(place: str, names: list[str]) -> set[str]:
        return {name for name in names if is_made(Path(place, name).relative_to(ROOT))}

    shutil.copytree(ROOT, folder, ignore=left_out)
    return folder


def is_made(path: Path) -> bool:
    """Say whether git ignores a path, relative to the project."""
    return any(fnmatch(str(path) if pattern.startswith("/") else path.name, pattern.strip("/")) for pattern in MADE)


def files_of(folder: Path) -> set[str]:
    """Name all files below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def git(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run git, without the settings of whoever runs the tests."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"} | environment
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@b.example", *arguments]
    return subprocess.run(command, cwd=folder, env=clean | own, capture_output=True, text=True, check=False)
