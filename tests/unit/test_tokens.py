import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.reading.tokens import TextLimiter, count_image_tokens, count_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("  \n", 0), ("TOTAL", 2), ("a b c", 3), ("19.90", 2), ("合计", 2), ("姓名ab", 3), ("abcdefgh", 2)],
)
def test_the_token_rule(text, tokens):
    assert count_tokens(text) == tokens


def test_a_picture_counts_its_cells():
    assert count_image_tokens(64, 33) == 4


def run(limiter, chunks):
    out = [limiter.feed(chunk) for chunk in chunks]
    return "".join(out) + limiter.flush()


def test_the_limit_cuts_at_a_token_and_says_length():
    limiter = TextLimiter(max_tokens=3)
    assert run(limiter, ["TOTAL", "\n19.90 and more"]) == "TOTAL\n19.9"
    assert limiter.finished == "length"


def test_an_answer_that_just_fits_ends_by_itself():
    limiter = TextLimiter(max_tokens=2)
    assert run(limiter, ["TOTAL", "  "]) == "TOTAL  "
    assert limiter.finished is None


def test_a_stop_sequence_across_chunks_is_found_and_left_out():
    limiter = TextLimiter(stop=("TOTAL",))
    assert [limiter.feed("MILK TO"), limiter.feed("TAL 5")] == ["MILK ", ""]
    assert limiter.finished == "stop"


def test_what_only_began_like_a_stop_sequence_goes_out():
    limiter = TextLimiter(stop=("TOTAL",))
    assert run(limiter, ["MILK TO", " GO"]) == "MILK TO GO"
    assert limiter.finished is None


def test_the_earliest_of_several_stop_sequences_wins():
    assert run(TextLimiter(stop=("C", "B")), ["A B C"]) == "A "


def test_a_stop_sequence_before_the_limit_is_a_stop():
    limiter = TextLimiter(stop=("b",), max_tokens=3)
    assert run(limiter, ["a b c d e"]) == "a "
    assert limiter.finished == "stop"


words = st.lists(st.text("abTO合 \n", max_size=12).map(str.strip).filter(bool).map(" {}".format), max_size=8)


@given(words, st.lists(st.sampled_from(["TO", "OT", "a\n", "合"]), max_size=3), st.integers(1, 12))
def test_chunks_make_no_difference(chunks, stop, limit):
    whole = "".join(chunks)
    pieces, at_once = (TextLimiter(stop=tuple(stop), max_tokens=limit) for _ in range(2))
    assert run(pieces, chunks) == run(at_once, [whole])
    assert pieces.finished == at_once.finished
    assert whole.startswith(run(TextLimiter(stop=tuple(stop), max_tokens=limit), chunks))
