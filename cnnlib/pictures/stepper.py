"""A picture that a reader steps through: frames of inline SVG, a slider, and words for each frame."""

import hashlib
import re
from html import escape
from typing import NamedTuple

from ..arguments import shown

__all__ = ["WIDEST", "Frame", "Stepper", "label", "short", "tag"]

WIDEST = 420  # pixels: on a phone the drawing is then made a little smaller, and its text can be read

# The same text in every stepper, so that a page may allow it by its hash. It has no "<" and no
# ampersand, which HTML and XML (an e-book) would read differently. It serves all steppers that stand
# on the page already, once; a slider's own keys and the mouse do the rest.
SCRIPT = """
for (const stepper of document.querySelectorAll(".stepper:not(.stepper-live)")) {
  const frames = stepper.querySelectorAll(".stepper-frame");
  const slider = stepper.querySelector(".stepper-slider");
  const show = () => {
    frames.forEach((frame, n) => frame.classList.toggle("stepper-on", n == slider.value));
    slider.setAttribute("aria-valuetext", frames[slider.value].querySelector(".stepper-text").textContent);
  };
  const move = (button, by) => stepper.querySelector(button).addEventListener("click", () => {
    slider.value = Number(slider.value) + by;
    show();
  });
  move(".stepper-back", -1);
  move(".stepper-forward", 1);
  slider.addEventListener("input", show);
  stepper.querySelector(".stepper-controls").hidden = false;
  stepper.classList.add("stepper-live");
  show();
}
"""

# All of the style goes with the picture, none of it into the book's own sheet: so JupyterLab, the
# page and an e-book cannot differ. Text and lines have the colour of the text around them, and fills
# are see-through, so both follow the reader's choice of light or dark. Colours are Okabe and Ito's.
# A drawing's classes stand alone, as <use> sees nothing of what is around the part that it repeats.
# Without the script the frames lie in a row to be scrolled; on paper are the first and the last.
STYLE = """
.stepper { max-width: 100%; }
.stepper svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
.stepper .stepper-shared { position: absolute; }
.stepper-ink { fill: currentColor; font: 15px sans-serif; text-anchor: middle; }
.stepper-small { font-size: 12px; }
.stepper-line { fill: none; stroke: currentColor; stroke-opacity: 0.5; }
.stepper-area { fill: #56b4e9; fill-opacity: 0.45; }
.stepper-way { fill: none; stroke: #d55e00; stroke-width: 3.5; }
.stepper-band { fill: none; stroke: #e69f00; stroke-opacity: 0.45; stroke-width: 9; }
.stepper-dots { stroke: #d55e00; stroke-width: 7; stroke-linecap: round; }
.stepper-dash { stroke-dasharray: 6 4; }
.stepper-tip { fill: #d55e00; }
.stepper-strong { font-weight: bold; }
.stepper-ring { fill: none; stroke: currentColor; stroke-opacity: 0.25; }
.stepper-panel { overflow: hidden; }
.stepper-arrow { fill: none; stroke: currentColor; stroke-width: 2; }
.stepper-halo { paint-order: stroke; stroke-width: 5; stroke-linejoin: round;
  stroke: var(--pst-color-background, var(--jp-layout-color0, white)); }
.stepper-cell { fill: #e69f00; fill-opacity: 0.45; stroke: currentColor; stroke-width: 2.5; }
.stepper .stepper-text { max-width: 40em; margin: 0.5em auto; text-align: center; }
.stepper-controls { display: flex; gap: 0.5em; max-width: 26em; margin: 0 auto 0.5em; }
.stepper-controls[hidden] { display: none; }
.stepper-controls button { min-width: 2.2em; min-height: 2.2em; color: inherit; background: none;
  border: 1px solid; border-radius: 0.3em; cursor: pointer; }
.stepper-slider { flex: 1; min-width: 0; accent-color: #0072b2; }
.stepper-frames { display: flex; overflow-x: auto; }
.stepper-frame { flex: none; width: 100%; }
.stepper-live .stepper-frames { display: grid; grid-template-columns: 100%; overflow: visible; }
.stepper-live .stepper-frame { grid-area: 1 / 1; visibility: hidden; }
.stepper-live .stepper-on { visibility: visible; }
@media print {
  .stepper .stepper-controls { display: none; }
  .stepper .stepper-frames { display: block; overflow: visible; }
  .stepper .stepper-frame { display: none; visibility: visible; break-inside: avoid; }
  .stepper .stepper-frame:first-child, .stepper .stepper-frame:last-child { display: block; }
}
"""


class Frame(NamedTuple):
    """One step: the SVG below and above what all frames share, and the step in words."""

    below: str
    above: str
    text: str


class Stepper:
    """Frames of one picture, with a slider, and their description in words.

    A notebook shows it as HTML that needs nothing from elsewhere. The words
    are its plain text, for readers of text and of paper; a screen reader
    hears those of a frame when the slider comes to it.

    Parameters
    ----------
    description : str
        What is to be seen.
    frames : sequence of Frame
    shared : str
        SVG that all frames show.
    size : (number, number)
        Width and height of the drawing in pixels. It is made smaller where
        the column is narrower.

    Raises
    ------
    ValueError
        If there are no frames, the description or the text of one is empty,
        or the drawing is wider than 420.
    """

    def __init__(self, description, frames, *, shared, size):
        frames = list(frames)
        if not frames:
            raise ValueError("frames is empty; expected at least one")
        for n, text in enumerate([description, *(frame.text for frame in frames)]):
            if not isinstance(text, str) or not text.strip():
                place = f"the text of frame {n - 1}" if n else "description"
                raise ValueError(f"{place} is {shown(text)}; expected words for those who cannot see the picture")
        if size[0] > WIDEST:
            raise ValueError(f"size is {size}; expected at most {WIDEST} wide, for a phone")
        self.description, self.shared, self.size = description, shared, size
        self.frames = [frame._replace(text=re.sub(r"(?<!\w)-(?=[\d(])", "−", frame.text)) for frame in frames]

    def __repr__(self):
        steps = (f"{n} of {len(self.frames)}. {frame.text}" for n, frame in enumerate(self.frames, 1))
        return "\n".join([self.description, *steps])

    def _repr_html_(self):
        # The name comes from the content: the same on every run, and another one for another picture.
        digest = hashlib.sha256(repr((self.description, self.shared, self.frames)).encode()).hexdigest()
        name = f"stepper-{digest[:12]}"
        defs = tag("defs", tag("style", STYLE) + tag("g", self.shared, id=f"{name}-shared", class_="stepper-ink"))
        frames = "\n".join(self._frame(n, frame, name) for n, frame in enumerate(self.frames, 1))
        parts = [
            tag("svg", defs, xmlns=SVG, class_="stepper-shared", width=0, height=0, aria_hidden="true"),
            self._controls(),
            tag("div", frames, class_="stepper-frames"),
            tag("script", SCRIPT),
        ]
        return tag("div", "\n".join(parts), class_="stepper", id=name, role="group", aria_label=self.description)

    def _controls(self):
        # JupyterLab would take the keys for itself; this attribute of what has the focus tells it not to.
        keys, last = {"data_lm_suppress_shortcuts": "true"}, len(self.frames) - 1
        parts = [
            tag("button", "‹", type="button", class_="stepper-back", aria_label="One step back", **keys),
            tag("input", type="range", class_="stepper-slider", min=0, max=last, value=0, aria_label="Step", **keys),
            tag("button", "›", type="button", class_="stepper-forward", aria_label="One step on", **keys),
        ]
        return tag("div", "".join(parts), class_="stepper-controls", hidden="hidden")

    def _frame(self, n, frame, name):
        (width, height), place = map(short, self.size), f"{n} of {len(self.frames)}"
        box = {"viewBox": f"0 0 {width} {height}", "width": width, "height": height}
        drawing = frame.below + tag("use", href=f"#{name}-shared") + frame.above
        picture = tag(
            "svg",
            drawing,
            xmlns=SVG,
            class_="stepper-ink",
            role="img",
            aria_label=f"{self.description} Step {place}.",
            **box,
        )
        words = tag("p", f"{tag('b', place + '.')} {escape(frame.text)}", class_="stepper-text")
        return tag("div", picture + words, class_="stepper-frame")


SVG = "http://www.w3.org/2000/svg"  # a name, not a place to load from


def tag(name, content="", /, **attributes):
    """Write one element of HTML or SVG; in a name, class_ is class and aria_label is aria-label.

    Attributes are escaped, the content is not: it may hold elements.
    """
    pairs = (f' {key.removesuffix("_").replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items())
    start = f"<{name}{''.join(pairs)}"
    return f"{start}>{content}</{name}>" if content else f"{start}/>"


def label(x, y, text, *names):
    """Write a text with its middle at x and its base line at y; names are those of its classes, without stepper-."""
    kinds = {"class_": " ".join(f"stepper-{name}" for name in names)} if names else {}
    return tag("text", escape(str(text)), x=short(x), y=short(y), **kinds)


def short(number):
    """Write a coordinate with at most one decimal: less than that is rounding, and differs between computers."""
    return f"{round(float(number), 1) + 0.0:g}"
