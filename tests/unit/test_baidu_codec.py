"""Baidu's forms: options that change the answer, cards, invoices, and its own error codes."""

import jwt
import pytest

from server.access.key_store import KeyStore
from server.api.baidu_token import BaiduTokens
from server.config import load_settings
from server.errors import (
    EngineTimeout,
    Forbidden,
    ImageTooLarge,
    ImageUrlUnreachable,
    InternalError,
    InvalidImage,
    InvalidRequest,
    LimitsUnavailable,
    NotFound,
    Overloaded,
    QuotaExceeded,
    RateLimited,
    Unauthorized,
)
from server.protocol.baidu.ocr import decode_baidu_request, encode_baidu_answer, encode_baidu_error
from server.values.chat import Usage
from server.values.lines import Line
from server.values.ocr import Evidence, OcrPage, OcrResult

BOX = ((10.0, 20.0), (110.0, 22.0), (110.0, 52.0), (10.0, 50.0))
CARD = {"姓名": "李四", "性别": "女", "民族": "汉", "出生": "1990年1月2日", "住址": "某市某路1号"}


def result(*lines, fields=None, evidence=None, turns=0):
    page = OcrPage(number=1, width=400, height=300, text="", lines=lines, quarter_turns=turns)
    usage = Usage(prompt_tokens=1, completion_tokens=1)
    return OcrResult(model="m", task="lines", pages=(page,), usage=usage, fields=fields, evidence=evidence or {})


def answer(service, made, **form):
    return encode_baidu_answer(made, decode_baidu_request(service, {"image": "x"} | form))


def line(text, block=0):
    return Line(text=text, score=0.9, box=BOX, block=block)


def test_places_come_with_the_services_that_have_them():
    basic = answer("general_basic", result(line("a")))
    assert (basic["words_result"], basic["words_result_num"]) == ([{"words": "a"}], 1)
    assert isinstance(basic["log_id"], int)
    place = answer("general", result(line("a")))["words_result"][0]["location"]
    assert place == {"left": 10, "top": 20, "width": 100, "height": 32}


@pytest.mark.parametrize(("turns", "direction"), [(0, 0), (1, 1), (3, 3)])
def test_options_show_in_the_answer(turns, direction):
    made = result(line("a"), line("b", 1), turns=turns)
    form = {"detect_direction": "True", "probability": "true", "paragraph": "true", "vertexes_location": "true"}
    told = answer("accurate", made, **form)
    assert told["direction"] == direction
    assert told["words_result"][0]["probability"] == {"average": 0.9}
    assert told["words_result"][0]["vertexes_location"][1] == {"x": 110, "y": 22}
    assert told["paragraphs_result"] == [{"words_result_idx": [0]}, {"words_result_idx": [1]}]
    assert answer("general", result(), detect_direction="true")["direction"] == -1


@pytest.mark.parametrize(
    ("number", "changes", "kind"),
    [
        ("11010519900102002X", {}, 0),
        ("110105199001020024", {}, 1),
        ("110105199001020024", {"性别": "男"}, 4),
        ("110105199001020024", {"出生": "1990年1月3日"}, 3),
        ("110105199001020024", {"出生": "1990年1月3日", "性别": "男"}, 2),
        ("", dict.fromkeys(CARD, ""), -1),
    ],
)
def test_a_cards_number_is_checked_against_itself_and_the_card(number, changes, kind):
    fields = CARD | {"公民身份号码": number} | changes
    seen = Evidence(grounded=True, page=0, box=BOX)
    told = answer("idcard", result(fields=fields, evidence={"姓名": seen}), id_card_side="front")
    assert told["idcard_number_type"] == kind, number
    assert told["words_result"]["姓名"]["location"]["left"] == 10
    assert told["image_status"] == ("normal" if kind >= 0 else "non_idcard")
    if kind == 1:
        assert told["words_result"]["出生"]["words"] == "19900102"


def test_the_back_of_a_card_and_an_invoice():
    back = answer("idcard", result(fields={"失效日期": "长期", "签发日期": "2010.05.06"}), id_card_side="back")
    assert {name: value["words"] for name, value in back["words_result"].items()} == {
        "签发机关": "",
        "签发日期": "20100506",
        "失效日期": "长期",
    }
    invoice = answer("invoice", result(fields={"价税合计": "¥9.00"}))["words_result"]
    assert (invoice["AmountInFiguers"], invoice["InvoiceNum"]) == ("¥9.00", "")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Unauthorized("x"), 110),
        (Unauthorized("x", param="authorization"), 14),
        (Overloaded("x"), 18),
        (RateLimited("x"), 18),
        (QuotaExceeded("x"), 17),
        (LimitsUnavailable("x"), 2),
        (Forbidden("x", code="model_not_allowed"), 6),
        (InvalidImage("x", code="empty_image"), 216200),
        (InvalidImage("x"), 216201),
        (ImageTooLarge("x"), 216202),
        (ImageUrlUnreachable("x"), 282112),
        (InvalidRequest("x"), 216100),
        (NotFound("x"), 3),
        (EngineTimeout("x"), 282000),
        (InternalError("x"), 282000),
    ],
)
def test_errors_have_baidus_codes(error, code):
    told = encode_baidu_error(error)
    assert told["error_code"] == code
    assert told["error_msg"].endswith("x")


@pytest.mark.parametrize(
    ("service", "form", "code"),
    [
        ("general_basic", {}, 216200),
        ("general_basic", {"image": "x", "language_type": "KOR"}, 216100),
        ("idcard", {"image": "x", "id_card_side": "left"}, 216100),
        ("passport", {"image": "x"}, 3),
    ],
)
def test_what_cannot_be_read_is_refused(service, form, code):
    with pytest.raises((InvalidRequest, NotFound)) as caught:
        decode_baidu_request(service, form)
    assert encode_baidu_error(caught.value)["error_code"] == code


def baidu_tokens(*keys, secret=None):
    settings = load_settings(env_file=None, api_keys=",".join(keys), token_secret=secret)
    return BaiduTokens(KeyStore(settings), settings.token_secret)


def test_tokens_are_for_those_who_have_a_key_and_end_with_it(monkeypatch):
    tokens = baidu_tokens("key")
    token = tokens.issue("key").token
    assert tokens.check(token, "").name == "api-key-1"
    foreign = baidu_tokens("key").issue("key").token
    for wrong, header in ((token + "x", ""), (foreign, ""), ("", ""), ("", "bce-auth-v1/x"), ("e30.e30.e30", "")):
        with pytest.raises(Unauthorized):
            tokens.check(wrong, header)
    with pytest.raises(Unauthorized):
        tokens.issue("other")
    monkeypatch.setattr("server.api.baidu_token.LIFETIME_S", -1)
    with pytest.raises(Unauthorized):
        tokens.check(tokens.issue("key").token, "")
    assert baidu_tokens().check("", "").name == ""


def test_servers_with_one_secret_take_each_others_tokens_as_long_as_they_know_the_key():
    secret = "a secret that they share, of many characters"
    token = baidu_tokens("one", "two", secret=secret).issue("one").token
    assert baidu_tokens("one", secret=secret).check(token, "").name == "api-key-1"
    with pytest.raises(Unauthorized):
        baidu_tokens("two", secret=secret).check(token, "")


def test_holders_of_different_keys_are_told_apart_and_no_key_is_in_a_token():
    tokens = baidu_tokens("one", "two")
    issued = [tokens.issue(key).token for key in ("one", "two", "one")]
    holders = [tokens.check(token, "").id for token in issued]
    assert holders[0] == holders[2] != holders[1]
    assert "one" not in jwt.decode(issued[0], options={"verify_signature": False})["sub"]
