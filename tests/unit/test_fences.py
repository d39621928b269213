from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.writing.fences import FenceRemover

LONG = "x" * 3000


def unwrap(text, size=1, **options):
    remover = FenceRemover(**options)
    pieces = [remover.feed(text[start : start + size]) for start in range(0, len(text), size)]
    return "".join(pieces) + remover.flush()


@pytest.mark.parametrize("size", [1, 3, 10_000])
@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ('```json\n{"a": 1}\n```', '{"a": 1}'),
        ('\n ```\n{"a": 1}\n```\n\n', '{"a": 1}'),
        ("``` JSON \r\n{}\r\n``` \r\n", "{}"),
        ("```json\n{}```", "{}"),
        ("~~~html\n<p>\n~~~", "<p>"),
        ("````markdown\na\n```\nb\n```\nc\n````", "a\n```\nb\n```\nc"),
        ("```\n\n  a\n\n   ```", "\n  a\n"),
        ("```json\n```", ""),
        ('```json\n{"a": 1', '{"a": 1'),  # cut off by the token limit
        ('```json\n{"a": 1}\n``', '{"a": 1}\n``'),
        ('```json\n{"a": "```"}\n```', '{"a": "```"}'),
        (f"```json\n{LONG}\n```\n", LONG),
        (f"```markdown\n{LONG}\n```py\na\n```\nb\n```", f"{LONG}\n```py\na\n```\nb"),
    ],
)
def test_a_whole_answer_in_a_fence_is_unwrapped(text, inside, size):
    assert unwrap(text, size) == inside


@pytest.mark.parametrize("size", [1, 3, 10_000])
@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "plain",
        "  indented\n",
        '{"a": "```json\\n```"}',
        "Here it is:\n```json\n{}\n```",
        "```json\n{}\n```\nThat is all.",
        "```json\n{}\n``` That is all.",
        "```json\n{}\n```\n\n```json\n{}\n```",
        "```json\n{}\n```\n" + LONG,
        "``code`` and more",
        "```code``` and more",
        "``` a sentence\nand more",
        "```json",
        "~~struck~~",
        "```" + LONG,
        " " * 3000 + "```\na\n```",
    ],
)
def test_everything_else_comes_out_as_it_is(text, size):
    assert unwrap(text, size) == text


def test_text_after_a_block_longer_than_the_hold_costs_the_opening_line_and_no_more():
    assert unwrap(f"```json\n{LONG}\n```\nEnd.") == f"{LONG}\n```\nEnd."
    assert unwrap(f"```json\n{LONG}\n```\nEnd.", hold=10_000) == f"```json\n{LONG}\n```\nEnd."


def test_only_what_is_undecided_is_held_back():
    remover = FenceRemover(hold=20)
    assert remover.feed("Plain") == "Plain"
    assert remover.feed("\n```\n") == "\n```\n"
    remover = FenceRemover(hold=20)
    assert remover.feed("```json\n") == ""
    assert remover.feed("0123456789ab") == ""
    assert remover.feed("c\nd") == "0123456789abc\nd"
    assert remover.feed("\n  ``") == ""
    assert remover.feed("x\n```") == "\n  ``x"
    assert remover.feed("\n") == ""
    assert remover.flush() == ""


texts = st.text(alphabet="`~\n\r ax", max_size=40)


@given(
    text=st.one_of(texts, texts.map("```a\n{}\n```".format)), cuts=st.lists(st.integers(0, 50)), hold=st.integers(1, 40)
)
def test_how_the_answer_is_cut_into_pieces_makes_no_difference(text, cuts, hold):
    remover, edges = FenceRemover(hold=hold), [0, *sorted(cuts)]
    pieces = [*(text[start:end] for start, end in pairwise(edges)), text[edges[-1] :]]
    assert "".join(map(remover.feed, pieces)) + remover.flush() == unwrap(text, hold=hold)
