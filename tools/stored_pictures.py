"""Tell whether two pictures show the same, so that a stored one outlives noise in the pixels of a new one.

Another processor or another release of Matplotlib changes the last digits of colours and the soft edges of
lines and letters. An edge that moves by a part of a pixel makes one side darker and the other lighter, so
these differences nearly vanish where pixels are averaged with their neighbours; another number, line or
colour does not, and neither does a release that lays the whole picture out anew.
"""

import base64
import io

from cnnlib import avg_pool2d
from matplotlib.image import imread

WINDOW = 5  # pixels; a letter of the smallest text is 8 wide
TOLERANCE = 0.06  # of the way from black to white


def show_the_same(old: bytes, new: bytes) -> bool:
    """Compare two PNGs: same size, and no window of WINDOW by WINDOW pixels differs on average by TOLERANCE.

    The windows overlap, one starts at each pixel; red, green, blue and opacity are compared each by itself.
    """
    before, after = imread(io.BytesIO(old)), imread(io.BytesIO(new))
    if before.shape != after.shape:
        return False
    return bool(abs(avg_pool2d(after - before, WINDOW, stride=1)).max() < TOLERANCE)


def keep_stored_pictures(stored, new) -> None:
    """Put into the notebook `new` the pictures of `stored` that show the same.

    Only the pictures of a cell whose source and whose other outputs are as they were: what is said in
    words is compared exactly. Both notebooks are canonical, so a cell is known by its id.
    """
    cells = {cell.id: cell for cell in stored.cells}
    for cell in new.cells:
        before = _pictures(cells.get(cell.id, {}))
        after = _pictures(cell)
        if len(before) != len(after):
            continue
        for old, data in zip(before, after, strict=True):
            if _words(old) == _words(data) and show_the_same(_bytes(old), _bytes(data)):
                data["image/png"] = old["image/png"]


def _pictures(cell) -> list:
    return [output.data for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]


def _words(data) -> dict:
    return {kind: content for kind, content in data.items() if kind != "image/png"}


def _bytes(data) -> bytes:
    return base64.b64decode(data["image/png"])
