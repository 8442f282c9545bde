"""Settings of evolving weights that nobody should give."""

from functools import partial
from typing import Any

import numpy as np
from deap import cma
from fuzz.cases import STRANGE, fuzz, some_of, success_or_one_clear_error
from hypothesis import strategies as st

from dlopt_deap import Evolution, data
from dlopt_deap.core import AskTell, ea_truncation
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.sampling import AsymmetricError, OutsideTolerance, QuantileError
from dlopt_deap.weight import TECHNIQUES, Encoding, Objective, OpenAIES, WeightProblem, inherit_fitness, technique

SERIES = data.sine(stop=10.0)
SPEC = NetworkSpec(1, (2,), 1, 3)
COUNT = SPEC.num_weights
PAIRS = st.tuples(st.floats(-3, 0), st.floats(0, 3))
METRICS = st.sampled_from(["mae", "mse", "median_ae", "smape", ["mae", "mse"], QuantileError(0.3)])
OBJECTIVES = some_of(
    split=st.sampled_from(["training", "validation"]),
    horizon=st.integers(1, 4),
    batch_size=st.integers(1, 60),
    weight_decay=st.floats(0, 1),
)
PROBLEM = WeightProblem(SERIES, SPEC)
STRATEGIES = some_of(sigma=st.floats(0, 9), population_size=st.integers(0, 9), lerning_rate=STRANGE)


@fuzz(
    some_of(
        bounds=st.one_of(PAIRS, st.lists(PAIRS, min_size=1, max_size=3), st.lists(STRANGE, max_size=2)),
        initializer=st.sampled_from(["keras", "uniform"]),
        start=st.sampled_from([np.zeros(COUNT), [0.5] * COUNT, np.zeros(COUNT - 1), np.full(COUNT, np.inf)]),
        spread=st.floats(0, 10),
    )
)
def test_an_encoding_is_made_or_refused_and_what_it_draws_is_within(arguments: dict[str, Any]) -> None:
    with success_or_one_clear_error():
        encoding = Encoding(SPEC, **arguments)
        low, high = encoding.limits
        drawn = encoding.draw()
        assert ((low <= drawn) & (drawn <= high)).all()
        encoding.to_dict()


@fuzz(some_of(metric=METRICS), OBJECTIVES)
def test_an_objective_is_made_or_refused(metric: dict[str, Any], arguments: dict[str, Any]) -> None:
    with success_or_one_clear_error():
        objective = Objective(SERIES, SPEC, **metric, **arguments)
        assert objective.errors(np.zeros((2, COUNT), np.float32), batch=0).shape == (len(objective.metrics), 2)
        objective.to_dict()


@fuzz(some_of(metric=METRICS, encoding=st.just(Encoding(SPEC)), threads=st.integers(1, 3), horizn=STRANGE), OBJECTIVES)
def test_a_weight_problem_is_made_or_refused(arguments: dict[str, Any], objective: dict[str, Any]) -> None:
    if isinstance(arguments.get("encoding", Encoding(SPEC)), Encoding):
        with success_or_one_clear_error():
            problem = WeightProblem(SERIES, SPEC, **arguments, **objective)
            problem.evaluate(problem.random_solution())
            problem.settings()


@fuzz(STRANGE)
def test_a_solution_is_made_and_evaluated_or_refused(genes: Any) -> None:
    with success_or_one_clear_error():
        PROBLEM.solution(genes)
    with success_or_one_clear_error():
        PROBLEM.evaluate(genes)
    with success_or_one_clear_error():
        PROBLEM.evaluate_batch([PROBLEM.random_solution(), genes])


@fuzz(
    some_of(name=st.sampled_from([*TECHNIQUES, "cma-es"]), population_size=st.integers(0, 9), sigma=st.floats(0, 1e3)),
    share=0.5,
)
def test_a_technique_is_made_and_evolves_or_is_refused(arguments: dict[str, Any]) -> None:
    size = arguments.get("population_size")
    if isinstance(size, int) and size > 1000:
        return  # it is asked for, and takes as long as it takes
    with success_or_one_clear_error():
        search, toolbox = technique(problem=PROBLEM, **{"name": "openai_es"} | arguments)
        search.settings()
        assert search.optimize(PROBLEM, 30, seed=1, toolbox=toolbox).evaluations <= 30


@fuzz(
    st.one_of(
        STRANGE,
        st.builds(lambda arguments: partial(OpenAIES, **arguments), STRATEGIES),
        st.builds(lambda sigma: partial(cma.Strategy, sigma=sigma), st.floats(1e-3, 9)),
    ),
    some_of(hall_of_fame=st.integers(1, 9), max_failures=st.integers(1, 9)),
)
def test_ask_and_tell_is_made_or_refused(strategy: Any, arguments: dict[str, Any]) -> None:
    with success_or_one_clear_error():
        search = AskTell(strategy, **arguments)
        search.settings()
        search.optimize(PROBLEM, 20, seed=1)


@fuzz(STRANGE)
def test_inheritance_is_taken_or_refused(decay: Any) -> None:
    with success_or_one_clear_error():
        inherit_fitness(PROBLEM.toolbox(), decay)


@fuzz(some_of(truncation_size=st.integers(0, 9), elite_size=st.integers(0, 9), cxpb=st.floats(0, 1)), share=0.2)
def test_a_truncation_evolves_or_is_refused(arguments: dict[str, Any]) -> None:
    with success_or_one_clear_error():
        Evolution(ea_truncation, population_size=5, **arguments).optimize(PROBLEM, 12, seed=1)


@fuzz(st.sampled_from([OutsideTolerance, QuantileError, lambda value: AsymmetricError(value, 1)]), STRANGE)
def test_a_metric_is_made_from_settings_or_refused(make: Any, value: Any) -> None:
    with success_or_one_clear_error():
        metric = make(value)
        assert list(WeightProblem(SERIES, SPEC, metric).targets) == [metric.name]
