"""The table of all claims in the source audit: its filter, its heads, and its columns."""

import pytest


@pytest.fixture
def audit(new_page, server):
    def visit(size=(1300, 900), place=""):
        page = new_page(size)
        page.goto(f"{server.address}/chapters/source_audit.html{place}")
        page.locator("#audit output", has_text="222 claims").wait_for()
        return page

    return visit


@pytest.mark.parametrize("words", ["rot180", "rot_{180}", "Rot180 kernel"])
def test_words_of_a_formula_are_found(audit, words):
    page = audit()
    page.fill("#audit [name=words]", words)
    assert 0 < page.locator("#audit tbody tr:visible").count() < 30


def test_heads_stay_in_sight_of_a_linked_row(audit):
    page = audit(place="#S4-33")
    head, row = page.locator("#audit thead tr th").first.bounding_box(), page.locator("#S4-33").bounding_box()
    assert row["y"] >= head["y"] + head["height"] - 1
    assert head["y"] >= page.locator("#audit [role=region]").bounding_box()["y"] - 1


def test_every_column_is_in_sight(audit):
    page = audit()
    assert page.locator("#audit [role=region]").evaluate("box => box.scrollWidth <= box.clientWidth")
