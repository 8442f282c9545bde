"""The weights of a given network as a problem, under this package's maps and under DEAP by hand."""

import pickle
import random
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from deap import algorithms, cma, tools
from hypothesis import given
from hypothesis import strategies as st
from weight.cases import SERIES, SPEC, evolve, problem, solutions
from weight.individuals import FIT_ARRAY, FIT_LIST, FIT_VECTOR

from dlopt_deap.core import Evolution, Guarded, Values, ea_mu_plus_lambda, ea_truncation
from dlopt_deap.core.individuals.solution import WORST
from dlopt_deap.errors import EvaluationError, SettingError
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.parallel import PoolMap, SerialMap
from dlopt_deap.sampling import OutsideTolerance
from dlopt_deap.seeding import seed_run
from dlopt_deap.weight import (
    TECHNIQUES,
    Encoding,
    WeightProblem,
    cx_blend,
    cx_layers,
    cx_neurons,
    cx_sbx,
    cx_uniform,
    layer_of,
    mut_gaussian,
    mut_gaussian_per_layer,
    mut_layer,
    mut_neurons,
    mut_reset,
    mut_self_adaptive,
)

COUNT = SPEC.num_weights
HARD: dict[str, Any] = {"metric": ["mae", "median_ae"], "horizon": 2, "batch_size": 9, "weight_decay": 0.01}
DEEP = NetworkSpec(1, (3, 2), 1, look_back=3)
LIMITS = [(-0.5, 0.25), (-0.125, 0.5), (-1, 1)]

MUTATIONS: dict[str, Callable[..., Any]] = {
    "mut_gaussian": partial(mut_gaussian, sigma=2.0, indpb=0.5),
    "mut_gaussian_per_layer": partial(mut_gaussian_per_layer, sigma=2.0, indpb=0.5, spec=DEEP),
    "mut_self_adaptive": partial(mut_self_adaptive, sigma=2.0),
    "mut_reset": partial(mut_reset, scale=2.0, indpb=0.5),
    "mut_neurons": partial(mut_neurons, sigma=2.0, indpb=0.5, spec=DEEP),
    "mut_layer": partial(mut_layer, sigma=2.0, spec=DEEP),
}
CROSSOVERS: dict[str, Callable[..., Any]] = {
    "cx_uniform": cx_uniform,
    "cx_blend": partial(cx_blend, alpha=3.0),
    "cx_sbx": partial(cx_sbx, eta=0.1),
    "cx_neurons": partial(cx_neurons, spec=DEEP),
    "cx_layers": partial(cx_layers, spec=DEEP),
}


def with_batches(individuals: list[Any]) -> list[Any]:
    """Let individuals be of several generations, and some of none."""
    for position, one in enumerate(individuals):
        if position % 3:
            one.batch = position % 3
    return individuals


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_evaluating_one_and_many_gives_the_same_bits_with_any_number_of_threads(threads: int) -> None:
    of = problem(**HARD, threads=threads)
    individuals = with_batches(solutions(of, 21))
    expected = [problem(**HARD).evaluate(one, seed=4) for one in individuals]
    assert list(of.evaluate_batch(individuals, seed=4)) == expected
    assert [of.evaluate(one, seed=4) for one in individuals] == expected


@given(st.permutations(range(9)), st.integers(1, 9))
def test_neither_the_order_nor_the_size_of_a_batch_changes_a_bit(order: list[int], size: int) -> None:
    random.seed(1)
    of = EASY
    individuals = with_batches(solutions(of, 9))
    expected = of.evaluate_batch(individuals, seed=4)
    mixed = [individuals[place] for place in order]
    found = [values for at in range(0, 9, size) for values in of.evaluate_batch(mixed[at : at + size], seed=4)]
    assert found == [expected[place] for place in order]


EASY = problem(**HARD)


def test_no_map_changes_a_bit() -> None:
    of = problem(**HARD)
    individuals = with_batches(solutions(of, 25))
    guarded = Guarded(of.toolbox(seed=4).evaluate, of.weights)
    expected = [of.evaluate(one, seed=4) for one in individuals]
    assert list(map(guarded, individuals)) == expected
    assert list(SerialMap()(guarded, individuals)) == expected
    with PoolMap(2) as pool:
        assert list(pool(guarded, individuals)) == expected
        assert list(pool(guarded, individuals[::-1])) == expected[::-1]


def test_a_problem_that_was_pickled_gives_the_same_bits() -> None:
    of = problem(**HARD, encoding=Encoding(SPEC, bounds=(-1, 1)))
    copy = pickle.loads(pickle.dumps(of))
    individuals = with_batches(solutions(of, 5))
    assert copy.evaluate_batch(individuals) == of.evaluate_batch(individuals)
    assert copy.settings() == of.settings()


def test_threads_are_no_setting_of_the_problem_but_everything_that_changes_a_result_is() -> None:
    given = [
        {},
        {"metric": "mse"},
        {"metric": ["mae", "mse"]},
        {"metric": OutsideTolerance(0.1)},
        {"metric": OutsideTolerance(0.2)},
        {"split": "validation"},
        {"horizon": 2},
        {"batch_size": 3},
        {"weight_decay": 0.1},
        {"spec": NetworkSpec(1, (3,), 1, look_back=3)},
        {"encoding": Encoding(SPEC, bounds=(-1, 1))},
    ]
    told = [str(problem(**settings).settings()) for settings in given]
    assert len(set(told)) == len(told)
    assert str(problem(threads=2).settings()) == told[0]


class Heavy(WeightProblem):
    """Adds the size of the weights, by overriding ``evaluate`` alone."""

    def evaluate(self, solution: Any, seed: int = 0) -> Values:
        return Values([super().evaluate(solution, seed)[0] + float(np.abs(np.asarray(solution)).sum())])


def test_an_evaluate_that_a_subclass_overrides_is_what_a_search_calls() -> None:
    of = Heavy(SERIES, SPEC)
    result = evolve("genetic", 8, of)
    assert [one.fitness.values for one in result.population] == [of.evaluate(one) for one in result.population]


def test_without_mini_batches_the_number_of_a_generation_changes_nothing() -> None:
    of = problem()
    one = of.random_solution()
    before = of.evaluate(one)
    one.batch = 7
    assert of.evaluate(one) == before
    assert of.evaluate(one, seed=99) == before


def test_an_individual_evaluated_by_hand_is_judged_on_all_windows() -> None:
    of, small = problem(), problem(batch_size=4)
    one = of.random_solution()
    assert small.evaluate(one) == of.evaluate(one)
    one.batch = 0
    assert small.evaluate(one) != of.evaluate(one)


def test_a_generation_shares_its_mini_batch_and_the_next_one_has_another() -> None:
    of = problem(batch_size=4)
    seen: dict[int, set[Any]] = {}

    def noting(search: Any) -> None:
        seen[search.generation] = {one.batch for one in search.population}
        for one in search.population:
            assert of.evaluate(one, seed=3) == one.fitness.values

    evolve("openai_es", 36, of, callbacks=[noting])
    assert seen == {0: {0}, 1: {1}, 2: {2}, 3: {3}}
    one = of.random_solution()
    values = []
    for batch in range(4):
        one.batch = batch
        values.append(of.evaluate(one, seed=3))
    assert len(set(values)) == 4


@pytest.mark.parametrize(
    "settings", [{"batch_size": 4}, {"split": "training"}, {"split": "validation", "batch_size": 4}]
)
@pytest.mark.parametrize("name", ["openai_es", "genetic"])
def test_the_best_are_ranked_by_their_error_on_the_whole_validation_split(name: str, settings: Any) -> None:
    result = evolve(name, 100, problem(**settings))
    validation = problem(split="validation")
    errors = [candidate.values for candidate in result.candidates]
    assert errors == [tuple(validation.evaluate(candidate.solution)) for candidate in result.candidates]
    assert errors == sorted(errors)
    everyone = [*result.population, *result.hall_of_fame]
    assert errors[0] == min(tuple(validation.evaluate(one)) for one in everyone)


def test_what_was_judged_on_the_whole_validation_split_is_not_judged_again() -> None:
    result = evolve("openai_es", 36, problem(split="validation"))
    assert all(candidate.reestimated is None for candidate in result.candidates)


@pytest.mark.parametrize("name", TECHNIQUES)
def test_every_technique_keeps_the_bounds_of_each_layer(name: str) -> None:
    of = problem(DEEP, encoding=Encoding(DEEP, bounds=LIMITS))
    low, high = (np.array(LIMITS)[layer_of(DEEP), end].astype(np.float32) for end in (0, 1))
    touched = []

    def check(search: Any) -> None:
        for one in search.population:
            assert (low <= one.genes).all()
            assert (one.genes <= high).all()
            touched.append((one.genes == low).any() or (one.genes == high).any())

    evolve(name, 60, of, sigma=1.0, callbacks=[check])
    assert len(touched) > 50
    if name != "random":
        assert any(touched)


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("crossover", CROSSOVERS)
def test_an_evolution_by_any_operators_keeps_the_bounds(mutation: str, crossover: str) -> None:
    of = problem(DEEP, encoding=Encoding(DEEP, bounds=LIMITS))
    low, high = of.encoding.limits
    toolbox = of.toolbox(mutate=MUTATIONS[mutation], mate=CROSSOVERS[crossover])
    result = Evolution(ea_mu_plus_lambda, 6, 6, cxpb=0.7, mutpb=0.7).optimize(of, 36, seed=1, toolbox=toolbox)
    assert result.failures == 0
    for one in [*result.population, *result.hall_of_fame]:
        assert (low <= one.genes).all()
        assert (one.genes <= high).all()


def test_a_search_begins_around_the_start() -> None:
    start = np.linspace(-1, 1, COUNT).astype(np.float32)
    of = problem(encoding=Encoding(SPEC, start=start, spread=0.0))
    for name in TECHNIQUES:
        first: list[Any] = []
        evolve(
            name, 30, of, sigma=1e-6, callbacks=[lambda search, first=first: first.extend(search.population) or True]
        )
        distances = [abs(one.genes - start).max() for one in first]
        assert min(distances) < 1e-4, name


def test_solutions_are_copies_and_repairing_works_in_place() -> None:
    of = problem(encoding=Encoding(SPEC, bounds=(-1, 1)))
    given = np.full(COUNT, 3, np.float32)
    for one in (of.solution(given), given.tolist(), FIT_VECTOR(given), FIT_ARRAY(given), FIT_LIST(given)):
        repaired = of.repair(one)
        assert repaired is one
        assert list(one) == [1.0] * COUNT
    assert given.tolist() == [3.0] * COUNT


def test_a_candidate_whose_forecasts_are_not_finite_fails_alone() -> None:
    spec = NetworkSpec(1, (2,), 1, look_back=3, cell="simple_rnn", activation="linear")
    of = problem(spec)
    individuals = solutions(of, 5)
    individuals[2][-3:] = np.finfo(np.float32).max
    guarded = Guarded(of.toolbox().evaluate, of.weights)
    found = list(SerialMap()(guarded, individuals))
    assert found[2] == (WORST,)
    assert found[2].metrics["reason"].startswith("a value is not finite")
    assert [found[place] for place in (0, 1, 3, 4)] == [of.evaluate(individuals[place]) for place in (0, 1, 3, 4)]


@pytest.mark.parametrize("wrong", [np.zeros(COUNT - 1), np.full(COUNT, np.nan), np.zeros((COUNT, 1)), ["a"] * COUNT])
def test_an_individual_that_is_no_vector_of_the_network_fails_alone_and_says_why(wrong: Any) -> None:
    of = problem()
    individuals: list[Any] = [*solutions(of, 2), wrong, of.random_solution()]
    guarded = Guarded(of.toolbox().evaluate, of.weights)
    found = list(SerialMap()(guarded, individuals))
    assert [values.metrics["status"] for values in found] == ["ok", "ok", "failed", "ok"]
    assert "SettingError: `weights` must" in found[2].metrics["reason"]
    with pytest.raises(SettingError, match=r"`weights` must"):
        of.evaluate(wrong)
    with pytest.raises(SettingError, match=r"`weights` must"):
        of.solution(wrong)


def test_a_search_in_which_nothing_succeeds_says_what_failed() -> None:
    of = problem(metric=lambda predictions, y: np.full(len(predictions), np.nan))
    with pytest.raises(EvaluationError, match=r"succeeded; the last one failed with: a value is not finite: \(nan,\)"):
        evolve("openai_es", 40, of)


@pytest.mark.parametrize("dtype", [list, np.float64])
def test_numbers_beyond_float32_are_brought_within_the_bounds_without_a_warning(dtype: Any) -> None:
    of = problem(encoding=Encoding(SPEC, bounds=(-1, 2)))
    vector = np.full(COUNT, 1e300)
    vector[0] = -1e300
    individual = vector.tolist() if dtype is list else vector
    assert list(of.repair(individual)) == [-1.0, *[2.0] * (COUNT - 1)]


def test_of_no_solutions_there_are_no_values() -> None:
    assert list(problem().evaluate_batch([])) == []


def test_what_a_problem_cannot_be_is_refused() -> None:
    with pytest.raises(SettingError, match=r"The encoding must be of the problem's network"):
        problem(encoding=Encoding(DEEP))
    with pytest.raises(SettingError, match=r"`encoding` must be an Encoding.*, got 'keras'"):
        problem(encoding="keras")
    with pytest.raises(SettingError, match=r"`threads` must be a whole number of at least 1, got 0"):
        problem(threads=0)


class TestUnderDeapAlone:
    """The problem's toolbox, driven by DEAP's own algorithms without a technique of this package."""

    def best(self, population: list[Any]) -> float:
        return float(min(one.fitness.values[0] for one in population))

    def run(
        self, algorithm: Callable[..., Any], of: WeightProblem | None = None, **settings: Any
    ) -> tuple[float, float]:
        """Run an algorithm of DEAP by hand; give the best error at its beginning and at its end."""
        seed_run(1)
        of = problem() if of is None else of
        toolbox = of.toolbox()
        population = toolbox.population(n=20)
        hall = tools.HallOfFame(3, similar=lambda one, other: one == other)
        stats = tools.Statistics(lambda one: one.fitness.values[0])
        stats.register("min", min)
        population, logbook = algorithm(
            population, toolbox, ngen=15, stats=stats, halloffame=hall, verbose=False, **settings
        )
        assert len(population) == 20
        assert hall[0].fitness.values == tuple(of.evaluate(hall[0]))
        return logbook[0]["min"], hall[0].fitness.values[0]

    @pytest.mark.parametrize(
        ("algorithm", "settings"),
        [
            (algorithms.eaSimple, {"cxpb": 0.5, "mutpb": 0.9}),
            (algorithms.eaMuPlusLambda, {"cxpb": 0.3, "mutpb": 0.7, "mu": 20, "lambda_": 20}),
            (algorithms.eaMuCommaLambda, {"cxpb": 0.3, "mutpb": 0.7, "mu": 20, "lambda_": 40}),
            (ea_truncation, {"truncation_size": 5}),
        ],
    )
    def test_an_algorithm_improves_the_error(self, algorithm: Callable[..., Any], settings: Any) -> None:
        first, last = self.run(algorithm, **settings)
        assert last < first

    def test_python_s_own_map_gives_the_same_population(self) -> None:
        def end(map_: Any) -> Any:
            seed_run(2)
            toolbox = problem().toolbox(map=map_)
            return algorithms.eaSimple(toolbox.population(n=10), toolbox, 0.5, 0.5, ngen=5, verbose=False)[0]

        assert end(map) == end(SerialMap())

    def test_nsga_2_with_two_errors_gives_a_front(self) -> None:
        of = problem(metric=["mae", "median_ae"])
        seed_run(1)
        toolbox = of.toolbox(select=tools.selNSGA2)
        population = toolbox.population(n=12)
        front = tools.ParetoFront(similar=lambda one, other: one == other)
        algorithms.eaMuPlusLambda(population, toolbox, 12, 12, 0.3, 0.7, ngen=10, halloffame=front, verbose=False)
        values = [one.fitness.values for one in front]
        assert values == [tuple(of.evaluate(one)) for one in front]
        assert not any(a[0] <= b[0] and a[1] <= b[1] for a in values for b in values if a != b)

    def test_cma_es_of_deap_by_hand_improves_the_error(self) -> None:
        of = problem()
        seed_run(1)
        strategy = cma.Strategy(of.random_solution(), sigma=0.3, lambda_=12)
        toolbox = of.toolbox()
        toolbox.register("generate", strategy.generate, of.solution)
        toolbox.register("update", strategy.update)
        stats = tools.Statistics(lambda one: one.fitness.values[0])
        stats.register("min", min)
        _, logbook = algorithms.eaGenerateUpdate(toolbox, ngen=30, stats=stats, verbose=False)
        assert logbook[-1]["min"] < logbook[0]["min"]


@pytest.mark.parametrize("make", [FIT_VECTOR, FIT_LIST, FIT_ARRAY])
class TestIndividualsMadeByDeapsCreator:
    """Individuals of a user's own class, registered in the toolbox."""

    def toolbox(self, make: Any, of: WeightProblem, **overrides: Any) -> Any:
        return of.toolbox(individual=lambda: make(of.encoding.draw()), **overrides)

    def test_they_are_evaluated_as_solutions_are(self, make: Any) -> None:
        of = problem()
        vectors = [of.encoding.draw() for _ in range(4)]
        expected = of.evaluate_batch([of.solution(vector) for vector in vectors])
        assert of.evaluate_batch([make(vector) for vector in vectors]) == expected
        assert [of.evaluate(make(vector)) for vector in vectors] == expected

    @pytest.mark.parametrize("mutation", MUTATIONS)
    @pytest.mark.parametrize("crossover", ["cx_blend", "cx_neurons"])
    def test_they_evolve_under_deap_by_every_operator(self, make: Any, mutation: str, crossover: str) -> None:
        of = problem(DEEP)
        toolbox = of.toolbox(mutate=MUTATIONS[mutation], mate=CROSSOVERS[crossover])
        toolbox.register("individual", lambda: make(of.encoding.draw()))
        toolbox.register("population", tools.initRepeat, list, toolbox.individual)
        population, _ = algorithms.eaSimple(toolbox.population(n=6), toolbox, 0.7, 0.9, ngen=3, verbose=False)
        assert {type(one) for one in population} == {make}
        assert all(one.fitness.values == tuple(of.evaluate(one)) for one in population)

    @pytest.mark.parametrize("batch_size", [None, 5])
    def test_a_search_of_this_package_evolves_them_and_resumes(self, make: Any, batch_size: Any, tmp_path: Any) -> None:
        of = problem(batch_size=batch_size, encoding=Encoding(SPEC, bounds=(-1, 1)))

        def run(evaluations: int, folder: Any = None) -> Any:
            toolbox = of.toolbox()
            toolbox.register("individual", partial(drawn, make, of))
            toolbox.register("population", tools.initRepeat, list, toolbox.individual)
            search = Evolution(algorithms.eaSimple, 8, cxpb=0.5, mutpb=0.8)
            result = search.optimize(of, evaluations, seed=2, toolbox=toolbox, run=folder)
            return [(list(one), one.fitness.values) for one in (*result.population, *result.hall_of_fame)]

        run(30, tmp_path / "run")
        assert run(60, tmp_path / "run") == run(60)


def drawn(make: Any, of: WeightProblem) -> Any:
    return make(of.encoding.draw())
