"""What a reader does on a page: search, change the colours, copy, download, go on, print."""

import re

import nbformat
import pytest
from conftest import PATIENCE, PHONE, WIDE
from reading import CHAPTERS, pages

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: make test-browser")

sync_api.expect.set_options(timeout=PATIENCE)

PLACES = ("http", "disk")


def place_of(site, server, place):
    return server.address if place == "http" else site.as_uri()


@pytest.mark.parametrize("place", PLACES)
def test_search_finds_stride(new_page, site, server, place):
    page = new_page()
    page.goto(f"{place_of(site, server, place)}/chapters/intro.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("stride")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=stride*")
    found = page.locator("#search-results ul.search li > a")
    found.first.wait_for()
    page.locator(".search-summary", has_text="found").wait_for()
    titles = found.all_inner_texts()
    assert any(re.fullmatch(r"(\d+\. )?Stride", title) for title in titles), titles
    found.filter(has_text=re.compile(r"Stride$")).first.click()
    page.wait_for_url("**/chapters/stride.html*")
    assert page.complaints == []


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)])
def test_nothing_lies_over_what_is_searched(new_page, server, size):
    page = new_page(size)
    page.goto(f"{server.address}/search.html?q=stride")
    form = page.locator(".bd-search-container form.bd-search")
    icon, field = form.locator(".fa-magnifying-glass, svg").first.bounding_box(), form.locator("input").bounding_box()
    text = field["x"] + form.locator("input").evaluate("field => parseFloat(getComputedStyle(field).paddingLeft)")
    assert icon["x"] + icon["width"] <= text


@pytest.mark.parametrize("place", PLACES)
def test_reader_changes_the_colours(new_page, site, server, place):
    page = new_page()
    page.goto(f"{place_of(site, server, place)}/chapters/stride.html")
    colour = "getComputedStyle(document.body).backgroundColor"
    seen = {page.evaluate("document.documentElement.dataset.theme"): page.evaluate(colour)}
    button = page.locator(".theme-switch-button:visible")
    for _ in range(3):  # the system's, light, dark
        button.click()
        seen[page.evaluate("document.documentElement.dataset.theme")] = page.evaluate(colour)
        if page.evaluate("document.documentElement.dataset.mode") == "dark":
            break
    assert set(seen) == {"light", "dark"} and seen["light"] != seen["dark"]
    page.goto(f"{place_of(site, server, place)}/chapters/notation.html")
    assert page.evaluate(colour) == seen["dark"], "the choice holds on other pages"


@pytest.mark.parametrize("name", ["stride", "api"])
def test_copy_button_copies_the_code(new_page, server, name):
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{server.address}/chapters/{name}.html")
    blocks = page.locator("main div.highlight:has(pre)")
    page.locator("button.copybtn").first.wait_for()
    inputs = page.locator(
        ".cell_input div.highlight, main div.highlight-default div.highlight, main .doctest div.highlight"
    )
    assert inputs.count() > 5
    assert page.locator("div.highlight:has(button.copybtn)").count() == blocks.count()
    block = inputs.nth(2)
    block.hover()
    block.locator("button.copybtn").click()
    code = block.locator("pre").inner_text()
    if ">>> " in code:  # an example: what is typed, not what comes back
        code = "\n".join(line[4:] for line in code.splitlines() if line.startswith((">>> ", "... ")))
    assert code.strip()
    for _ in range(100):
        copied = page.evaluate("navigator.clipboard.readText()").strip()
        if copied:
            break
        page.wait_for_timeout(100)
    assert copied == code.strip()


def test_notebook_can_be_downloaded(new_page, server):
    page = new_page()
    page.goto(f"{server.address}/chapters/stride.html")
    page.get_by_role("button", name="Download this page").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Notebook").click()
    assert download.value.suggested_filename == "stride.ipynb"
    with open(download.value.path(), encoding="utf-8") as file:
        assert nbformat.reads(file.read(), as_version=4) == nbformat.read(CHAPTERS / "stride.ipynb", as_version=4)


def test_next_leads_through_the_whole_book(new_page, server):
    """And previous leads back."""
    page = new_page(java_script_enabled=False)
    page.goto(f"{server.address}/")
    page.wait_for_url("**/intro.html")
    way = []
    while True:
        way.append(page.url.removeprefix(f"{server.address}/").removesuffix(".html"))
        back = page.locator("a.left-prev")
        assert (back.evaluate("(link) => link.href") if back.count() else None) == (
            f"{server.address}/{way[-2]}.html" if len(way) > 1 else None
        )
        if not page.locator("a.right-next").count():
            break
        page.goto(page.locator("a.right-next").evaluate("(link) => link.href"))
    assert way == pages()


def test_contents_of_the_page_lead_to_its_sections(new_page, server):
    page = new_page()
    page.goto(f"{server.address}/chapters/stride.html")
    links = page.locator("#pst-page-toc-nav a")
    sections = page.evaluate(
        """[...document.querySelectorAll("main section[id] > h2")].map((heading) => heading.parentElement.id)"""
    )
    targets = links.evaluate_all("(links) => links.map((link) => link.hash.slice(1))")
    assert [target for target in targets if target in sections] == sections
    links.filter(has_text="Summary").click()
    sync_api.expect(page.locator("main h2", has_text="Summary")).to_be_in_viewport()


def test_first_tab_skips_to_the_text(new_page, server):
    page = new_page()
    page.goto(f"{server.address}/chapters/stride.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    sync_api.expect(page.locator("#pst-skip-link a")).to_be_in_viewport(ratio=1)  # it slides in
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_keyboard_reaches_everything_and_shows_where_it_is(new_page, server, size):
    page = new_page(size)
    page.goto(f"{server.address}/chapters/max_pooling.html")
    unseen, reached = [], set()
    for _ in range(60):
        page.keyboard.press("Tab")
        focus = page.evaluate("""() => {
          const element = document.activeElement, style = getComputedStyle(element);
          const ring = style.outlineStyle !== "none" && style.outlineWidth !== "0px" || style.boxShadow !== "none";
          return [element.outerHTML.slice(0, 100), ring, element.checkVisibility()];
        }""")
        reached.add(focus[0])
        if not (focus[1] and focus[2]):
            unseen.append(focus[0])
    assert len(reached) > 20
    assert unseen == []


def test_solution_opens_by_key(new_page, server):
    page = new_page()
    page.goto(f"{server.address}/chapters/stride.html")
    solution = page.locator(".admonition.solution.dropdown").first
    button = solution.locator("button.toggle-button")
    code = solution.locator("pre").first
    assert not code.is_visible()
    button.focus()
    page.keyboard.press("Enter")
    code.wait_for(state="visible")


def test_paper_has_everything_and_no_buttons(new_page, server):
    page = new_page((670, 1000), "dark")  # about the width of a sheet
    page.goto(f"{server.address}/chapters/stride.html")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    facts = page.evaluate("""() => {
      const shown = (selector) => [...document.querySelectorAll(selector)]
        .filter((element) => element.checkVisibility({ visibilityProperty: true }) && element.getBoundingClientRect().height > 1).length;
      const root = document.documentElement;
      return {
        buttons: shown("button, .bd-sidebar, .bd-header-article, .prev-next-footer, .stepper-controls"),
        frames: [...document.querySelectorAll(".stepper")].map((stepper) =>
          [...stepper.querySelectorAll(".stepper-frame")].filter((frame) => frame.checkVisibility({ visibilityProperty: true })).length),
        solutions: document.querySelectorAll(".solution").length,
        solutionCode: [...document.querySelectorAll(".solution")].filter((one) => one.querySelector("pre")?.checkVisibility()).length,
        overflow: root.scrollWidth - root.clientWidth,
        theme: root.dataset.theme,
      };
    }""")
    assert facts["buttons"] == 0
    assert facts["frames"] and set(facts["frames"]) == {2}, "the first and the last"
    assert facts["solutions"] == facts["solutionCode"] > 0
    assert facts["overflow"] <= 0
    assert facts["theme"] == "light"
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_policy_stops_what_is_put_in(new_page, server):
    page = new_page()
    page.goto(f"{server.address}/chapters/stride.html")
    page.evaluate("""() => {
      const script = document.createElement("script");
      script.textContent = "window.put = 'in'";
      document.body.append(script);
      const image = document.createElement("img");
      image.src = "http://127.0.0.1:9/put.png";
      document.body.append(image);
    }""")
    page.wait_for_timeout(300)
    assert page.evaluate("window.put") is None
    assert sum("Content Security Policy" in said for said in page.complaints) == 2, page.complaints


def test_without_scripts_the_page_can_be_read(new_page, site):
    page = new_page(java_script_enabled=False)
    page.goto((site / "chapters/stride.html").as_uri())
    assert page.get_by_role("heading", name="Stride").first.is_visible()
    assert page.locator(".stepper-frame").first.is_visible()
    assert [said for said in page.complaints if not re.search(r"failed: .*\.js", said)] == []


def test_wheel_lies_beside_the_notebooks(new_page, site, server):
    page = new_page()
    page.goto(f"{server.address}/chapters/intro.html")
    wheel = site / "chapters" / page.get_by_role("link", name="the wheel of cnnlib").get_attribute("href")
    assert wheel.is_file() and wheel.stat().st_size > 100_000
    assert (wheel.parent / "intro.ipynb").is_file()
