"""Resuming: a run that was interrupted anywhere ends as one that was not."""

import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from deap import algorithms, base, cma, creator, tools
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import Toy, nsga2_step

from dlopt_deap.core import (
    Evolution,
    ModelOptimization,
    RandomSearch,
    Result,
    SelfAdjustingMuPlusLambda,
    Stop,
    Values,
    ea_mu_comma_lambda,
    ea_mu_plus_lambda,
)
from dlopt_deap.core.results.logbook_file import logbook_csv
from dlopt_deap.errors import EvaluationError, RunFolderError, SettingError
from dlopt_deap.storage import open_run

SINGLE: list[tuple[str, Callable[[], ModelOptimization]]] = [
    ("ours plus", lambda: Evolution(ea_mu_plus_lambda, 6, 8)),
    ("ours comma", lambda: Evolution(ea_mu_comma_lambda, 6, 8)),
    ("self-adjusting", lambda: Evolution(SelfAdjustingMuPlusLambda(), 6, 8)),
    ("simple", lambda: Evolution(algorithms.eaSimple, 6)),
    ("deap plus", lambda: Evolution(algorithms.eaMuPlusLambda, 6, 8)),
    ("deap comma", lambda: Evolution(algorithms.eaMuCommaLambda, 6, 8)),
    ("restarts", lambda: Evolution(ea_mu_plus_lambda, 5, 4, restarts=2, migration_size=2)),
    ("random search", lambda: RandomSearch(7)),
]
MULTIPLE: list[tuple[str, Callable[[], ModelOptimization]]] = [
    ("two targets", lambda: Evolution(ea_mu_plus_lambda, 6, 8)),
    ("NSGA-II with crowding", lambda: Evolution(nsga2_step, 8)),
]
TWO = {"distance": -1, "spread": -1}
CASES = [(name, make, {"distance": -1}) for name, make in SINGLE] + [(name, make, TWO) for name, make in MULTIPLE]


class Killed(BaseException):
    """Stands for what ends a process in the middle; the real thing is in test_kills.py."""


class Counted:
    """Evaluates, counts, and ends the process at a call of its choice."""

    def __init__(self, problem: Toy, fatal: int = -1) -> None:
        self.problem = problem
        self.fatal = fatal
        self.calls = 0

    def __call__(self, individual: Any, seed: int = 0) -> Values:
        self.calls += 1
        if self.calls == self.fatal:
            raise Killed
        return self.problem.evaluate(individual, seed)


def optimize(make: Callable[[], ModelOptimization], targets: dict[str, int], **options: Any) -> tuple[Result, int]:
    """Make a run, and count its evaluations."""
    problem = Toy(dict(targets), noise=options.pop("noise", 0.0))
    evaluate = Counted(problem, options.pop("fatal", -1))
    toolbox = problem.toolbox()
    toolbox.register("evaluate", evaluate, seed=3)
    options.setdefault("stop", Stop(max_evaluations=options.pop("evaluations", 60)))
    return make().optimize(problem, seed=3, toolbox=toolbox, **options), evaluate.calls


def outcome(result: Result) -> tuple[Any, ...]:
    """Everything of a result that must be the same."""
    return (
        [(list(one.solution), one.values, one.metrics) for one in result.candidates],
        [(list(one), one.fitness.wvalues) for one in result.population],
        logbook_csv(result.logbook),
        str(result.logbook),
        result.stopped_by,
        (result.evaluations, result.failures, result.last_failure),
        random.getstate(),
        np.random.random(),  # noqa: NPY002 - the stream that DEAP draws from
    )


@pytest.mark.parametrize(("name", "make", "targets"), CASES, ids=[case[0] for case in CASES])
class TestWhereverItIsKilled:
    """What must hold for every technique."""

    def test_a_resumed_run_ends_as_an_uninterrupted_one_and_evaluates_nothing_twice(
        self, tmp_path: Path, name: str, make: Any, targets: Any
    ) -> None:
        whole, calls = optimize(make, targets)
        expected = outcome(whole)
        for fatal in (1, 2, 6, 7, 20, 33, calls):
            folder = tmp_path / str(fatal)
            with pytest.raises(Killed):
                optimize(make, targets, run=folder, fatal=fatal)
            resumed, rest = optimize(make, targets, run=folder)
            assert outcome(resumed) == expected
            assert fatal - 1 + rest == calls

    def test_it_may_be_killed_again_and_again(self, tmp_path: Path, name: str, make: Any, targets: Any) -> None:
        expected = outcome(optimize(make, targets)[0])
        for _ in range(60):
            try:
                resumed, _ = optimize(make, targets, run=tmp_path / "run", fatal=4)
                break
            except Killed:
                continue
        assert outcome(resumed) == expected

    def test_a_folder_does_not_change_the_result(self, tmp_path: Path, name: str, make: Any, targets: Any) -> None:
        assert outcome(optimize(make, targets, run=tmp_path / "run")[0]) == outcome(optimize(make, targets)[0])

    def test_a_finished_run_is_not_touched(self, tmp_path: Path, name: str, make: Any, targets: Any) -> None:
        folder = tmp_path / "run"
        first, _ = optimize(make, targets, run=folder)
        expected, before = outcome(first), {path: path.read_bytes() for path in folder.iterdir()}
        again, calls = optimize(make, targets, run=folder)
        assert calls == 0
        assert outcome(again) == expected
        assert {path: path.read_bytes() for path in folder.iterdir()} == before

    def test_a_larger_budget_extends_a_finished_run(self, tmp_path: Path, name: str, make: Any, targets: Any) -> None:
        optimize(make, targets, run=tmp_path / "run", evaluations=25)
        extended, calls = optimize(make, targets, run=tmp_path / "run", evaluations=60)
        assert calls == 60 - 25
        assert extended.evaluations == 60
        if name != "restarts":  # these keep the shares of the budget that they began with
            assert outcome(extended) == outcome(optimize(make, targets)[0])


@settings(max_examples=25)
@given(fatal=st.integers(1, 80), population=st.integers(1, 9), offspring=st.integers(1, 9), noise=st.booleans())
def test_any_population_resumes_from_any_evaluation(
    tmp_path_factory: pytest.TempPathFactory, fatal: int, population: int, offspring: int, noise: bool
) -> None:
    def make() -> Evolution:
        return Evolution(population_size=population, offspring_size=offspring, hall_of_fame=4)

    options = {"noise": 5.0 if noise else 0.0}
    expected = outcome(optimize(make, {"distance": -1}, **options)[0])
    folder = tmp_path_factory.mktemp("runs") / "run"
    with suppress(Killed):
        optimize(make, {"distance": -1}, run=folder, fatal=fatal, **options)
    assert outcome(optimize(make, {"distance": -1}, run=folder, **options)[0]) == expected


@pytest.mark.parametrize(
    "stop",
    [
        Stop(max_generations=5),
        Stop(max_evaluations=1000, stagnation=4),
        Stop(max_evaluations=1000, target_fitness={"distance": 0.0}),
    ],
)
def test_a_run_that_a_criterion_ended_is_finished(tmp_path: Path, stop: Stop) -> None:
    first, _ = optimize(SINGLE[0][1], {"distance": -1}, run=tmp_path / "run", stop=stop)
    expected = outcome(first)
    again, calls = optimize(SINGLE[0][1], {"distance": -1}, run=tmp_path / "run", stop=stop)
    assert (calls, outcome(again)) == (0, expected)


def test_a_run_that_its_time_ended_is_finished_and_more_time_extends_it(tmp_path: Path) -> None:
    make, targets = SINGLE[0][1], {"distance": -1}
    first, _ = optimize(make, targets, run=tmp_path / "run", stop=Stop(max_seconds=0.1))
    expected = outcome(first)[:-2]  # the stream may have made offspring that nobody evaluated
    assert first.stopped_by == "max_seconds"
    again, calls = optimize(make, targets, run=tmp_path / "run", stop=Stop(max_seconds=0.1))
    assert (calls, outcome(again)[:-2]) == (0, expected)
    more, calls = optimize(make, targets, run=tmp_path / "run", stop=Stop(max_seconds=again.seconds + 0.2))
    assert calls > 0
    assert more.evaluations == first.evaluations + calls
    assert more.seconds >= first.seconds + 0.2


class Patience:
    """A callback with a state: ends the run after so many generations."""

    def __init__(self, generations: int) -> None:
        self.generations = generations
        self.seen: list[int] = []

    def __call__(self, search: Any) -> bool:
        self.seen.append(search.evaluations)
        return len(self.seen) >= self.generations

    def state_dict(self) -> dict[str, Any]:
        return {"seen": self.seen}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.seen = state["seen"]


def test_a_callback_s_state_is_resumed_too(tmp_path: Path) -> None:
    make, targets = SINGLE[0][1], {"distance": -1}
    whole = Patience(5)
    expected = outcome(optimize(make, targets, callbacks=[whole])[0])
    with pytest.raises(Killed):
        optimize(make, targets, callbacks=[Patience(5)], run=tmp_path / "run", fatal=28)
    resumed = Patience(5)
    assert outcome(optimize(make, targets, callbacks=[resumed], run=tmp_path / "run")[0]) == expected
    assert resumed.seen == whole.seen
    assert optimize(make, targets, callbacks=[Patience(5)], run=tmp_path / "run")[1] == 0
    with pytest.raises(RunFolderError, match="callbacks"):
        optimize(make, targets, callbacks=[], run=tmp_path / "run")


def test_an_algorithm_with_a_state_that_cannot_be_saved_is_refused_before_anything_is_evaluated(tmp_path: Path) -> None:
    class Stateful:
        def __call__(self, population: Any, toolbox: Any, ngen: int, **rest: Any) -> Any:
            raise AssertionError("it must not be called")

    with pytest.raises(SettingError, match="`state_dict`"):
        Evolution(Stateful()).optimize(Toy(), 10, run=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 4}, "seed: 3 in the run, 4 now"),
        ({"technique": Evolution(population_size=7)}, "technique.population_size: 6 in the run, 7 now"),
        ({"technique": Evolution(population_size=6, cxpb=0.1)}, "technique.cxpb: 0.5 in the run, 0.1 now"),
        ({"technique": RandomSearch()}, "technique.name: 'Evolution' in the run, 'RandomSearch' now"),
        ({"mutate": tools.mutShuffleIndexes}, "toolbox.mutate.*deap.tools.mutation.mutShuffleIndexes"),
    ],
)
def test_other_settings_are_refused_with_each_difference(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    technique = Evolution(population_size=6)
    technique.optimize(Toy(), 20, seed=3, run=tmp_path / "run")
    before = (tmp_path / "run" / "run.sqlite").read_bytes()
    toolbox = Toy().toolbox()
    if "mutate" in change:
        toolbox.register("mutate", change["mutate"], indpb=0.5)
    with pytest.raises(RunFolderError, match=message):
        change.get("technique", technique).optimize(
            Toy(), 20, seed=change.get("seed", 3), run=tmp_path / "run", toolbox=toolbox
        )
    assert (tmp_path / "run" / "run.sqlite").read_bytes() == before


def test_other_versions_are_refused_unless_they_are_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dlopt_deap.storage import run_folder

    Evolution(population_size=6).optimize(Toy(), 20, seed=3, run=tmp_path / "run")
    monkeypatch.setattr(run_folder, "versions", lambda: {"python": "9.9"})
    with pytest.raises(RunFolderError, match=r"versions.python: '3\..* in the run, '9.9' now.*accept other versions"):
        Evolution(population_size=6).optimize(Toy(), 30, run=tmp_path / "run")
    with open_run(tmp_path / "run", accept_versions=True) as run:
        assert Evolution(population_size=6).optimize(Toy(), 30, run=run).evaluations == 30


def test_the_seed_of_a_resumed_run_need_not_be_told_again(tmp_path: Path) -> None:
    first = Evolution(population_size=6).optimize(Toy(), 20, run=tmp_path / "run")
    assert Evolution(population_size=6).optimize(Toy(), 30, run=tmp_path / "run").seed == first.seed


def test_an_operator_that_draws_from_elsewhere_is_found_out_when_the_run_is_resumed(tmp_path: Path) -> None:
    elsewhere = random.Random()

    def mutate(individual: Any) -> Any:
        individual[:] = [elsewhere.randint(0, 20) for _ in range(3)]
        return (individual,)

    def run(fatal: int) -> None:
        problem = Toy()
        toolbox = problem.toolbox(mutate=mutate, evaluate=Counted(problem, fatal))
        Evolution(population_size=4).optimize(problem, 60, seed=1, toolbox=toolbox, run=tmp_path / "run")

    with pytest.raises(Killed):
        run(11)
    with pytest.raises(RunFolderError, match=r"Evaluation 9 of the run was of .* draws from elsewhere"):
        run(-1)


def test_failures_are_resumed_and_too_many_in_a_row_stay_too_many(tmp_path: Path) -> None:
    def run(max_failures: int, **options: Any) -> Result:
        toolbox = Toy().toolbox(evaluate=lambda individual: (1 / (individual[0] - individual[0]),))
        return Evolution(population_size=6, max_failures=max_failures).optimize(
            Toy(), 60, seed=1, toolbox=toolbox, run=tmp_path / "run", **options
        )

    for _ in range(2):
        with pytest.raises(EvaluationError, match="None of 10 evaluations succeeded"):
            run(10)
    with pytest.raises(EvaluationError, match="None of 15 evaluations succeeded"):
        run(15)


def test_arguments_that_are_functions_or_no_numbers_are_settings_too(tmp_path: Path) -> None:
    def algorithm(population: Any, toolbox: Any, ngen: int, key: Any, unknown: float, **options: Any) -> Any:
        assert key is len
        assert np.isnan(unknown)
        return ea_mu_plus_lambda(population, toolbox, 5, 5, ngen=ngen, **options)

    def run(key: Any, evaluations: int) -> Result:
        technique = Evolution(algorithm, 5, key=key, unknown=np.nan)
        return technique.optimize(Toy(), evaluations, seed=1, run=tmp_path / "run")

    run(len, 20)
    assert run(len, 30).evaluations == 30
    with pytest.raises(RunFolderError, match=r"technique\.key: 'builtins\.len' in the run, 'builtins\.max' now"):
        run(max, 40)


creator.create("ResumeMin", base.Fitness, weights=(-1.0,))
creator.create("ResumeList", list, fitness=creator.ResumeMin)
creator.create("ResumeArray", np.ndarray, fitness=creator.ResumeMin)


@pytest.mark.parametrize("kind", ["ResumeList", "ResumeArray"])
def test_individuals_made_by_deap_s_creator_are_resumed_with_their_attributes(tmp_path: Path, kind: str) -> None:
    def draw() -> Any:
        individual = getattr(creator, kind)([random.uniform(0, 20) for _ in range(3)])
        individual.strategy = [random.random() for _ in range(3)]
        return individual

    def mutate(individual: Any) -> Any:
        for i, sigma in enumerate(individual.strategy):
            individual.strategy[i] = sigma * random.lognormvariate(0, 0.2)
            individual[i] += random.gauss(0, sigma) + np.random.normal()  # noqa: NPY002 - as DEAP's CMA-ES draws
        return (individual,)

    def run(fatal: int, **options: Any) -> Any:
        calls: list[int] = []

        def evaluate(individual: Any) -> tuple[float]:
            calls.append(1)
            if len(calls) == fatal:
                raise Killed
            return (abs(float(sum(individual)) - 30),)

        toolbox = base.Toolbox()
        toolbox.register("individual", draw)
        toolbox.register("population", tools.initRepeat, list, toolbox.individual)
        toolbox.register("evaluate", evaluate)
        toolbox.register("mutate", mutate)
        toolbox.register("mate", tools.cxTwoPoint)
        toolbox.register("select", tools.selTournament, tournsize=2)
        technique = Evolution(algorithms.eaMuPlusLambda, 6, 6, cxpb=0.0, mutpb=1.0, hall_of_fame=1)
        result = technique.optimize(Toy(), 60, seed=5, toolbox=toolbox, **options)
        final = [(list(one), one.strategy, one.fitness.values) for one in result.population]
        return final, list(result.best), logbook_csv(result.logbook), random.getstate()

    expected = run(-1)
    with pytest.raises(Killed):
        run(40, run=tmp_path / "run")
    assert run(-1, run=tmp_path / "run") == expected


creator.create("ResumeSet", set, fitness=creator.ResumeMin)


def test_individuals_that_are_sets_are_resumed(tmp_path: Path) -> None:
    def mutate(individual: Any) -> Any:
        individual.symmetric_difference_update({random.choice("abcdef")})
        return (individual,)

    def run(fatal: int, **options: Any) -> Any:
        calls: list[int] = []

        def evaluate(individual: Any) -> tuple[float]:
            calls.append(1)
            if len(calls) == fatal:
                raise Killed
            return (abs(len(individual) - 4),)

        toolbox = base.Toolbox()
        toolbox.register("individual", lambda: creator.ResumeSet(random.sample("abcdef", 2)))
        toolbox.register("population", tools.initRepeat, list, toolbox.individual)
        toolbox.register("evaluate", evaluate)
        toolbox.register("mutate", mutate)
        toolbox.register("select", tools.selTournament, tournsize=2)
        technique = Evolution(algorithms.eaMuPlusLambda, 6, 6, cxpb=0.0, mutpb=1.0, hall_of_fame=3)
        result = technique.optimize(Toy(), 60, seed=5, toolbox=toolbox, **options)
        return [set(one) for one in result.population], logbook_csv(result.logbook), random.getstate()

    expected = run(-1)
    with pytest.raises(Killed):
        run(40, run=tmp_path / "run")
    assert run(-1, run=tmp_path / "run") == expected


def generate_and_update(population: list[Any], toolbox: Any, ngen: int, halloffame: Any, **rest: Any) -> Any:
    """Make generations as DEAP's ``eaGenerateUpdate`` does, whose strategy is behind two aliases of the toolbox."""
    del rest
    for _ in range(max(ngen, 1)):
        population[:] = toolbox.generate()
        for individual, values in zip(population, toolbox.map(toolbox.evaluate, population), strict=True):
            individual.fitness.values = values
        halloffame.update(population)
        toolbox.update(population)
    return population, None


def cma_toolbox(toolbox: base.Toolbox) -> Evolution:
    strategy = cma.Strategy(centroid=[1.0, 2.0, 3.0], sigma=2.0, lambda_=6)
    toolbox.register("individual", creator.ResumeList, [1.0, 2.0, 3.0])
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("generate", strategy.generate, creator.ResumeList)
    toolbox.register("update", strategy.update)
    return Evolution(generate_and_update, 6)


def memory_toolbox(toolbox: base.Toolbox) -> Evolution:
    toolbox.register("select", tools.selNSGA3WithMemory(tools.uniform_reference_points(2, 4)))
    return Evolution(algorithms.eaMuPlusLambda, 6, 6)


def stream_toolbox(toolbox: base.Toolbox) -> Evolution:
    own, numbers = random.Random(3), np.random.default_rng(4)
    toolbox.register("step", own.choice, (-2, -1, 1, 2))
    toolbox.register("noise", numbers.integers, 0, 3)

    def mutate(individual: Any) -> Any:
        individual[0] = min(max(individual[0] + toolbox.step() + int(toolbox.noise()), 0), 20)
        return (individual,)

    toolbox.register("mutate", mutate)
    return Evolution(ea_mu_plus_lambda, 6, 6)


@pytest.mark.parametrize(
    ("make", "targets"),
    [(cma_toolbox, {"distance": -1}), (memory_toolbox, TWO), (stream_toolbox, {"distance": -1})],
)
@pytest.mark.parametrize("evaluations", [6, 12, 17, 30])
def test_what_has_a_state_behind_the_functions_of_a_toolbox_is_resumed_too(
    tmp_path: Path, make: Any, targets: Any, evaluations: int
) -> None:
    def run(budget: int, **options: Any) -> Any:
        problem = Toy(dict(targets))
        toolbox = problem.toolbox()
        technique = make(toolbox)
        result = technique.optimize(problem, budget, seed=2, toolbox=toolbox, **options)
        return [(list(one), one.fitness.values) for one in result.population], logbook_csv(result.logbook)

    expected = run(60)
    run(evaluations, run=tmp_path / "run")
    assert run(60, run=tmp_path / "run") == expected


def test_a_toolbox_whose_state_cannot_be_saved_is_refused_before_anything_is_evaluated(tmp_path: Path) -> None:
    class Surrogate:
        def __init__(self) -> None:
            self.model = object()

        def select(self, individuals: Any, k: int) -> Any:
            raise AssertionError("it must not be called")

    toolbox = Toy().toolbox(select=Surrogate().select)
    with pytest.raises(SettingError, match=r"`toolbox\.select` belongs to an object of Surrogate.*`state_dict`"):
        Evolution(algorithms.eaSimple, 4).optimize(Toy(), 20, toolbox=toolbox, run=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_another_toolbox_with_a_state_is_refused(tmp_path: Path) -> None:
    def run(budget: int, **functions: Any) -> None:
        toolbox = Toy().toolbox(**functions)
        Evolution(ea_mu_plus_lambda, 4).optimize(Toy(), budget, seed=1, toolbox=toolbox, run=tmp_path / "run")

    run(12)
    with pytest.raises(RunFolderError, match=r"toolbox\.draw: nothing in the run"):
        run(20, draw=random.Random(1).random)
