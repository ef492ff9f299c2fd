"""The source audit: each claim of the list has a record, and each record says what its check computes."""

import pytest
from audit import evidence as machinery
from audit.evidence import CHECKS, NO_CHECK, PATTERNS, Case, Evidence, Undecided
from audit.records import IDS, NEEDED, check_complaints, evidence, field_complaints, list_complaints, read

RECORDS = read()
BY_ID = {record["id"]: record for record in RECORDS}
CHECKED = [name for name in IDS if BY_ID.get(name, {}).get("verdict") != NO_CHECK]


def test_list_is_complete():
    assert not list_complaints(RECORDS)


def test_no_check_is_of_an_unknown_claim():
    assert set(CHECKS) <= set(IDS)


@pytest.mark.parametrize("name", IDS)
def test_record_agrees_with_its_check(name):
    record = BY_ID[name]
    assert not field_complaints(record) + check_complaints(record)


def test_one_slip_is_counted_once():
    """Errors of the documents that one check refutes are one slip, and all but the first say which they repeat."""
    slips = {}
    for name in IDS:
        if BY_ID[name]["verdict"] == "wrong" and BY_ID[name]["source"] != "cross":
            slips.setdefault(CHECKS[name], []).append(name)
    expected = {name: first for first, *others in slips.values() for name in others}
    assert {name: record["repeats"] for name, record in BY_ID.items() if "repeats" in record} == expected
    assert expected


# --- Each of these rules can refuse -----------------------------------------------------------


@pytest.mark.parametrize("name", IDS)
def test_every_other_verdict_is_refused(name):
    record = BY_ID[name]
    for verdict in {*PATTERNS, NO_CHECK} - {record["verdict"]}:
        assert check_complaints({**record, "verdict": verdict}), verdict


def refuses(**cases):
    with pytest.raises(Undecided):
        Evidence(**cases).verdict  # noqa: B018


def spoiled(case):
    """The same case with a claim that is false where it was true, by 1 or by its opposite."""
    claimed = machinery.np.array(case.claimed, dtype=object)
    first = claimed.flat[0]
    claimed.flat[0] = (not first) if isinstance(first, (bool, machinery.np.bool_)) else first + 1
    return Case(claimed, case.truth)


@pytest.mark.parametrize("name", CHECKED)
def test_evidence_is_refused_when_a_form_is_replaced(name):
    """The right form in place of the wrong one, the inside in place of the outside, a spoiled form in place of a true one."""
    found = evidence(name)
    filled = found.filled()
    supporting, *against = sorted(filled, key=lambda field: PATTERNS[found.verdict][field], reverse=True)
    for field in against:
        refuses(**{**filled, field: filled[supporting]})
        refuses(**{name: cases for name, cases in filled.items() if name != supporting})
    for n, case in enumerate(filled[supporting]):
        refuses(**{**filled, supporting: (*filled[supporting][:n], spoiled(case), *filled[supporting][n + 1 :])})


def test_list_refuses_missing_unknown_and_double_ids():
    assert list_complaints(RECORDS[1:]) == ["S0-1 is missing"]
    assert list_complaints([*RECORDS, {**RECORDS[0], "id": "S0-15"}]) == ["S0-15 is no claim of the list"]
    assert list_complaints([*RECORDS, RECORDS[0]]) == ["S0-1 is there twice"]
    assert list_complaints(RECORDS[::-1]) == ["the records are not in the order of the list"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"chapter": "no_such_page"}, "does not exist"),
        ({"source": "nobody1900"}, "not in references.bib"),
        ({"source": "huang2021day55"}, "expected 'lee2021backpropagations'"),
        ({"correction": " "}, "its correction is empty"),
        ({"claim": ""}, "claim is empty"),
        ({"where": None}, "has no where"),
        ({"verdict": "dubious"}, "expected one of"),
        ({"remark": "new"}, "unknown field remark"),
    ],
)
def test_a_bad_field_is_refused(change, complaint):
    record = {**BY_ID["S4-33"], **change}
    assert any(complaint in found for found in field_complaints(record))


@pytest.mark.parametrize("verdict", NEEDED)
def test_condition_or_correction_is_required(verdict):
    record = next(record for record in RECORDS if record["verdict"] == verdict)
    assert field_complaints({**record, NEEDED[verdict]: ""})


def test_a_claim_without_a_check_is_refused(monkeypatch):
    monkeypatch.delitem(CHECKS, "S4-33")
    assert check_complaints(BY_ID["S4-33"]) == ["has no check"]


def test_cases_refuse_what_proves_nothing():
    array = machinery.np.arange(3)
    with pytest.raises(ValueError, match="same array"):
        Case(array, array[:2])
    with pytest.raises(ValueError, match="nothing to compare"):
        Case(1)
    with pytest.raises(ValueError, match="empty"):
        Case([], [])
    with pytest.raises(TypeError, match="rounded"):
        Case(0.5, 0.5)
    with pytest.raises(AssertionError, match="in several ways"):
        Case(1, 1, 2)
    with pytest.raises(ValueError, match="two checks"):
        machinery.check("S4-33")(lambda: None)
    refuses()
    refuses(printed=Case(1, 1), holds_inside=Case(1, 1))
