"""Field lists of common documents, for ready-made tasks such as extract_invoice; keys in Chinese or English."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, get_args

from server.values.ocr import ReadyMade

READY_MADE: Final = get_args(ReadyMade)
_ENGLISH: Final[Mapping[ReadyMade, tuple[str, ...]]] = MappingProxyType(
    {
        "extract_id_info": (
            *("name", "sex", "date_of_birth", "nationality", "id_number", "address"),
            *("issuing_authority", "issue_date", "expiry_date"),
        ),
        "extract_invoice": (
            *("invoice_number", "invoice_date", "due_date", "seller", "buyer", "tax_id"),
            *("currency", "subtotal", "tax", "total"),
        ),
        "extract_receipt": ("company", "address", "date", "time", "receipt_number", "subtotal", "tax", "total"),
        "extract_card": (
            *("name", "company", "title", "phone", "email", "address", "website"),
            *("card_number", "expiry_date"),
        ),
    }
)
_CHINESE: Final[Mapping[ReadyMade, tuple[str, ...]]] = MappingProxyType(
    {
        "extract_id_info": ("姓名", "性别", "民族", "出生", "住址", "公民身份号码", "签发机关", "有效期限"),
        "extract_invoice": (
            *("发票代码", "发票号码", "开票日期", "购买方名称", "购买方税号", "销售方名称", "销售方税号"),
            *("金额", "税额", "价税合计"),
        ),
        "extract_receipt": ("商户名称", "地址", "日期", "时间", "单号", "小计", "税额", "合计"),
        "extract_card": ("姓名", "公司", "职位", "电话", "邮箱", "地址", "网址", "卡号", "有效期"),
    }
)


def ready_made_fields(task: ReadyMade, *, chinese: bool) -> tuple[str, ...]:
    """Return the names of the fields that `task` extracts."""
    return (_CHINESE if chinese else _ENGLISH)[task]
