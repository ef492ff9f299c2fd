"""The records of the audit: which claims there are, what is written of each, and what is wrong with a record."""

import re
from functools import cache

import yaml
from reading import CHAPTERS

from .evidence import CHECKS, NO_CHECK, VERDICTS

FIELDS = ("id", "source", "where", "claim", "verdict", "condition", "correction", "chapter")
OPTIONAL = ("repeats",)  # the claim whose slip this one repeats
NEEDED = {"conditional": "condition", "convention": "condition", "wrong": "correction"}
# How many claims each source makes, and its key in references.bib.
SOURCES = {
    "S0": (14, "schmidt2017pooling"),
    "S1": (25, "schmidt2017convolutional"),
    "S2": (28, "ell784maxpool"),
    "S3": (20, "huang2021day55"),
    "S4": (128, "lee2021backpropagations"),
    "X": (7, "cross"),
}
IDS = [f"{prefix}-{number}" for prefix, (count, _) in SOURCES.items() for number in range(1, count + 1)]


def read():
    """Read the records, as the list they are."""
    return yaml.safe_load((CHAPTERS / "source_claims.yml").read_text(encoding="utf-8"))


@cache
def evidence(name):
    """Run the check of a claim, once."""
    return _run(CHECKS[name])


@cache
def _run(function):
    return function()


def list_complaints(records, ids=tuple(IDS)):
    """List what is wrong with the records as a list: ids that are missing, unknown, twice or out of order."""
    found = [record.get("id") for record in records]
    complaints = [f"{name} is missing" for name in ids if name not in found]
    complaints += [f"{name} is no claim of the list" for name in found if name not in ids]
    complaints += [f"{name} is there twice" for name in sorted(set(found), key=str) if found.count(name) > 1]
    if not complaints and found != list(ids):
        complaints = ["the records are not in the order of the list"]
    return complaints


def field_complaints(record):
    """List the fields of a record that are missing, unknown, empty or name nothing that exists."""
    complaints = [f"has no {field}" for field in FIELDS if not isinstance(record.get(field), str)]
    complaints += [f"has an unknown field {field}" for field in record if field not in FIELDS + OPTIONAL]
    if complaints:
        return complaints
    complaints += [f"{field} is empty" for field in ("where", "claim", "chapter") if not record[field].strip()]
    if record["verdict"] not in VERDICTS:
        complaints.append(f"verdict is {record['verdict']!r}; expected one of {', '.join(VERDICTS)}")
    needed = NEEDED.get(record["verdict"])
    if needed and not record[needed].strip():
        complaints.append(f"is {record['verdict']}, but its {needed} is empty")
    prefix = record["id"].split("-")[0]
    if prefix in SOURCES and record["source"] != SOURCES[prefix][1]:
        complaints.append(f"source is {record['source']!r}; expected {SOURCES[prefix][1]!r}")
    if record["source"] != "cross" and record["source"] not in bibliography():
        complaints.append(f"source {record['source']!r} is not in references.bib")
    if not (CHAPTERS / f"{record['chapter']}.ipynb").is_file():
        complaints.append(f"chapter {record['chapter']!r} does not exist")
    return complaints


def check_complaints(record):
    """Compare a record with what its check computes."""
    name, verdict = record["id"], record["verdict"]
    if verdict == NO_CHECK:
        return [f"is {NO_CHECK}, but has a check"] if name in CHECKS else []
    if name not in CHECKS:
        return ["has no check"]
    try:
        computed = evidence(name).verdict
    except AssertionError as error:
        return [f"is {verdict!r}, but its check says: {error}"]
    return [] if computed == verdict else [f"is {verdict!r}, but its check says {computed!r}"]


@cache
def bibliography():
    """Name the keys of references.bib."""
    return set(
        re.findall(r"^@\w+\{([^,\s]+),", (CHAPTERS / "references.bib").read_text(encoding="utf-8"), re.MULTILINE)
    )
