"""The page of a run, as text."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tools.page.runs import HOSTILE, LONG, SCRIPT, Page, failing, unfinished

from dlopt_deap.tools import read_run
from dlopt_deap.tools.page import page_html, try_page, write_page
from dlopt_deap.tools.reporting.run_figures import draw_run
from dlopt_deap.tools.saved.run_record import record_to_be

VOID = {"meta", "img"}

ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section", "footer", "h1", "h2", "p"),
    *("ul", "li", "a", "dl", "dt", "dd", "figure", "figcaption", "img", "div", "pre", "code", "details", "summary"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
"""The elements of a page. None of them runs or loads anything by itself, but the images, which are in the page."""


def page_of(folder: Path) -> Page:
    return Page(page_html(read_run(folder)))


def saved(folder: Path, **entries: Any) -> Path:
    """Write a result as an older version, or somebody, may have left it."""
    folder.mkdir(exist_ok=True)
    told = {"seed": 1, "fitness": {"mae": 0.1}, "layers": [1, 4, 1], "look_back": 3, "evaluations": 10}
    (folder / "result.json").write_text(json.dumps(told | entries))
    return folder


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unfinished(tmp_path_factory.mktemp("runs") / "killed")


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return failing(tmp_path_factory.mktemp("runs") / "failed")


def test_a_run_that_has_not_come_to_its_end_says_so_first_and_how_to_resume_it(killed: Path) -> None:
    page = page_of(killed)
    assert "This run has not come to its end: it was ended by max_evaluations, after 13 evaluations." in page.words
    assert "The best so far, a recurrent network with " in page.words
    assert "the best of many noisy values promises too much" in page.words
    assert "call the program again with the same folder" in page.words
    assert "Forecast" not in page.words


def test_reasons_of_failures_are_counted_and_escaped(failed: Path) -> None:
    page = page_of(failed)
    assert f"OSError: {SCRIPT}" in page.words
    assert page.all("script") == []
    assert LONG not in page.words
    record = read_run(failed)
    assert record.failures
    assert f"{record.failures} evaluations of 40 failed" in page.words


def test_a_run_that_goes_on_says_who_is_at_it(tmp_path: Path) -> None:
    from dlopt_deap.storage import open_run

    unfinished(tmp_path / "run")
    with open_run(tmp_path / "run", "resume"):
        assert "This run goes on (process " in page_of(tmp_path / "run").words


@pytest.mark.parametrize("name", ["killed", "failed"])
def test_every_element_is_closed_in_its_order_and_ids_are_unique(name: str, request: pytest.FixtureRequest) -> None:
    open_ones: list[str] = []

    class Checker(Page):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            super().handle_starttag(tag, attrs)
            if tag not in VOID:
                open_ones.append(tag)

        def handle_endtag(self, tag: str) -> None:
            super().handle_endtag(tag)
            assert open_ones.pop() == tag

    page = Checker(page_html(read_run(request.getfixturevalue(name))))
    assert open_ones == []
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    links = [str(one["href"]) for one in page.all("a")]
    assert {link[1:] for link in links if link.startswith("#")} == set(ids)


def test_no_attribute_runs_or_loads_anything(failed: Path, tmp_path: Path) -> None:
    draw_run(read_run(failed))
    page = page_of(failed)
    for name, attributes in page.elements:
        assert not [one for one in attributes if one.startswith("on") or one == "style"], name
        assert str(attributes.get("src", "data:image/png;base64,")).startswith("data:image/png;base64,")
        assert "://" not in str(attributes.get("href", ""))
        assert not str(attributes.get("href", "")).lower().startswith(("javascript:", "data:"))
    assert page.all("img")
    (policy,) = [one["content"] for one in page.all("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    assert str(policy).startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in str(policy)


@pytest.mark.parametrize("text", [*HOSTILE, "]]>", "--><b>", "\x00\x1b[31m", "\ud800", "x" * 100_000])
def test_whatever_a_folder_holds_is_text_on_one_line_and_none_of_it_too_long(tmp_path: Path, text: str) -> None:
    settings = {
        "problem": {"name": text, "series": {"name": text}, "targets": {text: -1}, "space": {text: [text, None]}},
        "technique": {text: text},
        "repeat": {text: text, "seed": text},
        "stop": {"max_evaluations": text},
    }
    series = {"name": text, "rows": 3, "inputs": [text], "targets": [text], "splits": {text: text}, "time": text}
    test = {"network": {"mae": 1.0}, text: {"mae": 2.0}}
    run = {"versions": {text: text}}
    options = {"program": text, "file": text, text: text, "data": {"kind": text, "path": text}}
    told = {"settings": settings, "series": series, "test": test, "run": run, "stopped_by": text, "options": options}
    others = [{"fitness": {text: 1.0}, "genes": [text]}] * 2
    page = page_of(saved(tmp_path / "run", fitness={text: 0.5}, others=others, genes=[text], **told))
    assert {name for name, _ in page.elements} <= ELEMENTS
    assert "\u202e" not in page.html
    assert "\x00" not in page.html
    assert page.html.encode()
    assert "\x1b" not in page.html
    assert len(page.text) - sum(map(len, page.codes.values())) < 30_000  # what is to be copied must be whole
    for code in page.codes.values():
        assert code.isprintable() or set(code) - {"\n"} == {one for one in code if one.isprintable()}


def test_a_network_that_does_not_beat_what_costs_nothing_is_told_so(tmp_path: Path) -> None:
    test = {"network": {"mae": 3.0}, "last value": {"mae": 4.0}, "linear autoregression": {"mae": 2.0}}
    words = page_of(saved(tmp_path / "run", test=test)).words
    assert "It does not beat linear autoregression (2), which costs nothing: as it stands, prefer that." in words
    assert "It has 25 % less than the best naive forecast, the last value (4)." in words


def test_a_lead_that_chance_explains_is_told_so(tmp_path: Path) -> None:
    test = {"network": {"mae": 0.95}, "last value": {"mae": 1.0}}
    folder = saved(tmp_path / "run", test=test)
    rows = "\n".join(f"{row},0,{[-0.1, 1.8][row % 2]},1" for row in range(40))
    (folder / "forecast.csv").write_text(f"time,y truth,y network,y last value\n{rows}\n")
    words = page_of(folder).words
    assert "That is 5 % less than the best naive forecast, the last value (1)." in words
    assert "the lead over the last value may be chance" in words
    assert "nearer to what came on 20 of 40 rows" in words
    steady = "\n".join(f"{row},0,{[0.5, 0.6][row % 2]},1" for row in range(40))
    (folder / "forecast.csv").write_text(f"time,y truth,y network,y last value\n{steady}\n")
    assert "may be chance" not in page_of(folder).words


def test_several_targets_are_told_apart(tmp_path: Path) -> None:
    test = {"network": {"mae": 1.0}, "last value": {"mae": 2.0}}
    folder = saved(tmp_path / "run", test=test)
    header = ",".join(f"{name} {what}" for name in ("load", "temp") for what in ("truth", "network", "last value"))
    (folder / "forecast.csv").write_text(f"time,{header}\n" + "1,0,1,3,0,1,0.5\n" * 30)
    words = page_of(folder).words
    assert "Mean absolute error of each target on the test split, in its own units." in words
    assert "load the last value 1 3 67 % less" in words
    assert "temp the last value 1.000 0.500 100 % more" in words


@pytest.mark.parametrize("entries", [{}, {"others": [{"fitness": {"mae": 0.2}}]}, {"layers": [], "look_back": 0}])
def test_an_old_folder_with_nothing_but_a_result_has_a_page(tmp_path: Path, entries: dict[str, Any]) -> None:
    page = page_of(saved(tmp_path / "run", **entries))
    assert "reached mae 0.1." in page.words
    assert [one["href"] for one in page.all("a") if not str(one["href"]).startswith("#")] == ["result.json"]
    assert page.codes == {}


def test_a_figure_that_is_a_link_or_no_picture_is_left_out(killed: Path, tmp_path: Path) -> None:
    shutil.copytree(killed, tmp_path / "run")
    figures = tmp_path / "run" / "figures"
    names = [path.name for path in draw_run(read_run(killed), tmp_path / "drawn")]
    assert names[:2] == ["fitness_log_p.png", "architectures.png"]
    (tmp_path / "secret").write_text("secret")
    figures.mkdir()
    (figures / "fitness_log_p.png").symlink_to(tmp_path / "drawn" / "fitness_log_p.png")
    (figures / "architectures.png").write_text("<svg onload='alert(1)'>")
    assert page_of(tmp_path / "run").all("img") == []
    assert len(Page(page_html(read_run(killed), figures=tmp_path / "drawn")).all("img")) == len(names)
    shutil.rmtree(figures)
    figures.symlink_to(tmp_path / "drawn")
    assert page_of(tmp_path / "run").all("img") == []


def test_a_page_elsewhere_links_to_the_files_of_the_run(killed: Path, tmp_path: Path) -> None:
    page = write_page(read_run(killed), tmp_path / "else where" / "report.html")
    links = [str(one["href"]) for one in Page(page.read_text("utf-8")).all("a")]
    (link,) = [one for one in links if one.endswith("run.sqlite")]
    assert (page.parent / link).resolve() == killed / "run.sqlite"


def test_the_page_of_a_run_that_has_ended_is_the_same_each_time(tmp_path: Path) -> None:
    record = read_run(saved(tmp_path / "run"))
    assert page_html(record) == page_html(record)
    assert record.state == "ended"
    to_be = record_to_be(tmp_path / "run", json.loads((tmp_path / "run" / "result.json").read_text()))
    assert page_html(to_be) == page_html(record)


def test_a_page_that_cannot_be_made_is_a_warning(tmp_path: Path) -> None:
    def fail() -> None:
        raise ZeroDivisionError("of somebody's numbers")

    from dlopt_deap.errors import DloptWarning

    with pytest.warns(DloptWarning, match="could not be made: ZeroDivisionError: of somebody's numbers"):
        try_page(fail)
