"""The page of a run in a browser, as people see it."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.keras]

KINDS = ("hostile", "several", "promise", "text", "training", "sampling", "failing")
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
SMALLEST_TEXT = 12.0
"""Pixels of the smallest text on a phone."""

CONTRAST = """() => {
  const channel = one => { const c = one / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const light = rgb => 0.2126 * channel(rgb[0]) + 0.7152 * channel(rgb[1]) + 0.0722 * channel(rgb[2]);
  const parts = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const behind = element => {
    for (let one = element; one; one = one.parentElement) {
      const rgb = parts(getComputedStyle(one).backgroundColor);
      if (rgb.length === 3 || rgb[3] > 0) return rgb;
    }
    return [255, 255, 255];
  };
  const found = {};
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some(one => one.nodeType === 3 && one.textContent.trim());
    if (!own) continue;
    const [a, b] = [light(parts(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => y - x);
    const key = element.tagName + "." + element.className;
    found[key] = Math.min(found[key] ?? 99, (a + 0.05) / (b + 0.05));
  }
  return found;
}"""

TEXT_SIZES = """() => [...document.body.querySelectorAll("*")]
  .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()))
  .map(one => parseFloat(getComputedStyle(one).fontSize))"""

OVERFLOWING = """() => [...document.body.querySelectorAll("*")].filter(one => {
  if (one.closest(".scroll, pre")) return false;
  const box = one.getBoundingClientRect();
  return box.right > innerWidth + 0.5 || box.left < -0.5;
}).map(one => one.tagName + ": " + one.textContent.slice(0, 80))"""


@pytest.fixture(params=KINDS)
def page_file(request: pytest.FixtureRequest, pages: Path) -> Path:
    return pages / "runs" / f"a {request.param}" / "report.html"


class Opened:
    """A page in the browser, with what it said and asked for."""

    def __init__(self, browser: Any, file: Path, viewport: dict[str, int]) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        self.context = browser.new_context(viewport=viewport, device_scale_factor=1)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append(dialog.message), dialog.dismiss()))
        self.page.route("**/*", self._judge)
        self.page.goto(file.as_uri())

    def _judge(self, route: Any) -> None:
        """Let the file itself be opened, and nothing else."""
        if route.request.url.startswith("file://") and route.request.is_navigation_request():
            route.continue_()
        else:
            self.asked.append(route.request.url)
            route.abort()

    def __enter__(self) -> "Opened":
        return self

    def __exit__(self, *error: object) -> None:
        self.context.close()


def test_it_opens_from_the_disk_without_a_word_on_the_console_and_asks_for_nothing(
    browser: Any, page_file: Path
) -> None:
    with Opened(browser, page_file, WIDE) as opened:
        opened.page.wait_for_load_state("networkidle")
        assert opened.said == []
        assert opened.asked == []
        assert opened.page.evaluate("document.querySelectorAll('script').length") == 0


def test_its_style_is_the_one_that_its_policy_allows(browser: Any, page_file: Path) -> None:
    with Opened(browser, page_file, WIDE) as opened:
        assert opened.page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") == "736px"


def test_what_somebody_adds_to_it_is_not_run(browser: Any, pages: Path, tmp_path: Path) -> None:
    html = (pages / "runs" / "a several" / "report.html").read_text("utf-8")
    harm = "<script>document.title='run'</script><img src='http://example.com/x.png' onerror=\"document.title='run'\">"
    (tmp_path / "report.html").write_text(html.replace("<main>", f"<main>{harm}"), "utf-8")
    with Opened(browser, tmp_path / "report.html", WIDE) as opened:
        opened.page.wait_for_load_state("networkidle")
        assert opened.page.title() != "run"
        assert opened.asked == []
        assert all("Content Security Policy" in one for one in opened.said)
        assert len(opened.said) >= 3


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_every_figure_is_there_and_seen(browser: Any, page_file: Path, viewport: dict[str, int]) -> None:
    with Opened(browser, page_file, viewport) as opened:
        images = opened.page.query_selector_all("img")
        figures = page_file.parent / "figures"
        assert len(images) == len(list(figures.glob("*.png"))) > 0
        for image in images:
            assert image.is_visible()
            assert image.evaluate("one => one.complete && one.naturalWidth") > 300
            box = image.bounding_box()
            assert box["width"] >= 300
            assert box["width"] <= viewport["width"]
            ratio = image.evaluate("one => one.naturalWidth / one.naturalHeight")
            assert box["width"] / box["height"] == pytest.approx(ratio, rel=0.02)
            assert len(image.get_attribute("alt")) > 30


def test_on_a_phone_nothing_sticks_out_and_the_text_is_large_enough(browser: Any, page_file: Path) -> None:
    with Opened(browser, page_file, PHONE) as opened:
        opened.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert opened.page.evaluate(OVERFLOWING) == []
        assert min(opened.page.evaluate(TEXT_SIZES)) >= SMALLEST_TEXT
        boxes = opened.page.query_selector_all(".scroll, pre")
        assert boxes
        for box in boxes:
            assert box.evaluate("one => getComputedStyle(one).overflowX") == "auto"
            assert box.evaluate("one => one.tabIndex") == 0  # so that keys scroll it


def test_text_stands_out_from_what_is_behind_it(browser: Any, page_file: Path) -> None:
    with Opened(browser, page_file, WIDE) as opened:
        opened.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found = opened.page.evaluate(CONTRAST)
        assert len(found) > 10
        assert {name: ratio for name, ratio in found.items() if ratio < 4.5} == {}


def test_readers_that_do_not_see_find_their_way(browser: Any, page_file: Path) -> None:
    with Opened(browser, page_file, WIDE) as opened:
        ask = opened.page.evaluate
        assert ask("document.documentElement.lang") == "en"
        assert ask("document.title")
        levels = ask("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(one => +one.tagName[1])")
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        assert ask("['header', 'nav', 'main', 'footer'].every(one => document.querySelectorAll(one).length === 1)")
        assert ask("[...document.querySelectorAll('th')].every(one => one.scope)")
        assert ask("[...document.querySelectorAll('[tabindex]')].every(one => one.getAttribute('aria-label'))")
        assert ask("[...document.querySelectorAll('nav a')].every(one => document.querySelector(one.hash))")


def test_no_name_turns_the_direction_of_what_stands_around_it(browser: Any, pages: Path) -> None:
    with Opened(browser, pages / "runs" / "a hostile" / "report.html", WIDE) as opened:
        assert opened.page.evaluate("getComputedStyle(document.body).direction") == "ltr"
        text = opened.page.inner_text("body")
        assert "\u202e" not in text
        assert text.count("\u2068") == text.count("\u2069") > 0


def test_on_paper_it_has_pages_of_a4_and_no_figure_is_cut(browser: Any, page_file: Path) -> None:
    with Opened(browser, page_file, WIDE) as opened:
        pdf = opened.page.pdf(prefer_css_page_size=True)
        assert pdf.startswith(b"%PDF")
        sizes = {tuple(map(float, box.split())) for box in _boxes(pdf)}
        assert len(sizes) == 1
        (size,) = sizes
        assert size[2:] == pytest.approx((595, 842), abs=1.5)
        opened.page.emulate_media(media="print")
        ask = opened.page.evaluate
        assert ask(
            "[...document.querySelectorAll('figure:not(.table), tr')]"
            ".every(one => getComputedStyle(one).breakInside === 'avoid')"
        )
        assert ask("getComputedStyle(document.querySelector('nav')).display") == "none"
        # What can be scrolled on a screen wraps on paper: nothing is wider than the page.
        opened.page.set_viewport_size({"width": 665, "height": 900})  # A4 within the margins, at 96 dots an inch
        assert (
            ask(
                "[...document.querySelectorAll('pre, table, img')].filter(one => one.scrollWidth > 665)"
                ".map(one => one.textContent.slice(0, 80))"
            )
            == []
        )
        assert ask("[...document.querySelectorAll('img')].every(one => one.getBoundingClientRect().height < 960)")
        assert ask(
            "[...document.querySelectorAll('details > :not(summary)')]"
            ".every(one => one.checkVisibility({contentVisibilityAuto: true}))"
        )


def _boxes(pdf: bytes) -> list[str]:
    """Give the sizes of all pages of a PDF."""
    return [one.decode() for one in re.findall(rb"/MediaBox\s*\[([^\]]+)\]", pdf)]
