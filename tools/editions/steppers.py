"""The first and the last frame of a stepper, as pictures of their own."""

import re
from typing import NamedTuple
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
ElementTree.register_namespace("", SVG[1:-1])


class Still(NamedTuple):
    """One frame: a whole SVG file, its text for those who cannot see it, and its words."""

    svg: str
    alt: str
    words: str


def read_stepper(html):
    """Give the first and the last frame of the stepper in a piece of HTML; nothing if there is none.

    Raises
    ------
    ValueError
        If there is a stepper that is not well-formed, or a frame without a drawing.
    """
    if 'class="stepper"' not in html:
        return []
    try:
        root = ElementTree.fromstring(html)
    except ElementTree.ParseError as error:
        raise ValueError(f"a stepper is not well-formed: {error}") from None
    shared = root.find(f".//{SVG}defs")
    frames = [node for node in root.iter("div") if node.get("class") == "stepper-frame"]
    ends = frames[:1] + frames[1:][-1:]
    return [_still(frame, shared) for frame in ends]


def _still(frame, shared):
    drawing = frame.find(SVG + "svg")
    words = frame.find("p")
    if drawing is None or words is None:
        raise ValueError("a frame of a stepper lacks its drawing or its words")
    if shared is not None:
        drawing.insert(0, shared)
    svg = ElementTree.tostring(drawing, encoding="unicode")
    # What only a page knows, a picture of its own must be told.
    svg = re.sub(r"var\((?:[^()]|\([^()]*\))*\)", "white", svg)
    return Still(svg, drawing.get("aria-label", ""), "".join(words.itertext()))
