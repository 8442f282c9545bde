"""The SQLite file of a run: its tables, and how it is opened and checked.

The file is written by one process and may be read by any other while the run goes on, with pandas or the ``sqlite3``
shell. It keeps SQLite's rollback journal and not a write-ahead log, which does not work on network file systems.
"""

import sqlite3
from pathlib import Path

from dlopt_deap.errors import RunFolderError

NAME = "run.sqlite"

VERSION = 1
"""The schema's version, in the file as ``PRAGMA user_version``."""

APPLICATION_ID = 0x444C4F50
"""Marks the file as a run of this package, as ``PRAGMA application_id``: the letters ``DLOP``."""

BUSY_SECONDS = 60.0
"""So long a writer waits for a reader to let go of the file, before it gives up."""

HEADER_BYTES = 100
"""The header of every SQLite file that is not empty."""

MAX_BYTES = 2**28
"""The longest text or array that is read from a file, 256 MiB: a longer one was not written by this package."""

TABLES = {
    "settings": """CREATE TABLE settings (
    field TEXT PRIMARY KEY,
    value TEXT NOT NULL
)""",
    "sessions": """CREATE TABLE sessions (
    number INTEGER PRIMARY KEY,
    began TEXT NOT NULL,
    host TEXT NOT NULL,
    process INTEGER NOT NULL,
    versions TEXT NOT NULL,
    stop TEXT NOT NULL,
    options TEXT NOT NULL,
    ended TEXT,
    seconds REAL,
    stopped_by TEXT
)""",
    "evaluations": """CREATE TABLE evaluations (
    stage TEXT NOT NULL,
    number INTEGER NOT NULL,
    generation INTEGER,
    genes TEXT NOT NULL,
    fitness TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    traceback TEXT,
    metrics TEXT NOT NULL,
    extra TEXT,
    seconds REAL,
    worker TEXT,
    finished TEXT NOT NULL,
    PRIMARY KEY (stage, number)
)""",
    "generations": """CREATE TABLE generations (
    number INTEGER PRIMARY KEY,
    logbook TEXT NOT NULL,
    population TEXT NOT NULL
)""",
    "snapshots": """CREATE TABLE snapshots (
    generations INTEGER PRIMARY KEY,
    state TEXT NOT NULL,
    digest TEXT NOT NULL
)""",
    "arrays": """CREATE TABLE arrays (
    digest TEXT PRIMARY KEY,
    npz BLOB NOT NULL,
    generations INTEGER
)""",
}
"""What each table holds is told in docs/runs.md."""

ADDED_TABLES = {
    "lineage": """CREATE TABLE lineage (
    number INTEGER PRIMARY KEY,
    parents TEXT NOT NULL,
    operators TEXT NOT NULL
)"""
}
"""Tables that runs of before have not: they are made when such a run is opened, and older versions leave them alone."""


def open_database(path: Path) -> sqlite3.Connection:
    """Open the file of a run, or make it, and check that it is whole and of this schema.

    Args:
        path: The file; one that is missing or empty is made.

    Returns:
        A connection without implicit transactions, which one thread at a time may use.

    Raises:
        RunFolderError: If the file is no run, damaged, of a newer version, locked, or cannot be read and written.
    """
    try:
        if path.exists():
            check_header(path)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise error if isinstance(error, RunFolderError) else explain(error, path) from error
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_BYTES)
        connection.execute("PRAGMA trusted_schema = OFF")
        # SQLite undoes here what a killed process had not completed, maybe even the making of the tables.
        if connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone() == (0,) and is_unfinished(path):
            _create(connection)
        else:
            _check(connection, path)
            _add_tables(connection)
        connection.execute("PRAGMA journal_mode = TRUNCATE")
        connection.execute("PRAGMA synchronous = FULL")
    except (RunFolderError, sqlite3.Error, ValueError) as error:  # of names that are no text SQLite says nothing itself
        connection.close()
        raise error if isinstance(error, RunFolderError) else explain(error, path) from error
    return connection


def is_unfinished(path: Path) -> bool:
    """Whether a process was killed in a transaction, or before the first, so that SQLite must look at it first."""
    journal = path.with_name(f"{path.name}-journal")
    return path.stat().st_size == 0 or journal.exists()


def is_run(path: Path) -> bool:
    """Whether a file is a run of this package, as far as its header tells; one that was never completed counts too."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
    return is_unfinished(path) or header[68:72] == APPLICATION_ID.to_bytes(4, "big")


def explain(error: Exception, path: Path) -> RunFolderError:
    """Say in one sentence what happened to a run's file, and what to do."""
    text = str(getattr(error, "strerror", None) or error)
    if isinstance(error, UnicodeError):
        text = "it holds a text that is none"
    ways = {
        "full": "free some space, then resume the run: what was written before is whole",
        "readonly": "make the file and its folder writable, then resume the run",
        "locked": "close the program that keeps it open, such as a database shell, then resume the run",
        "malformed": DAMAGED,
        "text that is none": DAMAGED,
        "not a database": DAMAGED,
        "disk I/O": "see whether its folder is still there and its disk works, then resume the run",
        "unable to open": "see whether its folder is still there and writable, then resume the run",
    }
    way = next((way for word, way in ways.items() if word in text), "see whether it is still there and writable")
    return RunFolderError(f"The run's file {path} cannot be used: {text}; {way}.")


DAMAGED = (
    "the file is damaged: put a copy of it back, save its rows with `sqlite3 run.sqlite .recover`, or start anew in "
    "another folder"
)


def check_header(path: Path) -> None:
    """Refuse what is no SQLite file before SQLite looks at it."""
    if not path.is_file():
        raise RunFolderError(f"The run's file {path} is no regular file; choose another folder.")
    if is_unfinished(path):
        return
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
    if header[:16] != b"SQLite format 3\x00":
        raise RunFolderError(f"The file {path} is no SQLite file, and so no run; choose another folder.")
    if len(header) < HEADER_BYTES:
        raise RunFolderError(f"The run's file {path} cannot be used: it ends after {len(header)} bytes; {DAMAGED}.")


def _create(connection: sqlite3.Connection) -> None:
    """Make the tables, all of them or none."""
    connection.execute("BEGIN IMMEDIATE")
    for statement in (TABLES | ADDED_TABLES).values():
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _size(connection: sqlite3.Connection) -> int:
    """Give the bytes that a database should have by what it says itself."""
    (pages,), (size,) = (connection.execute(f"PRAGMA page_{name}").fetchone() for name in ("count", "size"))
    return int(pages) * int(size)


def _add_tables(connection: sqlite3.Connection) -> None:
    """Make the tables that were added since a run was begun."""
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for name, statement in ADDED_TABLES.items():
        if name not in there:
            connection.execute(statement)


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a file that is not a whole run of this version, or that would do something when it is written."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise RunFolderError(f"The file {path} is a database, but no run of dlopt_deap; choose another folder.")
    if version != VERSION:
        raise RunFolderError(
            f"The run in {path} has version {version} of the schema, and this dlopt_deap knows version {VERSION}; "
            "resume it with the dlopt_deap that made it."
        )
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict == "ok" and path.stat().st_size < _size(connection):  # whose last page SQLite fills up with zeros
        verdict = f"it ends after {path.stat().st_size} bytes"
    if verdict != "ok":
        raise RunFolderError(f"The run's file {path} cannot be used: {' '.join(verdict.split())}; {DAMAGED}.")
    made = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
    tables = {name: sql for kind, name, sql in made if kind == "table"}
    others = [f"{kind} {name}" for kind, name, _ in made if kind == "trigger"]
    wanted = TABLES | {name: sql for name, sql in ADDED_TABLES.items() if name in tables}
    if others or any(tables.get(name) != sql for name, sql in wanted.items()):
        what = ", ".join(others) or "other tables than a run has"
        raise RunFolderError(f"The file {path} is no run as dlopt_deap makes it: it holds {what}; do not resume it.")
