from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.settings.groups import RepetitionSettings
from server.writing.repetition import Loop, RepetitionGuard, kind_of_unit

ROOT = Path(__file__).parents[2]
HEAD = "Invoice no. 4711:"
ROW = "<tr><td>0.00</td><td>0.00</td><td>0.00</td></tr>"
SETTINGS = RepetitionSettings()


def read(text, size=1, settings=SETTINGS):
    """What is given out of `text`, the loop, and the most characters that were held back."""
    guard, given_out, most = RepetitionGuard(settings), "", 0
    for start in range(0, len(text), size):
        given_out += guard.feed(text[start : start + size])
        if guard.loop:
            return given_out, guard.loop, most
        most = max(most, start + size - len(given_out))
    return given_out + guard.flush(), None, most


@pytest.mark.parametrize(
    ("unit", "characters"),
    [
        ("The same sentence once more. ", 400),
        ("a few words ", 400),
        ("的", 400),
        ("发票", 400),
        ("0", 400),
        ("1.", 400),
        ("\n", 400),
        ("\n \n", 400),
        (r"\quad ", 400),
        ("!", 400),
        ("<pad>", 400),
        ("{x}^{2}", 400),
        ("A line of some length, again and again, which no column of a table has.\n", 1600),
        ("UK\n", 400),
        ("United Kingdom\n", 64 * 15),
        ('"United Kingdom", ', 64 * 18),
        (".", 4000),
        (" ", 4000),
        ("<td></td>", 4000),
        (ROW, 4000),
        ("| 0 | 0 |\n", 4000),
        ('{"name": "Coffee", "price": 2.5}, ', 4000),
        ("0, ", 4000),
        (ROW + ROW.replace("0", "1"), 64 * 2 * len(ROW)),
        ("".join(ROW.replace("0", digit) for digit in "12345"), 8000),
        ("".join(map(chr, range(0x4E00, 0x4E00 + 256))), 8 * 256),
    ],
)
def test_a_loop_is_noticed_as_soon_as_it_is_long_enough_and_cut_to_its_first_turn(unit, characters):
    turns, rest = divmod(characters, len(unit))
    text = HEAD + unit * turns + unit[:rest]
    assert read(text[:-1])[:2] == (text[:-1], None)
    assert read(text + "and more")[:2] == (HEAD + unit, Loop(unit=unit, times=turns))


@pytest.mark.parametrize(
    "middle",
    [
        "Chapter 1 " + "." * 300 + " 7",
        "Chapter 1 " + ". " * 300 + " 7",
        "Name: " + "_" * 300,
        "-" * 3000 + "=" * 3000,
        "|---" * 200 + "|\n",
        "| " * 500 + "|",
        " " * 3000,
        "\t" * 500,
        "&nbsp;" * 200,
        "□" * 500,
        "<tr>" + "<td></td>" * 400 + "</tr>",
        ("<tr>" + "<td></td>" * 12 + "</tr>") * 25,
        "<ecel>" * 300 + "<nl>",
        (r" & & & \\ \hline" + "\n") * 100,
        ",,,,,\n" * 300,
        '["", "", ""], ' * 200,
        ROW * 60,
        "<tr>" + "<td>0</td>" * 24 + "</tr>" * 60,
        "<fcel>0.00<fcel>0.00<nl>" * 60,
        "| 0.00 | 0.00 | 0.00 |\n" * 60,
        r"0 & 0 & 0 \\ " * 60,
        "1,000.00\n" * 60,
        '"1,000.00", ' * 60,
        "Paid in full\n" * 60,
        '{"description": "Ticket", "quantity": 1, "price": 12.5}, ' * 30,
        "Name: ________________ Signature: ________________\n" * 30,
        "________________________________\n" * 60,
        "☐ Yes ☐ No\n" * 60,
        "\n" * 200,
        "ha" * 100,
    ],
)
def test_what_documents_hold_is_given_out_unchanged(middle):
    text = HEAD + middle + "\nTotal 12.50"
    assert read(text)[:2] == (text, None)


@pytest.mark.parametrize("path", ["LICENSE", "README.md", "CHANGELOG.md", "server/pipeline/chat.py"])
def test_ordinary_text_is_no_loop_and_hardly_held_back(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    given_out, loop, most = read(text)
    assert (given_out, loop) == (text, None)
    assert most <= SETTINGS.max_unit


def test_repeated_text_is_held_back_until_the_repetition_breaks():
    guard = RepetitionGuard(SETTINGS)
    assert guard.feed("abcd") == "abcd"
    assert guard.feed("abcdabcd") == ""
    assert guard.feed("ab") == ""
    assert guard.feed("x") == "abcdabcdabx"
    assert guard.feed("a") == ""
    assert guard.flush() == "a"


def test_nothing_is_given_out_after_a_loop():
    guard = RepetitionGuard(SETTINGS)
    assert guard.feed("again " * 500) == "again "
    assert guard.loop == Loop(unit="again ", times=66)
    assert guard.feed("more") == ""
    assert guard.flush() == ""


def test_a_guard_that_is_off_gives_everything_out_at_once():
    guard = RepetitionGuard(RepetitionSettings(guard=False))
    assert guard.feed("a" * 9000) == "a" * 9000
    assert guard.loop is None
    assert guard.flush() == ""


def test_the_settings_say_how_long_a_loop_is():
    settings = RepetitionSettings(min_characters=16, min_times=3, max_unit=10)
    assert read("a" * 15, settings=settings)[1] is None
    assert read("a" * 16, settings=settings)[1] == Loop(unit="a", times=16)
    assert read("abcdefghij" * 3, settings=settings)[1] == Loop(unit="abcdefghij", times=3)
    assert read("abcdefghijk" * 9, settings=settings)[1] is None
    assert read("." * 159, settings=settings)[1] is None
    assert read("." * 160, settings=settings)[1] == Loop(unit=".", times=160)


units = st.text(alphabet='a1 .,\n<>/td|&;{}"\\_-', min_size=1, max_size=12)


@given(unit=units, turn=st.integers(0, 11), times=st.integers(1, 4))
def test_where_a_unit_begins_and_how_often_it_is_taken_does_not_change_its_kind(unit, turn, times):
    turned = unit[turn % len(unit) :] + unit[: turn % len(unit)]
    assert kind_of_unit(turned * times) == kind_of_unit(unit)


small = RepetitionSettings(min_characters=16, min_times=3, max_unit=6)
runs = st.lists(st.tuples(st.text(alphabet="ab的\ud800", max_size=7), st.integers(1, 20)), max_size=6)
answers = runs.map(lambda found: "".join(unit * times for unit, times in found))


def expected(text):
    """The rule for running text, by its words: at every character, every unit, the shortest first."""
    for end in range(len(text) + 1):
        for size in range(1, 7):
            begin = end - size
            while begin > 0 and text[begin - 1] == text[begin - 1 + size]:
                begin -= 1
            if begin >= 0 and end - begin >= max(16, 3 * size):
                return text[: begin + size], Loop(unit=text[begin : begin + size], times=(end - begin) // size)
    return text, None


@given(text=answers, sizes=st.lists(st.integers(0, 20), min_size=1))
def test_the_verdict_is_the_rule_s_however_the_answer_is_cut_into_pieces(text, sizes):
    guard, given_out, start = RepetitionGuard(small), "", 0
    while start < len(text):
        for size in (*sizes, 1):
            given_out += guard.feed(text[start : start + size])
            assert text.startswith(given_out)
            start += size
    assert (given_out + guard.flush(), guard.loop) == expected(text)
