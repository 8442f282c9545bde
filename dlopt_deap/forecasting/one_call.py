"""The forecaster's one call."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Unpack

from dlopt_deap.architecture import Space
from dlopt_deap.checks import shown
from dlopt_deap.core import Result, Stop
from dlopt_deap.core.running.state import Callback
from dlopt_deap.data import Series, TokenSequence, as_series
from dlopt_deap.data.readers.reading import FileOptions
from dlopt_deap.errors import SettingError
from dlopt_deap.forecasting.budget import Budget, Span, seconds_of
from dlopt_deap.forecasting.defaults import BUDGET_SECONDS, EVALUATIONS, FINALISTS
from dlopt_deap.forecasting.solving import solve
from dlopt_deap.forecasting.task import make_task
from dlopt_deap.parallel import open_map
from dlopt_deap.storage import RunFolder, open_run

WORTH_WORKERS: Final = 20.0
"""A budget of fewer seconds is spent in one process: others take two or three to start."""


def evolve(
    data: Any,
    target: str | Sequence[str] | None = None,
    *,
    inputs: str | Sequence[str] | None = None,
    budget: Span | None = None,
    evaluations: int | None = None,
    fitness: str | Sequence[str] | None = None,
    space: Space | None = None,
    seed: int | None = None,
    workers: int | None = None,
    run: RunFolder | str | Path | None = None,
    progress: bool | None = None,
    callbacks: Sequence[Callback] = (),
    finalists: int = FINALISTS,
    final_epochs: int | None = None,
    **options: Unpack[FileOptions],
) -> Result:
    """Evolve a recurrent network that forecasts a time series one row ahead.

    The first 64 % of the rows train the networks, the next 16 % choose among them, and the last 20 % are looked at
    only by ``result.forecast()``, which compares the best network with naive forecasts. A
    :class:`~dlopt_deap.data.TimeSeries` brings its own shares.

    ``evaluations`` makes a call that can be repeated: the same data, seed and evaluations give the same result, to the
    last bit on processors of one kind. A ``budget`` of seconds cannot be that, since another machine, or the same one
    under load, gets further in the same time; but ``result.settings["repeat"]`` tells what the call came to, so
    that ``evolve(data, **result.settings["repeat"])``, with its other arguments as they were, gives its result again.

    Args:
        data: The series, oldest row first: a ``TimeSeries``, or whatever :func:`~dlopt_deap.data.as_series` takes: a
            pandas Series or DataFrame, an array, a list, a path or several. Or a ``TokenSequence``, whose next token is
            forecast; what is said below of columns is not for it.
        target: The column or columns to forecast; the only one unless given.
        inputs: The columns to forecast from, whose past is known; the targets unless given.
        budget: What the whole call may take, final trainings included: ``"2 min"``, ``"90 s"``, ``"1h30m"``, seconds or
            a ``timedelta``. One evaluation and one short final training are made in any case. Of a run that is resumed
            it is the budget of all its sessions.
        evaluations: How many networks the search tries. With a budget too, whichever comes first ends the search;
            with neither it is 200 evaluations, but no longer than 60 seconds.
        fitness: What is best: the name of an error on the validation rows after a short training (``"mae"``,
            ``"rmse"``, ``"mape"``, ...); several names, also of costs (``"mae,num_weights"``), for a Pareto front;
            ``"log_p"``, DLOPT's promise without any training; or ``"log_p,mae"``, search by the promise, then train the
            best. Unless given it is ``"mae"``, and of tokens ``"cross_entropy"``.
        space: The limits of the search; chosen by the number of rows and the season unless given.
        seed: Of all randomness; a fresh one, told in the result, unless given. The caller's random streams stay as
            they are.
        workers: Local processes that evaluate; every core unless given, or this process alone if the budget is so short
            that others would hardly have started. Under ``python -m scoop`` they are SCOOP's. The result is the same.
        run: A folder that keeps the run; calling again with the same arguments goes on with it.
        progress: Whether to show a bar; only in a terminal or notebook unless given.
        callbacks: Called after each generation with the state of the search; a true answer ends it.
        finalists: How many of the best are trained for long at the end; fewer if a budget leaves no time for more.
        final_epochs: The most epochs of such a training; fewer if a budget leaves no time for more.
        **options: How data become a series, see :class:`~dlopt_deap.data.SeriesOptions`: ``time``, ``missing``,
            ``season`` (over which look-backs then reach, and which is a naive forecast), ``shares``, ...

    Returns:
        The result: ``.best``, ``.fitness``, ``.spec``, ``.weights``, ``.model()`` for Keras, ``.predict(data)`` and
        ``.forecast_ahead(steps)`` in own units, ``.forecast()`` beside naive forecasts, ``.save(folder)``.

    Raises:
        SettingError: If an argument is not as above.
        DataError: If the data are no series, or too short.
        EvaluationError: If no evaluation succeeded.
        RunFolderError: If the folder cannot be used, or its run was made with other settings.

    Examples:
        >>> from dlopt_deap.data import sunspots
        >>> result = evolve(sunspots(), evaluations=4, finalists=1, final_epochs=5, seed=1, workers=1)
        >>> result.evaluations, result.forecast_ahead(steps=3).shape
        (4, (3, 1))
    """
    if budget is None and evaluations is None:
        budget, evaluations = BUDGET_SECONDS, EVALUATIONS
    clock = Budget(None if budget is None else seconds_of(budget))
    tokens = _tokens(data, target, inputs, options)
    series: Series = as_series(data, target, inputs, **options) if tokens is None else tokens
    task = make_task(series, fitness, space, finalists=finalists, final_epochs=final_epochs)
    stop = Stop(max_evaluations=evaluations, max_seconds=clock.seconds)
    workers = 1 if workers is None and clock.left() < WORTH_WORKERS else workers
    with _opened(run, clock) as folder, open_map(workers) as map_, _shown(progress, evaluations) as bar:
        result = solve(task, map_, stop=stop, budget=clock, seed=seed, callbacks=[*bar, *callbacks], run=folder)
        result.weights  # noqa: B018 - making them belongs to what the budget is for
    return result


def _tokens(data: Any, target: object, inputs: object, options: Mapping[str, Any]) -> TokenSequence | None:
    """Give a sequence of tokens, if data are one, for which nothing else can be chosen."""
    if not isinstance(data, TokenSequence):
        return None
    given = [name for name, value in {"target": target, "inputs": inputs, **options}.items() if value is not None]
    if given:
        raise SettingError(f"`{given[0]}` is for series of numbers, but {shown(data)} holds tokens; leave it out.")
    return data


@contextmanager
def _opened(run: RunFolder | str | Path | None, budget: Budget) -> Iterator[RunFolder | None]:
    """Open a folder that was named, and close it in the end; leave one that somebody has opened to them."""
    if run is None or isinstance(run, RunFolder):
        yield run
        return
    with open_run(run) as folder:
        folder.options = {"budget": budget.seconds}
        yield folder


@contextmanager
def _shown(progress: bool | None, total: int | None) -> Iterator[list[Callback]]:
    """Show a bar, if it is wanted: give the callback that does."""
    if progress is False or (progress is None and not _is_watched()):
        yield []
        return
    from dlopt_deap.callbacks import Progress

    with Progress(total) as bar:
        yield [bar]


def _is_watched() -> bool:
    """Whether somebody sees what is shown: at a terminal, or in a notebook."""
    return sys.stderr.isatty() or "ipykernel" in sys.modules
