"""What the book shows of measured times is what stands in the files of results."""

import ast
import importlib
import json
import sys
from xml.etree import ElementTree

import pytest
from reading import ROOT, Notebook

sys.path.insert(0, str(ROOT / "benchmarks"))  # its scripts import each other as neighbours
cases, draw = map(importlib.import_module, ["cases", "draw"])
sys.path.pop(0)

CHAPTER = Notebook(draw.CHAPTER)
RECORDS = draw.read(draw.STORED)


def test_chapter_shows_the_stored_results():
    assert [text for _, text in CHAPTER.prose() if draw.LINK in text] == [draw.words(RECORDS)]


def test_picture_shows_the_stored_results():
    picture = ElementTree.parse(draw.PICTURE)
    words = {element.text for element in picture.iter("{http://purl.org/dc/elements/1.1/}description")}
    assert words == {draw.description(RECORDS)}


def test_results_hold_every_case():
    for record in RECORDS:
        assert list(record["seconds"]) == [*cases.CONVOLUTIONS, *cases.POOLS, cases.LENET]
        assert all(times["cnnlib"] > 0 and times["torch"] > 0 for times in record["seconds"].values())
    assert len({(record["machine"], record["dtype"], *record["versions"].items()) for record in RECORDS}) == 1


def test_table_of_the_chapter_counts_the_layers_of_the_benchmark():
    source = next(cell.source for _, cell in CHAPTER.code() if cell.source.startswith("LAYERS = "))
    layers = ast.literal_eval(source.partition("=")[2].strip())
    assert len(layers) > 4
    assert set(layers.values()) <= {tuple(case) for case in cases.CONVOLUTIONS.values()}


def record(threads, **ratios):
    seconds = {case: {"torch": 2, "cnnlib": 2 * ratio} for case, ratio in zip(cases.CONVOLUTIONS, ratios.values())}
    facts = {"machine": "a machine", "dtype": "float32", "rounds": 3, "versions": {"numpy": "2.0", "torch": "2.9"}}
    return facts | {"threads": threads, "seconds": seconds, "memory": {"cnnlib": 1.44, "torch": 2.51}}


def test_words_come_from_the_numbers():
    records = [record(1, a=0.5, b=1.25), record(2, a=2, b=0.5)]
    assert draw.description(records) == (
        "Time of cnnlib relative to PyTorch on one thread and on 2 threads. LeNet conv 1: 0.50 and 2.00; LeNet conv 2: 1.25 and 0.50."
    )
    words = draw.report(records)
    assert "without the toy: cnnlib 0.79. `cnnlib` is slower than PyTorch for LeNet conv 2." in words
    assert "without the toy: cnnlib 1.00. `cnnlib` is slower than PyTorch for LeNet conv 1." in words
    assert "cnnlib 1.4, PyTorch 2.5" in words and "a machine, NumPy 2.0, PyTorch 2.9" in words


def test_results_are_drawn_in_order_of_threads(tmp_path):
    paths = [tmp_path / f"{threads}.json" for threads in (2, 1)]
    for path, threads in zip(paths, (2, 1)):
        path.write_text(json.dumps(record(threads, a=1)))
    records = draw.read(paths)
    assert [record["threads"] for record in records] == [1, 2]
    draw.draw(records, tmp_path / "picture.svg")
    assert "PyTorch on one thread and on 2 threads" in (tmp_path / "picture.svg").read_text(encoding="utf-8")


def test_results_without_pytorch_are_refused(tmp_path):
    path = tmp_path / "alone.json"
    path.write_text(json.dumps(record(1, a=1) | {"versions": {"numpy": "2.0"}}))
    with pytest.raises(SystemExit, match="alone.json was measured without PyTorch"):
        draw.read([path])
