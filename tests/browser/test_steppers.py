"""Every stepper of the book by its keys, its buttons and the mouse, in a wide window and on a phone."""

import pytest
from conftest import PHONE, WIDE
from reading import notebooks_in_order

STEPPED = [notebook.stem for notebook in notebooks_in_order() if 'class=\\"stepper\\"' in notebook.text]


def steps(stepper) -> dict:
    """Give what a stepper shows and what it tells a screen reader."""
    return stepper.evaluate("""(stepper) => {
      const frames = [...stepper.querySelectorAll(".stepper-frame")];
      const slider = stepper.querySelector(".stepper-slider");
      return {
        count: frames.length,
        shown: frames.flatMap((frame, n) => frame.checkVisibility({ visibilityProperty: true }) ? [n] : []),
        value: Number(slider.value),
        text: frames[slider.value].querySelector(".stepper-text").textContent,
        said: slider.getAttribute("aria-valuetext"),
      };
    }""")


def at(stepper, n) -> bool:
    now = steps(stepper)
    return now["shown"] == [n] and now["value"] == n and now["said"] == now["text"]


def test_there_are_steppers():
    assert len(STEPPED) >= 6


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("name", STEPPED)
def test_stepper_steps(new_page, server, name, size):
    page = new_page(size)
    page.goto(f"{server.address}/chapters/{name}.html")
    for stepper in page.locator(".stepper").all():
        last = steps(stepper)["count"] - 1
        assert last > 0 and at(stepper, 0)
        slider = stepper.locator(".stepper-slider")
        slider.focus()
        for key, place in [("ArrowRight", 1), ("ArrowLeft", 0), ("End", last), ("Home", 0)]:
            page.keyboard.press(key)
            assert at(stepper, place), key
        stepper.locator(".stepper-forward").click()
        assert at(stepper, 1)
        stepper.locator(".stepper-back").click()
        assert at(stepper, 0)
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2, steps=4)
        page.mouse.up()
        assert at(stepper, last), "dragged to its end"
    assert page.complaints == []
