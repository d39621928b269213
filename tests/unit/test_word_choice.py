"""Doubtful words: read as words of the lexicon where print and language together speak for it, else left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engines.ppocr.ctc_line import Glyph
from server.engines.ppocr.word_choice import Lexicon, choose_words, half_width, load_lexicon

LEXICON = {"invoice": 3.2, "total": 4.9, "milk": 4.6, "adjustment": 4.1, "stationery": 3.2, "shop": 4.9, "closed": 4.9}


def glyphs(text, rivals=(), before=()):
    """Certain glyphs of `text`; `rivals` and `before` give doubts as (place, other, ratio)."""
    return [
        Glyph(
            char=char,
            probability=0.9,
            rivals=tuple((other, ratio) for at, other, ratio in rivals if at == place),
            before=tuple((other, ratio) for at, other, ratio in before if at == place),
        )
        for place, char in enumerate(text)
    ]


def choose(text, rivals=(), before=(), lexicon=LEXICON):
    return choose_words(glyphs(text, rivals, before), Lexicon(lexicon))


def test_a_near_miss_becomes_the_word_that_the_print_allows():
    assert choose("INVOLCE NO", [(4, "I", 0.5)]) == "INVOICE NO"
    assert choose("Involce", [(4, "i", 0.5)]) == "Invoice"


def test_a_word_that_the_recogniser_did_not_see_is_never_made():
    assert choose("INVOLCE NO") == "INVOLCE NO"
    assert choose("INVOLCE NO", [(4, "I", 0.01)]) == "INVOLCE NO"


def test_a_reading_that_is_a_word_stays():
    assert choose("TOTAL", [(1, "U", 0.9)]) == "TOTAL"


def test_two_doubts_in_one_word_are_weighed_together():
    assert choose("INVDLCE", [(3, "O", 0.5), (4, "I", 0.5)]) == "INVOICE"
    assert choose("INVDLCE", [(3, "O", 0.1), (4, "I", 0.1)]) == "INVDLCE"


def test_a_digit_inside_letters_may_be_a_letter():
    assert choose("CL0SED", [(2, "O", 0.4)]) == "CLOSED"


@pytest.mark.parametrize("text", ["A1055", "0017", "Q0X", "8850199"])
def test_codes_and_numbers_stay(text):
    doubts = [(place, "O", 0.9) for place, char in enumerate(text) if char.isdigit()]
    assert choose(text, doubts, lexicon={**LEXICON, "aloss": 9.0, "qox": 9.0, "ooo": 9.0}) == text


def test_a_character_may_have_been_lost_or_added():
    assert choose("MLK", lexicon=LEXICON, before=[(1, "I", 0.4)]) == "MLK"  # too short to be sure of
    assert choose("INVOCE", before=[(4, "I", 0.4)]) == "INVOICE"
    assert choose("INVOIICE", [(5, "", 0.4)]) == "INVOICE"


def test_an_abbreviation_is_read_as_documents_print_it():
    words = {**LEXICON, "qty": 5.5, "tax": 5.5, "no": 6.0}
    assert choose("Qey", [(1, "t", 0.4)], lexicon=words) == "Qty"
    assert choose("INVOICENO", before=[(7, " ", 0.1)], lexicon=words) == "INVOICE NO"
    assert choose("Qey", [(1, "t", 0.001)], lexicon=words) == "Qey"
    assert choose("TAXI", [(3, "", 0.9)], lexicon=words) == "TAXI"  # a longer word does not become one


def test_a_word_that_there_is_gives_way_only_to_one_that_is_much_likelier():
    words = {**LEXICON, "must": 6.0, "hust": 3.2, "mist": 4.4}
    assert choose("HUST", [(0, "M", 0.1)], lexicon=words) == "MUST"
    assert choose("MIST", [(1, "U", 0.1)], lexicon=words) == "MIST"


def test_a_name_with_a_capital_becomes_a_common_word_only_where_print_speaks_for_it():
    words = {**LEXICON, "price": 5.3, "meter": 4.6}
    assert choose("Ola Prico", [(8, "e", 0.018)], lexicon=words) == "Ola Prico"
    assert choose("PRICO", [(4, "E", 0.018)], lexicon=words) == "PRICE"
    assert choose("Prico", [(4, "e", 0.3)], lexicon=words) == "Price"


def test_an_accent_that_makes_no_word_goes_and_one_that_does_stays():
    words = {**LEXICON, "hardware": 4.5, "café": 4.3}
    assert choose("HARDWÀRE", [(5, "A", 0.1)], lexicon=words) == "HARDWARE"
    assert choose("CAFÉ", [(3, "E", 0.1)], lexicon=words) == "CAFÉ"


@pytest.mark.parametrize("text", ["AS1E-74582", "77-AS1E", "8ILL/4"])
def test_what_a_hyphen_or_slash_joins_to_is_a_code(text):
    doubts = [(place, "I" if char == "1" else "B", 0.9) for place, char in enumerate(text) if char in "18"]
    assert choose(text, doubts, lexicon={"asie": 5.0, "bill": 5.0}) == text


def test_a_space_inside_a_word_goes():
    assert choose("ADJUS TMENT OF", [(5, "", 0.8)]) == "ADJUSTMENT OF"
    assert choose("ADJUS TMENT OF", [(5, "", 0.001)]) == "ADJUS TMENT OF"


def test_a_space_between_two_words_comes():
    assert choose("STATIONERYSHOP", before=[(10, " ", 0.1)]) == "STATIONERY SHOP"
    assert choose("STATIONERYSHOP", before=[(10, " ", 0.01)]) == "STATIONERYSHOP"


def test_mixed_case_is_not_made():
    assert choose("INVOLCE", [(4, "i", 0.9)]) == "INVOLCE"


def test_what_is_no_latin_letter_stays_and_keeps_its_place():
    assert choose("发票INVOLCE:合计", [(6, "I", 0.5)]) == "发票INVOICE:合计"


@pytest.mark.parametrize(
    ("text", "place", "sign", "chosen"),
    [
        ("SR 6X", 4, "%", "SR 6%"),
        ("TAX 06Z included", 6, "%", "TAX 06% included"),
        ("GST 06%", 4, "@", "GST @6%"),
        ("02 X RM 2.45", 0, "@", "@2 X RM 2.45"),
        ("6XL", 1, "%", "6XL"),
        ("A4X-9", 2, "%", "A4X-9"),
        ("02/03/2026", 0, "@", "02/03/2026"),
        ("1.06% 10.02 X", 2, "@", "1.06% 10.02 X"),
        ("Tel 03-2181 0700", 12, "@", "Tel 03-2181 0700"),
    ],
)
def test_percent_and_at_signs_are_chosen_beside_figures_alone(text, place, sign, chosen):
    assert choose(text, [(place, sign, 0.2)]) == chosen
    assert choose(text, [(place, sign, 0.003)]) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [("CB#：830（2）", "CB#:830(2)"), ("发票：No（2）", "发票：No（2）"), ("：", "："), ("12：30", "12：30")],
)
def test_wide_punctuation_in_latin_print_is_the_usual_one(text, plain):
    assert half_width(text) == plain


@given(
    st.text(alphabet="INVOLCE 0:é发", max_size=12),
    st.lists(st.tuples(st.integers(0, 11), st.sampled_from(["I", "O", "", "L", "é"]), st.floats(0.01, 2)), max_size=12),
    st.lists(st.tuples(st.integers(0, 11), st.sampled_from(["I", " ", "E"]), st.floats(0.01, 2)), max_size=6),
)
def test_only_words_of_the_lexicon_are_ever_put_in(text, rivals, before):
    got = choose(text, rivals, before)
    if got != text:
        assert any(word in got.lower() for word in LEXICON)


def test_the_lexicon_has_common_words_of_each_language():
    lexicon = load_lexicon(("en", "de"))
    assert lexicon.words["invoice"] > 3
    assert lexicon.words["rechnung"] > 3
    assert "involce" not in lexicon


def test_a_language_without_a_list_is_named():
    with pytest.raises(LookupError, match="tlh"):
        load_lexicon(("tlh",))
