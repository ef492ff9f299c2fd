"""Walks down quadratic bowls, step by step."""

import numpy as np

from .maps import written
from .stepper import WIDEST, Frame, Stepper, label, short, tag

__all__ = ["show_walks"]

PANEL, GAP, LEFT, TOP, BOTTOM = 170, 14, 26, 26, 36  # pixels: one bowl, and the room around it
ACROSS = (WIDEST + GAP) // (LEFT + PANEL + GAP)  # bowls side by side
RINGS = 7  # lines of equal loss; the start is on the fifth


def show_walks(walks, description):
    """Show walks down the bowls L = (λ₀ θ₀² + λ₁ θ₁²) / 2, one step of all of them in each frame.

    The dashed line is the path of steepest descent from the start; an arrow
    leads to the next place.

    Parameters
    ----------
    walks : dict of str to (pair of numbers, array_like)
        Title, the two curvatures, and the places, of shape (steps + 1, 2),
        equally many in each walk.
    description : str
        What is to be seen.

    Returns
    -------
    Stepper

    Raises
    ------
    ValueError
        If there are no walks, a curvature is not positive, or the places do
        not have one shape (steps + 1, 2).

    Notes
    -----
    Equations eq-descent-geometry-step and eq-descent-geometry-path.

    Examples
    --------
    >>> type(show_walks({"round": ((1, 1), [[2, 1], [1, 0.5]])}, "One step down a bowl."))
    <class 'cnnlib.pictures.stepper.Stepper'>
    """
    walks = {
        title: (np.array(curvatures, float), np.array(places, float)) for title, (curvatures, places) in walks.items()
    }
    _check(walks)
    every = np.vstack([(0, 0), *(places for _, places in walks.values())])
    low, high = every.min(axis=0) - 0.3, every.max(axis=0) + 0.3
    panels = []
    for n, walk in enumerate(walks.items()):
        panels.append(_Panel(*walk, low, high, n // ACROSS, n % ACROSS))
    size = min(ACROSS, len(panels)) * (LEFT + PANEL + GAP) - GAP + 2, panels[-1].bottom
    frames = []
    for k in range(len(panels[0].places)):
        text = "; ".join(panel.in_words(k) for panel in panels)
        frames.append(
            Frame("", "".join(panel.walked(k) for panel in panels), f"After {k} step{'s' * (k != 1)}: {text}.")
        )
    return Stepper(description, frames, shared="".join(panel.shared() for panel in panels), size=size)


def _check(walks):
    if not walks:
        raise ValueError("walks is empty; expected at least one")
    shape = next(iter(walks.values()))[1].shape
    for title, (curvatures, places) in walks.items():
        if curvatures.shape != (2,) or not (curvatures > 0).all():
            raise ValueError(f"curvatures of {title!r} are {curvatures}; expected two positive numbers")
        if places.shape != shape or places.ndim != 2 or places.shape[1] != 2 or not len(places):
            raise ValueError(
                f"places of {title!r} have shape {places.shape}; expected one shape (steps + 1, 2) for all walks"
            )


class _Panel:
    """One bowl and the walk in it."""

    def __init__(self, title, walk, low, high, row, column):
        self.title, (self.curvatures, self.places) = title, walk
        self.low, self.high, self.scale = low, high, PANEL / (high - low)[0]
        self.height = round(self.scale * (high - low)[1])
        self.left = LEFT + column * (LEFT + PANEL + GAP)
        self.top = TOP + row * (TOP + self.height + BOTTOM)
        self.bottom = self.top + self.height + BOTTOM

    def shared(self):
        """Draw title, axes, lines of equal loss and the path of steepest descent."""
        radii = np.sqrt(2 * self._loss(self.places[0]) / self.curvatures)
        rings = [
            tag("ellipse", **self._center(), **self._radii(radii * k / 5), class_="stepper-ring")
            for k in range(1, RINGS + 1)
        ]
        left = np.linspace(1, 0, 41)[:, np.newaxis]  # what is left of the coordinate with the least curvature
        ideal = self.places[0] * left ** (self.curvatures / self.curvatures.min())
        dashed = tag("polyline", points=self._points(ideal), class_="stepper-line stepper-dash")
        drawn = self._clipped("".join(rings) + dashed)
        frame = tag("rect", x=self.left, y=self.top, width=PANEL, height=self.height, class_="stepper-line")
        return drawn + frame + label(self.left + PANEL / 2, self.top - 8, self.title) + self._ticks()

    def _ticks(self):
        bottom, words = self.top + self.height, []
        for axis, name in enumerate("θ₀ θ₁".split()):
            numbers = range(int(np.ceil(self.low[axis])), int(np.floor(self.high[axis])) + 1)
            for number in numbers:
                x, y = self._place(np.eye(2)[axis] * number)
                at = (self.left + x, bottom + 14) if axis == 0 else (self.left - 10, self.top + y + 4)
                words.append(label(*at, written(number), "small"))
            last = (self.left + PANEL / 2, bottom + 27) if axis == 0 else (self.left - 10, self.top - 9)
            words.append(label(*last, name, "small"))
        return "".join(words)

    def walked(self, k):
        """Draw the walk up to place k, and an arrow to the next."""
        places = self.places[: k + 1]
        line = tag("polyline", points=self._points(places), class_="stepper-way") if k else ""
        dots = tag("path", d="".join(f"M{_at(*self._place(place))}h0" for place in places), class_="stepper-dots")
        (x, y) = self._place(places[-1])
        here = tag("circle", cx=short(x), cy=short(y), r=5.5, class_="stepper-tip")
        return self._clipped(line + dots + here + (self._arrow(k) if k + 1 < len(self.places) else ""))

    def in_words(self, k):
        theta = ", ".join(f"{number:.3f}" for number in self.places[k])
        return f"{self.title}: θ = ({theta}), L = {self._loss(self.places[k]):.5f}"

    def _arrow(self, k):
        (x0, y0), (x1, y1) = self._place(self.places[k]), self._place(self.places[k + 1])
        length = np.hypot(x1 - x0, y1 - y0)
        if length < 8:
            return ""
        a, b = (x1 - x0) / length, (y1 - y0) / length
        wings = [(x1 - 9 * a - side * b, y1 - 9 * b + side * a) for side in (4, -4)]
        path = f"M{_at(x0, y0)}L{_at(x1, y1)}M{_at(*wings[0])}L{_at(x1, y1)}L{_at(*wings[1])}"
        return tag("path", d=path, class_="stepper-arrow")

    def _loss(self, place):
        return (self.curvatures * place**2).sum() / 2

    def _place(self, theta):
        return self.scale * (theta[0] - self.low[0]), self.scale * (self.high[1] - theta[1])

    def _points(self, places):
        return " ".join(f"{short(x)},{short(y)}" for x, y in map(self._place, places))

    def _center(self):
        x, y = self._place((0, 0))
        return {"cx": short(x), "cy": short(y)}

    def _radii(self, radii):
        return {"rx": short(self.scale * radii[0]), "ry": short(self.scale * radii[1])}

    def _clipped(self, content):
        return tag("svg", content, x=self.left, y=self.top, width=PANEL, height=self.height, class_="stepper-panel")


def _at(x, y):
    return f"{short(x)} {short(y)}"
