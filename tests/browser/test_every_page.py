"""What must hold on every page of the book, in a wide light window over HTTP and on a dark phone from a disk."""

from dataclasses import dataclass

import pytest
from conftest import MAX_WEIGHT, PHONE, WIDE, by_kind, opened
from reading import pages

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed: make test-browser")

PAGES = [f"{page}.html" for page in pages()] + ["search.html", "genindex.html"]
LOOKS = {"wide": (WIDE, "light"), "phone": (PHONE, "dark")}

FACTS = """() => {
  const root = document.documentElement, article = document.querySelector("main");
  const shown = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 0;
  const formulas = [...document.querySelectorAll(".math, .mathjax_process")];
  const text = [];
  const walk = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    if (!walk.currentNode.parentElement.closest("pre, code, script, style, annotation")) text.push(walk.currentNode.data);
  }
  const colour = getComputedStyle(document.body);
  return {
    width: root.clientWidth,
    scrollWidth: root.scrollWidth,
    theme: root.dataset.theme,
    colours: [colour.backgroundColor, colour.color],
    formulas: formulas.length,
    unset: formulas.filter((element) => !element.querySelector(".katex-html")).map((element) => element.textContent),
    rawTeX: text.filter((part) => /\\\\[()[\\]]|\\\\begin/.test(part)),
    cut: [...document.querySelectorAll("span.math .katex-html > .katex-base")]
      .filter((base) => shown(base) && base.getBoundingClientRect().right > root.clientWidth
        && !base.closest(".pst-scrollable-table-container, .cell_output, [role=region]"))
      .map((base) => base.closest(".math").textContent.slice(0, 80)),
    cutDisplays: [...document.querySelectorAll(".katex-display")]
      .map((display) => display.parentElement)
      .filter((box) => shown(box) && box.scrollWidth > box.clientWidth + 1)
      .map((box) => box.querySelector("annotation").textContent.slice(0, 80)),
    smallest: Math.min(99, ...[...document.querySelectorAll(".katex-display > .katex")]
      .filter(shown).map((formula) => parseFloat(getComputedStyle(formula).fontSize))),
    leftBehind: [...document.querySelectorAll("span.math")]
      .filter((formula) => /^[.,;:!?]/.test(formula.nextSibling?.data ?? ""))
      .map((formula) => formula.parentElement.textContent.slice(0, 80)),
    brokenImages: [...document.images].filter((image) => shown(image) && !image.naturalWidth).map((image) => image.src),
    imagesWithoutText: [...document.images].filter((image) => !image.alt.trim()).map((image) => image.src),
    drawingsWithoutText: [...document.querySelectorAll("main svg")]
      .filter((svg) => !svg.parentElement.closest("svg")  // a part of a drawing
        && !svg.closest("[aria-hidden=true], .katex, button") && !svg.getAttribute("aria-label")
        && !svg.getAttribute("aria-labelledby") && !svg.querySelector("title")).length,
    unreachable: [...document.querySelectorAll("main *")]
      .filter((box) => shown(box) && box.scrollWidth > box.clientWidth + 1
        && ["auto", "scroll"].includes(getComputedStyle(box).overflowX)
        && box.tabIndex < 0 && !box.querySelector("a[href], button, input, [tabindex='0']"))
      .map((box) => box.outerHTML.slice(0, 120)),
    described: document.querySelector("meta[name=description]")?.content ?? "",
    mains: document.querySelectorAll("main").length,
    policy: document.querySelector("meta[http-equiv=Content-Security-Policy]")?.content ?? "",
  };
}"""


@dataclass(frozen=True)
class Visit:
    page: str
    look: str
    facts: dict
    complaints: list
    hosts: set
    load: dict  # kind of file -> bytes sent
    findings: list  # of the accessibility check, serious and critical


@pytest.fixture(scope="module", params=[(page, look) for page in PAGES for look in LOOKS], ids=" ".join)
def visit(request, browser, server, site):
    name, look = request.param
    page = opened(browser, *LOOKS[look])
    server.bytes_of.clear()
    page.goto(f"{server.address}/{name}" if look == "wide" else (site / name).as_uri())
    page.wait_for_load_state("networkidle")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")  # whatever waits for the reader to come near
    page.wait_for_load_state("networkidle")
    facts, complaints, load = page.evaluate(FACTS), list(page.complaints), by_kind(server.bytes_of)
    yield Visit(name, look, facts, complaints, page.hosts, load, findings(page))
    page.context.close()


# Thousands of spans take axe a minute, so it sees less of them: of each combination of colours, size and weight
# one text to measure; then formulas as one letter, as wide as they were, and code in one colour.
MARK_SAMPLES = """() => {
  const background = (element) => {
    for (; element; element = element.parentElement) {
      const colour = getComputedStyle(element).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)") return colour;
    }
  };
  const seen = new Set();
  for (const element of document.querySelectorAll("body *")) {
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    if (!element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const look = [style.color, style.fontSize, style.fontWeight, style.opacity, background(element)].join();
    if (!seen.has(look)) element.dataset.sample = "";
    seen.add(look);
  }
}"""
MAKE_PLAIN = """() => {
  for (const formula of document.querySelectorAll(".katex")) {
    const width = formula.getBoundingClientRect().width;
    formula.replaceChildren("x");
    formula.style.display = "inline-block";
    formula.style.width = `${width}px`;
  }
  for (const code of document.querySelectorAll("pre")) {
    if (!code.querySelector("a")) code.textContent = code.textContent;
  }
}"""


def findings(page) -> list[str]:
    """List what axe-core finds serious or critical on a page, which is not to be used after it."""
    every = {"preload": False, "resultTypes": ["violations"]}
    contrast = {**every, "runOnly": ["color-contrast"]}
    markup = {**every, "rules": {"color-contrast": {"enabled": False}}}
    page.evaluate(MARK_SAMPLES)
    found = axe.Axe().run(page, context={"include": [["[data-sample]"]]}, options=contrast).response["violations"]
    page.evaluate(MAKE_PLAIN)
    found += axe.Axe().run(page, options=markup).response["violations"]
    return [
        f"{kind['impact']} {kind['id']}: {node['html'][:120]}\n   {node['failureSummary'].splitlines()[-1]}"
        for kind in found
        if kind["impact"] in ("serious", "critical")
        for node in kind["nodes"]
    ]


def test_page_asks_no_other_host(visit, server):
    assert visit.hosts <= {"", server.address.split("/")[2]}


def test_page_has_no_error(visit):
    """Nothing in the console, so nothing that the page's own policy forbids, either."""
    assert visit.complaints == []


def test_page_is_light(visit, record_property):
    if visit.look == "wide":  # over HTTP, where bytes are counted
        record_property("load", (visit.page, visit.load))
        assert 50_000 < sum(visit.load.values()) <= MAX_WEIGHT


def test_every_formula_is_set(visit):
    assert visit.facts["unset"] == []
    assert visit.facts["rawTeX"] == []


def test_page_does_not_scroll_sideways(visit):
    assert visit.facts["scrollWidth"] <= visit.facts["width"]
    assert visit.facts["cut"] == []
    assert visit.facts["leftBehind"] == [], "punctuation that a formula may leave to the next line"


def test_no_display_formula_is_cut_or_too_small_to_read(visit):
    assert visit.facts["cutDisplays"] == []
    assert visit.facts["smallest"] >= 12  # pixels


def test_images_are_there_and_have_a_text(visit):
    assert visit.facts["brokenImages"] == []
    assert visit.facts["imagesWithoutText"] == []
    assert visit.facts["drawingsWithoutText"] == 0


def test_theme_is_the_one_asked_for(visit):
    theme = LOOKS[visit.look][1]
    background, text = (brightness(colour) for colour in visit.facts["colours"])
    assert visit.facts["theme"] == theme
    assert (background < 40 and text > 180) if theme == "dark" else (background > 230 and text < 60)


def brightness(colour: str) -> float:
    """Give the mean of red, green and blue of a CSS colour ``rgb(r, g, b)``, 0 to 255."""
    parts = [float(part) for part in colour.removeprefix("rgba(").removeprefix("rgb(").rstrip(")").split(",")[:3]]
    return sum(parts) / 3


def test_page_is_accessible(visit):
    assert visit.facts["mains"] == 1
    assert visit.facts["unreachable"] == [], "boxes that scroll, but not by the keyboard"
    assert visit.findings == [], "\n".join(visit.findings)


def test_page_has_a_policy(visit):
    policy = visit.facts["policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'")
    assert "unsafe-inline" not in policy and "unsafe-eval" not in policy and "http" not in policy


def test_pages_describe_themselves(visit):
    if visit.page not in ("search.html", "genindex.html"):
        assert 20 < len(visit.facts["described"]) <= 200
        assert "\\" not in visit.facts["described"]
