"""The exercises' checks accept the solutions and refuse the classic wrong answers, naming an index."""

import re
from collections import Counter

import pytest
from exercises import exercises
from reading import numbered_chapters
from wrong_answers import WRONG_ANSWERS

EXERCISES = {exercise.label: exercise for exercise in exercises()}
NUMBER_OF_EXERCISES = range(3, 7)


def test_each_chapter_has_three_to_six():
    chapter = re.compile("ex-(" + "|".join(name.replace("_", "-") for name in numbered_chapters()) + ")-")
    count = Counter(chapter.match(label)[1].replace("-", "_") for label in EXERCISES)
    assert set(count) == set(numbered_chapters())
    assert all(number in NUMBER_OF_EXERCISES for number in count.values()), count


def test_each_has_wrong_answers():
    assert set(WRONG_ANSWERS) == set(EXERCISES)
    assert all(len(answers) >= 2 for answers in WRONG_ANSWERS.values())


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_solution_is_right_and_wrong_answers_are_refused_with_an_index(exercise):
    assert exercise.solution and "dropdown" in exercise.options, "the solution is not hidden"
    space = exercise.set_up()  # as a reader who answers nothing: no error
    exec(exercise.answered_with(), space)
    for name, right, wrong in WRONG_ANSWERS[exercise.label]:
        assert "\n".join(exercise.solution).count(right) == 1, f"{name}: {right!r} does not stand in the solution once"
        message = refusal(exercise.answered_with(lambda source: source.replace(right, wrong)), space)
        assert message, f"{name}: accepted"
        assert re.match(named_place(exercise.answer), message), f"{name}: {message}"


def refusal(source, space):
    """Give the check's message about an answer, "" if it takes it."""
    try:
        exec(source, dict(space))
    except AssertionError as error:
        return str(error)
    return ""


def named_place(answer):
    """Match a message that says where: in which entry, or for which arguments, if the answer is one number."""
    entry = rf"{answer}(\(.*\))? in case \d+ is wrong in \d+ of \d+ places, first at \([\d, ]+\): .+; expected .+"
    number = rf"{answer}\(.+\) in case \d+ is .+; expected .+"
    return f"(?s:{entry}|{number})$"


def test_a_place_is_named_or_it_is_not():
    assert re.match(named_place("paint"), "paint in case 0 is wrong in 3 of 20 places, first at (0, 1): 3; expected 4")
    assert re.match(named_place("count"), "count(1, (2, 3)) in case 2 is 3; expected 4")
    for vague in (
        "paint in case 0 is 3; expected 4",
        "paint in case 0 has shape (2, 3); expected (3, 2)",
        "paint is wrong",
    ):
        assert not re.match(named_place("paint"), vague)
