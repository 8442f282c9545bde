"""A rehearsal: whether a technique, its operators and a problem work together, before a run begins."""

import copy
import random
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from typing import Any

from deap import base

from dlopt_deap.checks import listed, shortened
from dlopt_deap.core import Evolution, ModelOptimization, Problem, Stop, Values
from dlopt_deap.core.running.guard import Guarded
from dlopt_deap.core.running.journal import Journal
from dlopt_deap.core.running.search import Search
from dlopt_deap.errors import DloptError, SettingError
from dlopt_deap.seeding import random_state, set_random_state

GENERATIONS = 3
"""What is rehearsed: the initial population, and offspring of parents and of offspring."""

LARGE = 10**9
"""Evaluations that no rehearsal makes."""


def rehearse(
    problem: Problem, technique: ModelOptimization, toolbox: base.Toolbox, stop: Stop, chosen: Collection[str] = ()
) -> None:
    """Make some generations of a search whose fitness is drawn instead of evaluated, and keep nothing of them.

    What an algorithm or an operator has against its arguments is known by then, in milliseconds, and not when a run
    has been begun. Python's and numpy's random streams are left as they were.

    Args:
        problem: The problem.
        technique: The technique; it may have a state afterwards, so the search needs another one.
        toolbox: The toolbox; likewise.
        stop: What ends the search.
        chosen: The aliases of the operators that were chosen by settings.

    Raises:
        SettingError: If something does not work, or would never be used, and what.
    """
    streams = random_state()
    used: set[str] = set()
    trial = copy.copy(toolbox)
    for alias in chosen:
        trial.register(alias, _Told(alias, getattr(toolbox, alias), used))
    try:
        stop.check_targets(problem.targets)
        technique.start(_search(problem, technique, trial, stop))
        search = _search(problem, technique, trial, replace(stop, max_evaluations=LARGE, max_seconds=None))
        technique.start(search)
        for _ in range(GENERATIONS):
            technique.step(search)
    except DloptError:
        raise
    except Exception as error:  # whatever an algorithm of somebody else's raises
        raise SettingError(f"The technique does not work with these settings: {_sentence(error)}.") from error
    finally:
        set_random_state(streams)
    _check_use(technique, toolbox, chosen, used)


def _search(problem: Problem, technique: ModelOptimization, toolbox: base.Toolbox, stop: Stop) -> Search:
    """Make a search that evaluates nothing."""
    own = copy.copy(toolbox)
    own.register("evaluate", Guarded(partial(_drawn, len(problem.targets)), problem.weights))
    own.register("map", map)
    journal = Journal(None, list(problem.targets), problem.cheap)
    return Search(problem, own, stop, 0, technique.hall_of_fame, technique.max_failures, journal)


def _check_use(
    technique: ModelOptimization, toolbox: base.Toolbox, chosen: Collection[str], used: Collection[str]
) -> None:
    """Refuse operators that no search would use: every generation selects, while it need not mutate or mate."""
    idle = [
        alias
        for alias in chosen
        if alias not in used and (alias.startswith("select") or not isinstance(technique, Evolution))
    ]
    if not idle:
        return
    others = [name for name in ("select_parents", "select_survivors") if hasattr(toolbox, name)]
    hint = f"; it selects by {' and '.join(others)}" if others and isinstance(technique, Evolution) else ""
    raise SettingError(f"`{listed([f'operators.{alias}' for alias in idle])}` is not used by this technique{hint}.")


class _Told:
    """An operator that notes its use, and says by which setting it was chosen if it raises."""

    def __init__(self, alias: str, operator: Callable[..., Any], used: set[str]) -> None:
        self.alias, self.operator, self.used = alias, operator, used

    def __call__(self, *arguments: Any, **settings: Any) -> Any:
        self.used.add(self.alias)
        try:
            return self.operator(*arguments, **settings)
        except Exception as error:
            raise SettingError(f"`operators.{self.alias}` does not work so: {_sentence(error)}.") from error


def _sentence(error: Exception) -> str:
    """Say what was raised; the name of an exception of this package adds nothing to its sentence."""
    text = shortened(str(error)).rstrip(".")
    return text if isinstance(error, DloptError) else f"{type(error).__name__}: {text}"


def _drawn(count: int, individual: Any) -> Values:  # noqa: ARG001 - an individual is what evaluate functions take
    """Draw as many fitness values as there are targets."""
    return Values([random.random() for _ in range(count)])
