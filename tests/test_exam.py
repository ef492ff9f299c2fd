"""The solutions to the exam questions of "Teaching with this book", each computed in two ways."""

import re

import numpy as np
import pytest
import sympy as sp
from cnnlib import (
    Conv2d,
    SoftmaxCrossEntropy,
    avg_pool2d_backward,
    conv2d,
    conv2d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from reading import CHAPTERS

PAGE = (CHAPTERS / "teaching.md").read_text(encoding="utf-8")


def question(number):
    return re.search(rf"\*\*Question {number}\.\*\* (.*)", PAGE)[1]


def numbers(text):
    """Read the tuples of whole numbers in a question."""
    return [[int(n) for n in found.split(",")] for found in re.findall(r"\(([-\d, ]+)\)", text)]


def row(x):
    return np.array(x)[None, :, None]


def seen_by(outputs, taps, stride, pixels, padding=0):
    """Count for each pixel of a row the outputs that see it, in loops."""
    counts = [0] * pixels
    for i in range(outputs):
        for v in range(taps):
            if 0 <= stride * i + v - padding < pixels:
                counts[stride * i + v - padding] += 1
    return counts


def test_question_1():
    x, w, dy = numbers(question(1))
    g, dw, _ = conv2d_backward(row(dy), row(x), np.array(w)[None, :, None, None])
    assert dw.ravel().tolist() == [sum(dy[i] * x[i + u] for i in range(4)) for u in range(2)] == [1, 5]
    copies = np.array([[d * weight for weight in w] for d in dy])
    assert g.ravel().tolist() == (np.append(copies[:, 0], 0) + np.append(0, copies[:, 1])).tolist() == [1, -2, 2, -5, 2]


def test_question_2():
    assert "6 pixels" in question(2) and "3 taps, stride 2" in question(2)
    x, w = np.zeros((1, 6, 1), int), np.ones((1, 3, 1, 1), int)
    dy = np.ones_like(conv2d(x, w, stride=(1, 2)))
    by_library = conv2d_backward(dy, x, w, stride=(1, 2))[0].ravel().tolist()
    assert by_library == seen_by(2, 3, 2, 6) == [1, 1, 2, 1, 1, 0]


def test_question_3():
    *x, first, second = numbers(question(3))
    x, dy = np.array(x)[..., None], np.array([first, second])[..., None]
    g = max_pool2d_backward(dy, max_pool2d(x, 2, stride=1)[1], x.shape, 2, stride=1)[..., 0]
    by_loops = np.zeros((3, 3), int)
    for i, j in np.ndindex(2, 2):
        by_loops[x[..., 0] == x[i : i + 2, j : j + 2, 0].max()] += dy[i, j, 0]
    assert g.tolist() == by_loops.tolist() == [[0, 0, 0], [4, 0, 2], [0, 0, 4]]


def test_question_4():
    dy = np.array(numbers(question(4)))
    g = avg_pool2d_backward(dy[..., None], (4, 4, 1), 2)[..., 0]
    assert g.tolist() == np.kron(dy / 4, np.ones((2, 2))).tolist()
    assert g.tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [-1, -1, 0, 0], [-1, -1, 0, 0]] and g.sum() == dy.sum() == 8


def test_question_5():
    assert "3 channels, 8 kernels of 3 × 3" in question(5) and "32 × 32" in question(5)
    layer = Conv2d(3, 8, 3, padding=1, rng=0)
    assert sum(array.size for array in layer.params.values()) == 3 * 3 * 3 * 8 + 8 == 224
    assert layer.forward(np.zeros((1, 32, 32, 3), np.float32)).size * 27 == 32 * 32 * 8 * 27 == 221_184


def test_question_6():
    assert "2 taps" in question(6)

    def shows(pixels):
        w, dy = [1, 2], list(range(1, pixels))
        wrong = [0] * pixels
        for i, d in enumerate(dy):
            wrong[i : i + 2] = [d * weight for weight in w]
        right = conv2d_backward(row(dy), np.zeros((1, pixels, 1), int), np.array(w)[None, :, None, None])[0]
        return wrong != right.ravel().tolist()

    assert next(pixels for pixels in range(2, 9) if shows(pixels)) == max(seen_by(2, 2, 1, 3)) + 1 == 3


def test_question_7():
    assert r"(0, \ln 2, \ln 5)" in question(7) and "second class" in question(7)
    z = sp.symbols("z:3")
    loss = sp.log(sum(map(sp.exp, z))) - z[1]
    at = dict(zip(z, (0, sp.log(2), sp.log(5))))
    by_sympy = [sp.simplify(sp.diff(loss, logit).subs(at)) for logit in z]
    p = [sp.Rational(n, 8) for n in (1, 2, 5)]
    layer = SoftmaxCrossEntropy()
    layer.forward(np.log([[1.0, 2.0, 5.0]]), np.array([1]))
    np.testing.assert_allclose(layer.backward()[0], np.array(by_sympy, float), rtol=1e-14)
    assert by_sympy == [p[0], p[1] - 1, p[2]] == [sp.Rational(1, 8), sp.Rational(-3, 4), sp.Rational(5, 8)]


def test_question_8():
    assert "10 pixels, padding 1, a kernel of 4 taps, stride 3" in question(8)
    x, w = np.zeros((1, 10, 1), int), np.ones((1, 4, 1, 1), int)
    options = {"stride": (1, 3), "padding": (0, 1)}
    y = conv2d(x, w, **options)
    counts = conv2d_backward(np.ones_like(y), x, w, **options)[0].ravel().tolist()
    assert y.size == 3 and counts == seen_by(3, 4, 3, 10, padding=1)
    assert [pixel for pixel, count in enumerate(counts) if count == 0] == [9]


def test_every_question_has_a_solution():
    asked = re.findall(r"\*\*Question (\d+)\.\*\*", PAGE)
    assert asked == [str(n) for n in range(1, 9)] and all(f"test_question_{n}" in globals() for n in asked)


@pytest.mark.parametrize(
    "page", sorted(CHAPTERS.glob("*.md")) + sorted(CHAPTERS.glob("*.ipynb")), ids=lambda page: page.name
)
def test_no_page_holds_the_questions_again(page):
    """So no page holds a solution beside its question."""
    assert page.name == "teaching.md" or "x = (2, 0, 1, 3, 1)" not in page.read_text(encoding="utf-8")
