"""Draw results of `run.py` side by side, and put them into the chapter "Fast convolution".

    python benchmarks/run.py --rounds 3 --json benchmarks/results/1_thread.json
    python benchmarks/run.py --rounds 3 --threads 2 --json benchmarks/results/2_threads.json
    python benchmarks/draw.py
    make notebooks CHAPTER=fast_convolution

draws the picture of the chapter and writes the words around it. Other results, into another file:

    python benchmarks/draw.py mine.json --to mine.svg

Picture and words come from the same numbers; a test compares the chapter with the files in results/.
"""

import argparse
import json
import statistics
from pathlib import Path

import matplotlib
import nbformat
from cases import CONVOLUTIONS, POOLS
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

HERE = Path(__file__).resolve().parent
CHAPTER = HERE.parent / "chapters" / "fast_convolution.ipynb"
LINK = "_static/speed.svg"
PICTURE = CHAPTER.parent / LINK
STORED = sorted((HERE / "results").glob("*.json"))
BASE = "torch"
NAMES = {"cnnlib": "cnnlib", "im2col": "plain im2col", "jax": "JAX", "torch": "PyTorch"}
STYLE = {"svg.hashsalt": "cnnlib", "font.size": 9} | {f"axes.spines.{side}": False for side in ("top", "right", "left")}
NAMEPLATE = {"bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0.5}, "in_layout": False}
STYLES = {
    "im2col": {"marker": "s", "color": "#542788", "markerfacecolor": "none"},
    "jax": {"marker": "^", "color": "#006d5b", "markerfacecolor": "none"},
    "cnnlib": {"marker": "o", "color": "#b35806"},
}
GROUPS = {
    "convolutions without the toy": [case for case in CONVOLUTIONS if "toy" not in case],
    "pooling": list(POOLS),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", nargs="*", default=STORED, help="files that run.py wrote")
    parser.add_argument("--to", help="the file to draw into")
    options = parser.parse_args()
    if (options.results is STORED) != (options.to is None):
        parser.error("expected both, results and --to, or neither")
    records = read(options.results)
    draw(records, options.to or PICTURE)
    if options.to is None:
        write_words(records)


def read(paths):
    """Read results, those with fewer threads first."""
    records = [json.loads(Path(path).read_text(encoding="utf-8")) for path in paths]
    for path, record in zip(paths, records):
        if BASE not in record["versions"]:
            raise SystemExit(f"{path} was measured without PyTorch, to which the figure relates the others")
    return sorted(records, key=lambda record: record["threads"])


def write_words(records):
    """Put the figure with its words into the chapter."""
    notebook = nbformat.read(CHAPTER, 4)
    for cell in notebook.cells:
        if f"]({LINK})" in cell.source:
            cell.source = words(records)
    nbformat.write(notebook, CHAPTER)


def ratios(record, library):
    """Return the times of one library relative to PyTorch's, by case."""
    seconds = record["seconds"].items()
    return {case: times[library] / times[BASE] for case, times in seconds if times.get(library) and times.get(BASE)}


def means(record, library):
    """Return the geometric means of the ratios, by group of cases."""
    found = ratios(record, library)
    groups = {name: [found[case] for case in cases if case in found] for name, cases in GROUPS.items()}
    return {name: statistics.geometric_mean(group) for name, group in groups.items() if group}


def description(records):
    """Say in words what the picture shows, for those who cannot see it."""
    rows = {}
    for record in records:
        for case, ratio in ratios(record, "cnnlib").items():
            rows.setdefault(short(case), []).append(f"{ratio:.2f}")
    cases = "; ".join(f"{case}: {' and '.join(row)}" for case, row in rows.items())
    return f"Time of cnnlib relative to PyTorch on {' and on '.join(map(threads, records))}. {cases}."


def report(records):
    """Say how all do, where cnnlib is slower, and on which machine."""
    first = records[0]
    versions = ", ".join(f"{NAMES.get(name, 'NumPy')} {version}" for name, version in first["versions"].items())
    memory = ", ".join(f"{NAMES[name]} {ratio:.1f}" for name, ratio in first["memory"].items())
    points = [verdict(record) for record in records]
    points += [f"**Additional memory** for 64→64 at 56×56, relative to $x$ and $y$: {memory}."]
    points += [f"**Machine**: {first['machine']}, {versions}; {first['dtype']}, medians of rounds: {first['rounds']}."]
    return "\n".join(f"- {point}" for point in points)


def verdict(record):
    """Give the means of each library, and the cases in which cnnlib is slower than PyTorch."""
    groups = {}
    for library in reversed(STYLES):
        for group, mean in means(record, library).items():
            groups.setdefault(group, []).append(f"{NAMES[library]} {mean:.2f}")
    listed = "; ".join(f"{group}: {', '.join(found)}" for group, found in groups.items())
    slower = [short(case) for case, ratio in ratios(record, "cnnlib").items() if ratio > 1]
    means_of = f"**On {threads(record)}**, geometric means of {listed}."
    return f"{means_of} `cnnlib` is slower than PyTorch for {', '.join(slower) or 'none'}."


def short(case):
    """Return the name of a case without the sizes of its maps."""
    return case.partition(",")[0]


def threads(record):
    return "one thread" if record["threads"] == 1 else f"{record['threads']} threads"


def words(records):
    """Return the cell of the chapter that shows the picture."""
    return f"![{description(records)}]({LINK})\n\n{report(records)}"


def draw(records, path):
    """Draw one panel for each record."""
    cases = list(records[0]["seconds"])
    with matplotlib.rc_context(STYLE):
        picture = Figure(figsize=(2.3 * max(2, len(records)), 0.38 * len(cases) + 1), layout="constrained")
        axes = picture.subplots(1, len(records), sharex=True, sharey=True, squeeze=False)[0]
        for axis, record in zip(axes, records):
            panel(axis, record, cases)
        for row, case in enumerate(cases):  # above its row, across all panels
            axes[0].text(0, 0.27 - row, case, transform=axes[0].get_yaxis_transform(), **NAMEPLATE)
        axes[0].set(ylim=(-len(cases) + 0.5, 0.8), yticks=[], zorder=1)
        axes[0].patch.set_visible(False)
        picture.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3, frameon=False)
        facts = {"Date": None, "Title": "cnnlib beside PyTorch", "Description": description(records)}
        picture.savefig(path, metadata=facts if str(path).endswith(".svg") else None)


def panel(axis, record, cases):
    for library, style in STYLES.items():
        points = [(ratio, -cases.index(case)) for case, ratio in ratios(record, library).items()]
        if points:
            axis.plot(*zip(*points), linestyle="none", markersize=5, label=NAMES[library], **style)
    axis.axvline(1, color="0.4", linewidth=1)
    for row in range(len(cases)):
        axis.axhline(-row, color="0.9", linewidth=0.6, zorder=0)
    axis.set_xscale("log", base=2)
    axis.xaxis.set_major_locator(LogLocator(2, numticks=10))
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.set_xlabel(f"time on {threads(record)} ÷ PyTorch's")


if __name__ == "__main__":
    main()
