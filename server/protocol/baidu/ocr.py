"""Codec of Baidu's OCR API (`/rest/2.0/ocr/v1/...`): forms in, JSON with Chinese keys out.

Shapes and codes as in Baidu's own Go SDK (baidubce/baiducloud-go-sdk, services/ocr) and its table of error codes; what
clients check, in its Python SDK (baidu-aip 4.16.13). Answers never carry `error_code`, by which clients know errors.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, cast, get_args

from server.errors import (
    EngineTimeout,
    EngineUnavailable,
    Forbidden,
    ImageTooLarge,
    ImageUrlRefused,
    ImageUrlUnreachable,
    InvalidImage,
    InvalidRequest,
    LimitsUnavailable,
    MethodNotAllowed,
    NotFound,
    Overloaded,
    PageglassError,
    PayloadTooLarge,
    QuotaExceeded,
    RateLimited,
    Unauthorized,
)
from server.values.lines import Line, part_of
from server.values.ocr import OcrRequest, OcrResult
from server.values.pages import ImageSource

Service = Literal[
    "general_basic",
    "general",
    "general_enhanced",
    "accurate_basic",
    "accurate",
    "webimage",
    "webimage_loc",
    "handwriting",
    "numbers",
    "receipt",
    "idcard",
    "invoice",
    "vat_invoice",
    "business_card",
]
BAIDU_PATH: Final = "/rest/2.0/"
SERVICES: Final = get_args(Service)
_WITH_PLACES: Final = frozenset({"general", "accurate", "receipt", "webimage_loc", "handwriting", "numbers"})
_LANGUAGES: Final = frozenset({"", "CHN_ENG", "ENG", "auto_detect"})
_FRONT: Final = ("姓名", "性别", "民族", "出生", "住址", "公民身份号码")
_BACK: Final = ("签发机关", "签发日期", "失效日期")
_INVOICE: Final = {
    "InvoiceType": "发票类型",
    "InvoiceCode": "发票代码",
    "InvoiceNum": "发票号码",
    "InvoiceDate": "开票日期",
    "MachineNum": "机器编号",
    "CheckCode": "校验码",
    "PurchaserName": "购买方名称",
    "PurchaserRegisterNum": "购买方纳税人识别号",
    "SellerName": "销售方名称",
    "SellerRegisterNum": "销售方纳税人识别号",
    "TotalAmount": "合计金额",
    "TotalTax": "合计税额",
    "AmountInWords": "价税合计大写",
    "AmountInFiguers": "价税合计",
}
_CARD: Final = {
    "NAME": "姓名",
    "TITLE": "职位",
    "COMPANY": "公司",
    "MOBILE": "手机",
    "TEL": "电话",
    "FAX": "传真",
    "EMAIL": "邮箱",
    "ADDR": "地址",
    "URL": "网址",
    "PC": "邮编",
}
_NUMBER: Final = re.compile(r"\d+", re.ASCII)
_ERRORS: Final[tuple[tuple[type[PageglassError], int, str], ...]] = (
    (Unauthorized, 110, "Access token invalid or no longer valid"),
    (Forbidden, 6, "No permission to access data"),
    (NotFound, 3, "Unsupported openapi method"),
    (MethodNotAllowed, 3, "Unsupported openapi method"),
    (QuotaExceeded, 17, "Open api daily request limit reached"),
    (RateLimited, 18, "Open api qps request limit reached"),
    (LimitsUnavailable, 2, "Service temporarily unavailable"),
    (Overloaded, 18, "Open api qps request limit reached"),
    (PayloadTooLarge, 216202, "image size error"),
    (ImageTooLarge, 216202, "image size error"),
    (InvalidImage, 216201, "image format error"),
    (ImageUrlRefused, 282113, "url response invalid"),
    (ImageUrlUnreachable, 282112, "url download timeout"),
    (InvalidRequest, 216100, "invalid param"),
    (EngineTimeout, 282000, "internal error"),
    (EngineUnavailable, 2, "Service temporarily unavailable"),
)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"  # GB 11643-1999


@dataclass(frozen=True, slots=True, kw_only=True)
class BaiduCall:
    """A decoded request: the service, what to read, and the options that change the answer."""

    service: Service
    request: OcrRequest
    options: Mapping[str, str] = field(default_factory=dict)

    def wants(self, name: str) -> bool:
        """Whether an option is switched on."""
        return self.options.get(name, "").lower() in {"true", "1"}


def decode_baidu_request(service: str, form: Mapping[str, str]) -> BaiduCall:
    """Turn a form into a request.

    Raises:
        NotFound: there is no such service.
        InvalidRequest: no picture, or an option that is not done here.
    """
    if service not in SERVICES:
        raise NotFound(f"There is no service {service[:40]!r} here. There are: {', '.join(SERVICES)}.")
    kind = cast("Service", service)
    if (language := form.get("language_type", "")) not in _LANGUAGES:
        raise InvalidRequest(
            f"language_type {language[:40]!r} is not read here: CHN_ENG, ENG and auto_detect are.",
            param="language_type",
        )
    name = next((name for name in ("image", "url", "pdf_file") if form.get(name)), None)
    if name is None:
        raise InvalidRequest("Send image (base64), url or pdf_file.", param="image", code="missing_required_parameter")
    pages = form.get("pdf_file_num") or "1"
    source = ImageSource(
        content=form[name],
        path=name,
        detail="high" if kind.startswith("accurate") else "auto",
        pages=pages if name == "pdf_file" else None,
        pages_path="pdf_file_num",
    )
    fields = _fields(kind, form)
    task: Any = "extract_fields" if fields else "lines"
    return BaiduCall(
        service=kind, request=OcrRequest(model=None, source=source, task=task, fields=fields), options=dict(form)
    )


def encode_baidu_answer(result: OcrResult, call: BaiduCall) -> dict[str, Any]:
    """Write an answer in Baidu's form."""
    encode: Callable[[OcrResult, BaiduCall], dict[str, Any]] = {
        "idcard": _encode_idcard,
        "invoice": _encode_invoice,
        "vat_invoice": _encode_invoice,
        "business_card": _encode_card,
        "numbers": _encode_numbers,
    }.get(call.service, _encode_lines)
    answer = {"log_id": secrets.randbits(62), **encode(result, call)}
    if call.wants("detect_direction"):
        page = result.pages[0]
        answer["direction"] = page.quarter_turns if page.lines else -1  # 1 is 90 degrees counter-clockwise
    return answer


def encode_baidu_error(error: PageglassError) -> dict[str, Any]:
    """Write an error in Baidu's form: its code, its words, and ours."""
    code, words = next(
        ((code, words) for kind, code, words in _ERRORS if isinstance(error, kind)), (282000, "internal error")
    )
    if isinstance(error, Unauthorized) and error.param == "authorization":
        code, words = 14, "IAM Certification failed"
    if error.code == "empty_image" or (error.code == "missing_required_parameter" and error.param == "image"):
        code, words = 216200, "empty image"
    return {"log_id": secrets.randbits(62), "error_code": code, "error_msg": f"{words}: {error.message}"}


def _fields(service: Service, form: Mapping[str, str]) -> tuple[str, ...]:
    if service in {"invoice", "vat_invoice"}:
        return tuple(_INVOICE.values())
    if service == "business_card":
        return tuple(_CARD.values())
    if service != "idcard":
        return ()
    side = form.get("id_card_side", "front")
    if side not in {"front", "back"}:
        raise InvalidRequest(f"id_card_side is front or back, not {side[:40]!r}.", param="id_card_side")
    return _FRONT if side == "front" else _BACK


def _encode_lines(result: OcrResult, call: BaiduCall) -> dict[str, Any]:
    lines = [line for page in result.pages for line in page.lines or ()]
    words = [_encode_line(line, call) for line in lines]
    answer: dict[str, Any] = {"words_result": words, "words_result_num": len(words)}
    if call.wants("paragraph"):
        groups: dict[tuple[int, int], list[int]] = {}
        places = [(page.number, line.block) for page in result.pages for line in page.lines or ()]
        for number, place in enumerate(places):
            groups.setdefault(place, []).append(number)
        answer["paragraphs_result"] = [{"words_result_idx": numbers} for numbers in groups.values()]
        answer["paragraphs_result_num"] = len(groups)
    return answer


def _encode_line(line: Line, call: BaiduCall) -> dict[str, Any]:
    written: dict[str, Any] = {"words": line.text}
    if call.service in _WITH_PLACES:
        written["location"] = _location(line.box)
        if call.wants("vertexes_location"):
            written["vertexes_location"] = [{"x": round(x), "y": round(y)} for x, y in line.box]
    if call.wants("probability"):
        written["probability"] = {"average": round(line.score, 4)}
    return written


def _encode_idcard(result: OcrResult, call: BaiduCall) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in call.request.fields:
        value = _text(result, name)
        evidence = result.evidence.get(name)
        place = _location(evidence.box) if evidence and evidence.box else _NOWHERE
        found[name] = {
            "words": _as_day(value) if name in {"出生", "签发日期", "失效日期"} else value,
            "location": place,
        }
    filled = [name for name in found if found[name]["words"]]
    answer: dict[str, Any] = {
        "words_result": found,
        "words_result_num": len(found),
        "image_status": "normal" if filled else "non_idcard",
    }
    if call.request.fields == _FRONT:
        answer["idcard_number_type"] = _number_type({name: found[name]["words"] for name in _FRONT})
    return answer


def _encode_invoice(result: OcrResult, _: BaiduCall) -> dict[str, Any]:
    found: dict[str, Any] = {name: _text(result, label) for name, label in _INVOICE.items()}
    return {"words_result": found, "words_result_num": len(found)}


def _encode_card(result: OcrResult, _: BaiduCall) -> dict[str, Any]:
    """Each member is a list, since a card may have several of it; empty where the card has none."""
    found = {name: [text] if (text := _text(result, label)) else [] for name, label in _CARD.items()}
    return {"words_result": found, "words_result_num": len(found)}


def _encode_numbers(result: OcrResult, call: BaiduCall) -> dict[str, Any]:
    """The runs of digits on the pages, each with its part of its line's box."""
    words = [
        _encode_line(_part(line, run.start(), run.end()), call)
        for page in result.pages
        for line in page.lines or ()
        for run in _NUMBER.finditer(line.text)
    ]
    return {"words_result": words, "words_result_num": len(words)}


def _part(line: Line, start: int, end: int) -> Line:
    """The characters from `start` to `end` of a line, by their share of it."""
    width, length = line.right - line.left, len(line.text)
    box = part_of(line.box, line.left + width * start / length, line.left + width * end / length)
    return replace(line, text=line.text[start:end], box=box)


_NOWHERE: Final = {"left": 0, "top": 0, "width": 0, "height": 0}


def _text(result: OcrResult, name: str) -> str:
    value = (result.fields or {}).get(name)
    return value if isinstance(value, str) else ""


def _location(box: tuple[tuple[float, float], ...]) -> dict[str, int]:
    across, down = [x for x, _ in box], [y for _, y in box]
    left, top = round(min(across)), round(min(down))
    return {"left": left, "top": top, "width": round(max(across)) - left, "height": round(max(down)) - top}


def _as_day(value: str) -> str:
    """A printed day as Baidu writes it, YYYYMMDD; anything else, such as 长期, as it is printed."""
    found = re.search(r"((?:19|20)\d\d)\D{0,3}(\d{1,2})\D{0,3}(\d{1,2})", value)
    return f"{found[1]}{int(found[2]):02}{int(found[3]):02}" if found else value


def _number_type(card: Mapping[str, str]) -> int:
    """Whether the number agrees with itself and the card: Baidu's `idcard_number_type`."""
    number = card["公民身份号码"].upper()
    if not any(card.values()):
        return -1
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return 0
    if _CHECKS[sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11] != number[17]:
        return 0
    born = not card["出生"] or card["出生"] == number[6:14]
    sex = not card["性别"] or card["性别"] == ("男" if int(number[16]) % 2 else "女")
    return {(True, True): 1, (False, False): 2, (False, True): 3, (True, False): 4}[born, sex]
