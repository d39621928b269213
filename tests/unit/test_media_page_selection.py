import pytest

from server.errors import ImageTooLarge, InvalidRequest
from server.media.page_selection import select_pages

MOST = 16
PATH = "messages[0].content[0].pages"


@pytest.mark.parametrize(
    ("spec", "count", "wanted"),
    [
        ("2", 3, (2,)),
        ("1-3,7", 9, (1, 2, 3, 7)),
        ("7, 1 - 3", 9, (7, 1, 2, 3)),
        (" 2-\t", 4, (2, 3, 4)),
        ("4-", 4, (4,)),
        ("2-2", 4, (2,)),
        ("1-3,2,3-4,1", 4, (1, 2, 3, 4)),
        ("3,1-", 4, (3, 1, 2, 4)),
        ("007", 9, (7,)),
        ("1-,1-", 16, tuple(range(1, 17))),
    ],
)
def test_pages_are_chosen_in_the_order_given_and_once(spec, count, wanted):
    assert select_pages(spec, count, most=MOST, path=PATH) == wanted


@pytest.mark.parametrize(
    ("spec", "count", "words"),
    [
        ("4", 3, "names page 4, but the document has 3 pages"),
        ("2", 1, "the document has 1 page."),
        ("1-4", 3, "page 4"),
        ("4-", 3, "page 4"),
        ("1-1000000000", 3, "page 1000000000"),
        ("1000000000-", 3, "page 1000000000"),
        ("999999999999999999", 3, "3 pages"),
        ("9" * 19, 3, "neither a page nor a range"),
        ("0", 3, "counted from 1"),
        ("0-2", 3, "counted from 1"),
        ("3-1", 3, "Write 1-3"),
        ("-2", 3, "'-2' in it is neither a page nor a range"),
        ("", 3, "a number is missing"),
        ("1,", 3, "a number is missing"),
        ("1,,2", 3, "a number is missing"),
        ("all", 3, "'all'"),
        ("1–3", 3, "neither"),
        ("1.5", 3, "neither"),
        ("1 2", 3, "neither"),
        ("+1", 3, "neither"),
        ("٣", 3, "neither"),
        ("1-2-3", 3, "neither"),
        ("1," * 2048 + "1", 3, "characters"),
    ],
)
def test_what_names_no_page_is_refused_with_the_reason(spec, count, words):
    with pytest.raises(InvalidRequest) as refused:
        select_pages(spec, count, most=MOST, path=PATH)
    assert refused.value.code == "invalid_value"
    assert refused.value.param == PATH
    assert refused.value.message.startswith(f"{PATH} ")
    assert words in refused.value.message


@pytest.mark.parametrize("spec", ["1-", "1-33", "1-20,1-20", ",".join(["1-"] * 1000)])
def test_far_more_pages_than_are_taken_are_refused_before_they_are_listed(spec):
    with pytest.raises(ImageTooLarge, match="the limit is 16 pages") as refused:
        select_pages(spec, 1_000_000, most=MOST, path=PATH)
    assert refused.value.code == "too_many_pages"
    assert refused.value.param == PATH
