"""The figures of populations, operators and individuals: what they show."""

import random
from typing import Any

import numpy as np
import pytest
from deap import algorithms, base, creator, tools
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure

from dlopt_deap.errors import DataError, SettingError
from dlopt_deap.plots import (
    architectures_over_generations,
    fitness_over_evaluations,
    genealogy,
    operator_success,
    parallel_coordinates,
    population_over_generations,
)
from dlopt_deap.plots.operators import success_rate
from dlopt_deap.plots.population import origins
from dlopt_deap.storage import Individual

FIRST = [Individual(1, [2, 4], {"mae": 0.5}), Individual(2, [3, 6], {"mae": 0.25})]
CROSSED = Individual(3, [3, 4], {"mae": 0.3}, (1, 2), ("mate",))
MUTATED = Individual(4, [3, 5, 7], {"mae": 0.125}, (3,), ("mutate",))
BOTH = Individual(5, [2, 6], {"mae": 0.4}, (1, 2), ("mate", "mutate"))
POPULATIONS = [FIRST, [FIRST[1], CROSSED], [CROSSED, MUTATED, BOTH]]


def ax(panels: int = 1) -> Any:
    return Figure().subplots(panels, 1)


def edges(drawn: Any, label: str) -> list[list[list[float]]]:
    """The lines of a genealogy that have a label."""
    found = [one for one in drawn.collections if isinstance(one, LineCollection) and one.get_label() == label]
    return [segment.tolist() for one in found for segment in one.get_segments()]


def test_each_individual_is_a_dot_in_each_generation_that_it_lives_in() -> None:
    drawn = population_over_generations(POPULATIONS, "mae", ax=ax())
    dots = {one.get_label(): one.get_offsets().tolist() for one in drawn.collections}
    assert dots == {
        "kept": [[1, 0.25], [2, 0.3]],
        "made anew": [[0, 0.5], [0, 0.25]],
        "mate": [[1, 0.3]],
        "mutate": [[2, 0.125]],
        "mate and mutate": [[2, 0.4]],
    }
    assert drawn.lines[0].get_ydata().tolist() == [0.25, 0.25, 0.125]


def test_origins_differ_in_shape_and_not_in_colour_alone() -> None:
    drawn = population_over_generations(POPULATIONS, "mae", ax=ax())
    shapes = {one.get_paths()[0].vertices.tobytes() for one in drawn.collections}
    assert len(shapes) == len(drawn.collections) == 5


def test_operators_that_are_not_known_by_name_are_drawn_too() -> None:
    other = Individual(6, [2, 2], {"mae": 0.1}, (1,), ("grow",))
    assert origins([FIRST, [other]]) == [["made anew", "made anew"], ["otherwise"]]


def test_dots_are_coloured_by_a_trait_with_a_bar_that_names_it() -> None:
    drawn = population_over_generations(POPULATIONS, "mae", colour="layers", ax=ax())
    dots = next(one for one in drawn.collections if isinstance(one, PathCollection))
    assert dots.get_array().tolist() == [1, 1, 1, 1, 1, 2, 1]
    assert drawn.figure.axes[1].get_ylabel() == "recurrent layers"
    with pytest.raises(SettingError, match="`colour` must be one of origin, look_back"):
        population_over_generations(POPULATIONS, "mae", colour="layer", ax=ax())
    with pytest.raises(DataError, match="`colour='num_weights'` needs the networks"):
        population_over_generations(POPULATIONS, "mae", colour="num_weights", ax=ax())


def test_the_share_of_each_look_back_is_that_of_the_generation() -> None:
    panels = architectures_over_generations(POPULATIONS, "mae", ax=ax(3))
    shares = panels[0].collections[0].get_array().filled(0.0)
    np.testing.assert_allclose(shares, [[0.5, 0.0, 1 / 3], [0.5, 1.0, 2 / 3]])  # look-backs 2 and 3
    assert panels[0].lines[0].get_ydata().tolist() == [3, 3, 3]
    assert panels[1].lines[0].get_ydata().tolist() == [1, 1, 2]
    assert panels[2].lines[0].get_ydata().tolist() == [6, 6, 6]


def test_a_generation_that_was_not_kept_leaves_a_gap() -> None:
    panels = architectures_over_generations([FIRST, [], FIRST], "mae", ax=ax(3))
    assert panels[0].collections[0].get_array().mask[:, 1].all()
    assert np.isnan(panels[0].lines[0].get_ydata()[1])


def test_a_genealogy_joins_children_to_their_parents_by_their_operators() -> None:
    drawn = genealogy(POPULATIONS, "mae", ax=ax())
    assert edges(drawn, "mutate") == [[[1, 0.3], [2, 0.125]]]
    assert edges(drawn, "mate") == [[[0, 0.5], [1, 0.3]], [[0, 0.25], [1, 0.3]]]
    assert edges(drawn, "mate and mutate") == []  # it is no ancestor of the best, and so it is pale
    assert sum(len(one.get_segments()) for one in drawn.collections if isinstance(one, LineCollection)) == 5
    assert drawn.get_title() == "Genealogy of 5 individuals; 3 ancestors of the best"


def test_the_line_of_the_best_follows_the_better_parent() -> None:
    drawn = genealogy(POPULATIONS, "mae", ax=ax())
    line = next(one for one in drawn.lines if one.get_label() == "line of the best")
    assert line.get_xydata().tolist() == [[2, 0.125], [1, 0.3], [0, 0.25]]
    worse = genealogy(POPULATIONS, "mae", sign=1, ax=ax())
    assert next(one for one in worse.lines if one.get_label() == "the best").get_xydata().tolist() == [[0, 0.5]]


def test_the_line_turns_to_the_better_parent_and_not_to_the_latest() -> None:
    older, newer = Individual(1, [2, 2], {"mae": 0.1}), Individual(2, [2, 2], {"mae": 0.2})
    child = Individual(3, [2, 2], {"mae": 0.05}, (2, 1), ("mate",))
    line = genealogy([[older, newer], [child]], "mae", ax=ax()).lines[0]
    assert line.get_xydata().tolist() == [[1, 0.05], [0, 0.1]]


def test_an_ancestor_that_no_population_took_up_ends_the_line() -> None:
    orphan = Individual(9, [2, 2], {"mae": 0.1}, (7, 8), ("mate",))
    drawn = genealogy([[orphan]], "mae", ax=ax())
    assert drawn.get_title() == "Genealogy of 1 individual; 0 ancestors of the best"


def test_of_very_many_individuals_the_ancestors_are_drawn_alone() -> None:
    many = [Individual(number, [2, 2], {"mae": 1 + number / 1e4}) for number in range(10, 1_600)]
    drawn = genealogy([[*FIRST, *many], [CROSSED], [MUTATED]], "mae", ax=ax())
    assert sum(len(one.get_offsets()) for one in drawn.collections if isinstance(one, PathCollection)) == 4
    assert drawn.get_title().replace("\n", " ").endswith("3 ancestors of the best, drawn alone")


@pytest.fixture(scope="module")
def history() -> Any:
    """DEAP's own history of DEAP's own algorithm, and its hall of fame."""
    creator.create("PlotFitness", base.Fitness, weights=(1.0,))
    creator.create("PlotIndividual", list, fitness=creator.PlotFitness)
    random.seed(1)
    toolbox = base.Toolbox()
    toolbox.register("individual", tools.initRepeat, creator.PlotIndividual, lambda: random.randint(0, 1), 12)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", lambda individual: (sum(individual),))
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.1)
    toolbox.register("select", tools.selTournament, tournsize=3)
    kept, fame = tools.History(), tools.HallOfFame(1)
    toolbox.decorate("mate", kept.decorator)
    toolbox.decorate("mutate", kept.decorator)
    population = toolbox.population(n=10)
    kept.update(population)
    algorithms.eaSimple(population, toolbox, 0.5, 0.3, 6, halloffame=fame, verbose=False)
    yield kept, fame
    del creator.PlotFitness, creator.PlotIndividual


def test_the_history_of_deap_is_drawn_with_the_ancestors_that_deap_finds(history: Any) -> None:
    kept, fame = history
    drawn = genealogy(kept, best=fame[0], ax=ax())
    known = kept.getGenealogy(fame[0])
    ancestors = {parent for parents in known.values() for parent in parents}
    assert ancestors
    assert drawn.get_title().endswith(f"individuals; {len(ancestors)} ancestors of the best")
    coloured = edges(drawn, "mate") + edges(drawn, "mutate")
    assert len(coloured) == sum(len(set(parents)) for parents in known.values())
    assert all(parent[0] < child[0] for parent, child in coloured)


def test_a_history_without_a_best_has_no_line_and_one_that_is_not_in_it_is_refused(history: Any) -> None:
    kept, _ = history
    drawn = genealogy(kept, ax=ax())
    assert (drawn.lines[:], drawn.get_legend()) == ([], None)
    with pytest.raises(SettingError, match="`best` must be an individual of the history or its index, 1 to"):
        genealogy(kept, best=10_000, ax=ax())
    with pytest.raises(DataError, match="The history holds no individual; decorate the toolbox"):
        genealogy(tools.History(), ax=ax())


def counting(rows: list[tuple[int, int, int, int]]) -> tools.Logbook:
    logbook = tools.Logbook()
    for gen, (crossed, better, mutated, fitter) in enumerate(rows):
        logbook.record(
            **{"gen": gen, "evaluations": 10 * gen, "mate_tried": crossed, "mate_better": better},
            **{"mutate_tried": mutated, "mutate_better": fitter},
        )
    return logbook


def test_the_success_of_an_operator_is_the_share_over_the_latest_generations() -> None:
    logbook = counting([(0, 0, 0, 0), (10, 5, 4, 1), (10, 1, 4, 1), (0, 0, 4, 4)])
    drawn = operator_success(logbook, window=2, ax=ax())
    mate, mutate = drawn.lines
    np.testing.assert_allclose(mate.get_ydata(), [np.nan, 0.5, 0.3, 0.1])
    np.testing.assert_allclose(mutate.get_ydata(), [np.nan, 0.25, 0.25, 0.625])
    assert [mate.get_label(), mutate.get_label()] == ["mate: 6 of 20", "mutate: 6 of 12"]
    assert (mate.get_linestyle(), mate.get_marker()) != (mutate.get_linestyle(), mutate.get_marker())


def test_an_operator_that_was_never_applied_is_left_out_and_none_at_all_is_told() -> None:
    drawn = operator_success(counting([(0, 0, 5, 1), (0, 0, 5, 2)]), ax=ax())
    assert [line.get_label() for line in drawn.lines] == ["mutate: 3 of 10"]
    with pytest.raises(DataError, match="must count offspring in columns such as `mate_tried`"):
        operator_success(counting([(0, 0, 0, 0)]), ax=ax())


def test_the_interval_of_a_share_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    for truth in (0.05, 0.3, 0.5):
        better = rng.binomial(40, truth, size=20_000).astype(float)
        _, low, high = success_rate(np.full(20_000, 40.0), better)
        assert 0.93 < ((low <= truth) & (truth <= high)).mean() < 0.98


def test_each_individual_is_a_line_across_what_is_known_of_it() -> None:
    drawn = parallel_coordinates(POPULATIONS, "mae", ax=ax())
    labels = [label.get_text().replace("\n", " ") for label in drawn.get_xticklabels()]
    assert labels == ["look-back / rows", "recurrent layers", "mean units a layer", "mae"]
    assert len(drawn.collections[0].get_segments()) == 5
    best = drawn.lines[0]
    assert best.get_label() == "the best"
    np.testing.assert_allclose(best.get_ydata()[2:], [(6 - 4) / (6 - 4), 0.0])


def test_the_better_an_individual_the_darker_and_the_later_it_is_drawn() -> None:
    bundle = parallel_coordinates(POPULATIONS, "mae", ax=ax()).collections[0]
    ends = [segment[-1][1] for segment in bundle.get_segments()]
    assert ends == sorted(ends, reverse=True)
    light = bundle.get_colors()[:, :3] @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(light) < 0).all()


def test_what_lies_far_beyond_the_rest_is_drawn_at_the_end_of_its_axis_and_counted() -> None:
    many = [[Individual(number, [2, number], {"mae": 1 + number / 100}) for number in range(1, 60)]]
    wild = [[*many[0], Individual(60, [2, 60], {"mae": 9.0})]]
    notes = [
        [text.get_text() for text in parallel_coordinates(one, "mae", ax=ax()).texts if "beyond" in text.get_text()]
        for one in (many, wild)
    ]
    assert notes == [[], ["1 of 240 values lie beyond an axis, and are drawn at its end"]]


def test_quantiles_of_the_population_are_those_of_its_individuals(searched: Any) -> None:
    drawn = fitness_over_evaluations(searched.folder, "log_p", band=(0.25, 0.75), ax=ax())
    values = [[one.fitness["log_p"] for one in population] for population in searched.log.populations]
    np.testing.assert_allclose(drawn.lines[0].get_ydata(), [np.median(one) for one in values])
    heights = drawn.collections[0].get_paths()[0].vertices[:, 1]
    assert heights.max() == pytest.approx(max(np.quantile(one, 0.75) for one in values))
    assert drawn.get_legend().get_texts()[0].get_text() == "25% to 75% quantiles"


@pytest.mark.parametrize("band", ["quantiles", (0.5,), (0.9, 0.1), (-1, 2), 3, ("a", "b")])
def test_a_band_that_is_none_is_refused(searched: Any, band: Any) -> None:
    with pytest.raises(SettingError, match="`band` must be"):
        fitness_over_evaluations(searched.folder, "log_p", band=band, ax=ax())
