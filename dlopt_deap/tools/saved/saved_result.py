"""What ``result.json`` says, checked: the file may be of anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dlopt_deap import limits
from dlopt_deap.checks import shown
from dlopt_deap.errors import RunFolderError, SettingError
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.networks.keras_models.config import spec_of_config
from dlopt_deap.tools.saved.json_entries import Entries, read_entries

NAME = "result.json"

CRITERIA = {
    "mae": "mean absolute error on the testing split, in the series' own units",
    "cross_entropy": "cross-entropy on the testing split, in nats a token",
}
"""The errors that methods may be compared by, and what each measures."""

SEARCH, TRAINING, SAMPLING = "search", "training", "sampling"
"""What may have left a result."""


@dataclass(frozen=True)
class SavedCandidate:
    """One of the best of a run.

    Attributes:
        genes: Its genes; of a long vector only the digest.
        layers: Its widths, from inputs to outputs; empty if the ends are not known.
        units: The widths of its recurrent layers.
        look_back: The rows that it reads.
        num_weights: The number of its weights.
        fitness: The value of each target to believe.
        search_fitness: What the search saw.
        reestimated: Whether ``fitness`` is a fresh estimate.
        metrics: What was measured beside it, numbers alone.
    """

    genes: Any = None
    layers: list[int] = field(default_factory=list)
    units: list[int] = field(default_factory=list)
    look_back: int = 0
    num_weights: int = 0
    fitness: dict[str, float] = field(default_factory=dict)
    search_fitness: dict[str, float] = field(default_factory=dict)
    reestimated: bool = False
    metrics: dict[str, float] = field(default_factory=dict)

    @classmethod
    def read(cls, entries: Entries) -> SavedCandidate:
        """Read a candidate.

        Raises:
            RunFolderError: If an entry is not as it must be.
        """
        metrics = entries.inner("metrics").values
        most = limits.MAX_LAYERS + 2  # with the ends
        layers = entries.counts("layers", most) or entries.counts("architecture", most)
        return cls(
            entries.values.get("genes"),
            layers,
            layers[1:-1],
            entries.count("look_back", 0),
            entries.count("num_weights", 0),
            entries.named_numbers("fitness"),
            entries.named_numbers("search_fitness"),
            entries.flag("reestimated"),
            {name: value for name, value in metrics.items() if type(value) in (int, float)},
        )


@dataclass(frozen=True)
class SavedResult:
    """A result as it was saved.

    Attributes:
        kind: ``"search"``, ``"training"`` or ``"sampling"``.
        candidates: The best, best first; of a training the network alone.
        seed: The seed.
        evaluations: The evaluations of a search, or the architectures of a sampling.
        failures: How many of them failed.
        seconds: What they took; 0 if that was not saved.
        stopped_by: What ended it.
        settings: The settings of technique, criteria and problem.
        test: The errors on the test split in own units, by method and error; the network is the first method.
        history: The losses of a training, an entry an epoch.
        engine: What trained.
        series: The description of the series as it was saved, which :mod:`dlopt_deap.data` checks; ``None``: none.
        config: The architecture of the best as Keras writes it, unchecked; empty if there is none.
        versions: What it was made with: Python and packages, by name.
        options: What the program was told that trained, as far as it was kept.
    """

    kind: str
    candidates: list[SavedCandidate]
    seed: int
    evaluations: int = 0
    failures: int = 0
    seconds: float = 0.0
    stopped_by: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    test: dict[str, dict[str, float]] = field(default_factory=dict)
    history: dict[str, list[float]] = field(default_factory=dict)
    engine: str = ""
    series: Mapping[str, Any] | None = None
    config: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def spec(self) -> NetworkSpec | None:
        """The network of the best; ``None`` if it is not described, or is none that this package knows."""
        try:
            return spec_of_config(self.config) if self.config else None
        except SettingError:  # a problem of somebody's own may build other networks
            return None

    @property
    def criterion(self) -> str:
        """The error that methods are compared by on the test split: of tokens their cross-entropy."""
        known = next(iter(self.test.values()), {})
        return next((name for name in CRITERIA if name in known), "")


def read_result(folder: str | Path) -> SavedResult:
    """Read the ``result.json`` of a run folder.

    Args:
        folder: The folder of a run of ``optimize``, ``train`` or ``sample``, or of a script.

    Raises:
        RunFolderError: If there is none, or it is damaged.
    """
    return result_of(read_entries(Path(folder) / NAME, "a result"))


def result_of(entries: Entries) -> SavedResult:
    """Read the entries of a ``result.json``.

    Raises:
        RunFolderError: If one is not as it must be.
    """
    kind = _kind(entries)
    others = {SEARCH: "others", TRAINING: "", SAMPLING: "best"}[kind]
    found = [SavedCandidate.read(one) for one in entries.several(others)] if others else []
    if kind != SAMPLING:
        found = [SavedCandidate.read(entries), *found]
    series = entries.inner("series").values if "series" in entries else None
    test = entries.inner("test")
    saved = SavedResult(
        kind=kind,
        candidates=found,
        seed=entries.count("seed"),
        evaluations=entries.count("architectures" if kind == SAMPLING else "evaluations", 0),
        failures=entries.count("failures", 0),
        seconds=entries.inner("run").number("seconds", 0.0),
        stopped_by=entries.text("stopped_by", ""),
        settings=entries.inner("settings").values,
        test={method: test.named_numbers(method, gaps=True) for method in test.values},
        history={name: entries.inner("history").numbers(name) for name in entries.inner("history").values},
        engine=entries.text("engine", ""),
        series=series,
        config=entries.inner("config").values,
        versions=entries.inner("run").inner("versions").values,
        options=entries.inner("options").values,
    )
    if kind != SAMPLING:
        _check_best(saved, entries.where)
    return saved


def _check_best(saved: SavedResult, where: object) -> None:
    """See that what is told of the best is what the description of its network says, as far as both are there.

    Raises:
        RunFolderError: If it is not.
    """
    spec, best = saved.spec, saved.candidates[0]
    if spec is None:
        return
    for name in ("layers", "look_back", "num_weights"):
        told, described = getattr(best, name), getattr(spec, name)
        if told and told != described:
            raise RunFolderError(
                f"{where} is damaged: its `{name}` must be that of the network in its `config`, {described}, got "
                f"{shown(told)}; take an unchanged copy."
            )


def _kind(entries: Entries) -> str:
    """Tell what left a result."""
    marks = {SAMPLING: "architectures", TRAINING: "history", SEARCH: "fitness"}
    for kind, name in marks.items():
        if name in entries:
            return kind
    raise RunFolderError(
        f"{entries.where} is no result of dlopt_deap: it has none of {', '.join(marks.values())}; name another folder."
    )
