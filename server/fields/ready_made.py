"""Schemas of common documents, for ready-made tasks such as extract_invoice; keys in Chinese or English."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, get_args

from server.values.chat import JSONObject
from server.values.ocr import ReadyMade

READY_MADE: Final = get_args(ReadyMade)
Names = tuple[str, ...]
_STRING: Final[JSONObject] = {"type": ["string", "null"]}


@dataclass(frozen=True, slots=True)
class _Fields:
    """The names of single values, and of arrays with the names of their members."""

    names: Names
    rows: Mapping[str, Names] = field(default_factory=dict)


_ENGLISH: Final[Mapping[ReadyMade, _Fields]] = MappingProxyType(
    {
        "extract_id_info": _Fields(
            (
                *("name", "sex", "date_of_birth", "nationality", "id_number", "address"),
                *("issuing_authority", "issue_date", "expiry_date"),
            )
        ),
        "extract_passport": _Fields(
            (
                *("document_type", "issuing_country", "passport_number", "surname", "given_names", "nationality"),
                *("date_of_birth", "sex", "place_of_birth", "issuing_authority", "issue_date", "expiry_date", "mrz"),
            )
        ),
        "extract_invoice": _Fields(
            (
                *("invoice_number", "invoice_date", "due_date", "seller", "buyer", "tax_id"),
                *("currency", "subtotal", "tax", "total"),
            )
        ),
        "extract_receipt": _Fields(
            ("company", "address", "date", "time", "receipt_number", "subtotal", "tax", "total")
        ),
        "extract_purchase_order": _Fields(
            (
                *("order_number", "order_date", "delivery_date", "buyer", "buyer_address", "supplier"),
                *("supplier_address", "payment_terms", "currency", "subtotal", "tax", "total"),
            ),
            {"items": ("description", "quantity", "unit", "unit_price", "amount")},
        ),
        "extract_delivery_note": _Fields(
            (
                *("delivery_note_number", "delivery_date", "order_number", "seller", "ship_to", "ship_to_address"),
                *("carrier", "tracking_number"),
            ),
            {"items": ("item_code", "description", "quantity", "unit")},
        ),
        "extract_bank_statement": _Fields(
            (
                *("bank_name", "account_holder", "account_number", "iban", "bic", "statement_period"),
                *("statement_date", "currency", "opening_balance", "closing_balance"),
            ),
            {"transactions": ("date", "description", "debit", "credit", "balance")},
        ),
        "extract_payslip": _Fields(
            (
                *("employer", "employee_name", "employee_number", "pay_period", "pay_date", "gross_pay"),
                *("total_deductions", "net_pay"),
            ),
            {"earnings": ("description", "amount"), "deductions": ("description", "amount")},
        ),
        "extract_utility_bill": _Fields(
            (
                *("provider", "customer_name", "customer_number", "bill_number", "bill_date", "billing_period"),
                *("meter_number", "consumption", "due_date", "tax", "total"),
            )
        ),
        "extract_timesheet": _Fields(
            ("employee_name", "employee_number", "period", "project", "total_hours"),
            {"entries": ("date", "start_time", "end_time", "hours", "description")},
        ),
        "extract_letter": _Fields(
            (
                *("sender", "sender_address", "recipient", "recipient_address", "place", "date", "reference"),
                *("subject", "signed_by"),
            )
        ),
        "extract_business_card": _Fields(
            ("name", "title", "company", "phone", "mobile", "fax", "email", "website", "address")
        ),
        "extract_card": _Fields(
            (
                *("name", "company", "title", "phone", "email", "address", "website"),
                *("card_number", "expiry_date"),
            )
        ),
    }
)
_CHINESE: Final[Mapping[ReadyMade, _Fields]] = MappingProxyType(
    {
        "extract_id_info": _Fields(("姓名", "性别", "民族", "出生", "住址", "公民身份号码", "签发机关", "有效期限")),
        "extract_passport": _Fields(
            ("护照号", "姓名", "性别", "国籍", "出生日期", "出生地点", "签发日期", "有效期至", "签发机关", "mrz")
        ),
        "extract_invoice": _Fields(
            (
                *("发票代码", "发票号码", "开票日期", "购买方名称", "购买方税号", "销售方名称", "销售方税号"),
                *("金额", "税额", "价税合计"),
            )
        ),
        "extract_receipt": _Fields(("商户名称", "地址", "日期", "时间", "单号", "小计", "税额", "合计")),
        "extract_purchase_order": _Fields(
            ("订单号", "订货日期", "交货日期", "购买方名称", "供应商", "付款条件", "税额", "合计"),
            {"商品": ("品名", "数量", "单位", "单价", "金额")},
        ),
        "extract_delivery_note": _Fields(
            ("送货单号", "送货日期", "订单号", "供应商", "收货单位", "承运人", "运单号"),
            {"商品": ("货号", "品名", "数量", "单位")},
        ),
        "extract_bank_statement": _Fields(
            ("银行", "户名", "账号", "币种", "期初余额", "期末余额"),
            {"交易明细": ("日期", "摘要", "借方", "贷方", "余额")},
        ),
        "extract_payslip": _Fields(
            ("公司名称", "员工姓名", "工号", "工资月份", "发放日期", "应发工资", "扣款合计", "实发工资"),
        ),
        "extract_utility_bill": _Fields(
            ("供应商", "客户名称", "客户编号", "账单日期", "账期", "表号", "用量", "到期日", "应缴金额")
        ),
        "extract_timesheet": _Fields(
            ("员工姓名", "工号", "部门", "总工时"), {"明细": ("日期", "开始时间", "结束时间", "工时", "项目")}
        ),
        "extract_letter": _Fields(("发件人", "收件人", "日期", "主题", "署名")),
        "extract_business_card": _Fields(("姓名", "职位", "公司", "电话", "手机", "传真", "邮箱", "网址", "地址")),
        "extract_card": _Fields(("姓名", "公司", "职位", "电话", "邮箱", "地址", "网址", "卡号", "有效期")),
    }
)


def ready_made_schema(task: ReadyMade, *, chinese: bool) -> JSONObject:
    """Return the schema of what `task` extracts: strings or null, and arrays of objects of such."""
    fields = (_CHINESE if chinese else _ENGLISH)[task]
    rows: JSONObject = {name: {"type": "array", "items": _object(names)} for name, names in fields.rows.items()}
    return _object(fields.names, rows)


def schema_of_names(names: Names) -> JSONObject:
    """Return a schema of named fields, each a string or null."""
    return _object(names)


def _object(names: Names, more: JSONObject | None = None) -> JSONObject:
    members: JSONObject = {**dict.fromkeys(names, _STRING), **(more or {})}
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}
