"""What the schema may ask and how a page answers: nullability, types, constraints."""

import pytest
from schemas import extract, named, value_of

from server.fields import candidates
from server.fields.extraction import answer_fields, answer_named
from server.fields.schema.shapes import compile_schema

BILL = """
ACME LTD
1 High Street, Sampletown AB1 2CD
Bill No: 00042 | @700 Date: 07/08/2021
Subtotal | @700 10.00
Tax | @700 1.00
Total | @700 11.00
Paid: Yes | @700 Terms: net 30
Tags: red, green; blue
"""


@pytest.fixture
def bill(printed_page):
    return printed_page(BILL)


def test_no_two_fields_share_a_path(bill):
    inner = {"type": "object", "properties": {"total": {"type": "string"}, "iban": {"type": "string"}}}
    schema = {"bill.total": {"type": "number"}, "bill": inner | {"required": ["iban"]}}
    assert extract(bill, schema, required=["bill.iban", "bill"]).missing == ("bill.iban", '["bill.iban"]')
    filled = extract(bill, schema | {"bill": inner}, required=[])
    assert (filled.value, set(filled.evidence)) == (
        {"bill.total": 11.0, "bill": {"total": "11.00"}},
        {'["bill.total"]', "bill.total"},
    )


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "number"}, 11.0),
        ({"type": "integer"}, 11),
        ({"type": "string"}, "11.00"),
        ({"type": ["string", "number"]}, "11.00"),
        ({"type": ["number", "string"]}, 11.0),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, 11),
        ({"oneOf": [{"type": "number", "maximum": 5}, {"type": "string"}]}, "11.00"),
        ({"allOf": [{"type": "number"}, {"minimum": 11}]}, 11.0),
        ({"type": "number", "exclusiveMinimum": 10, "multipleOf": 0.5}, 11.0),
        ({"type": "string", "pattern": r"^\d+\.\d\d$", "maxLength": 5}, "11.00"),
        ({"const": 11}, 11),
        ({"enum": [1, 11]}, 11),
        ({}, "11.00"),
        (True, "11.00"),
    ],
)
def test_types_of_one_value(bill, schema, expected):
    value = value_of(bill, schema)
    assert value == expected
    assert type(value) in (type(expected), int)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": ["number", "null"], "maximum": 5},
        {"type": ["number", "null"], "multipleOf": 7},
        {"type": ["string", "null"], "pattern": "^[A-Z]+$"},
        {"type": ["string", "null"], "minLength": 50},
        {"type": ["string", "null"], "maxLength": 2},
        {"type": ["string", "null"], "format": "date"},
        {"type": ["boolean", "null"]},
        {"type": ["string", "null"], "enum": ["12.00", None]},
        {"anyOf": [{"const": 12}, {"type": "null"}]},
    ],
)
def test_a_value_that_the_schema_refuses_is_null_or_missing_never_forced(bill, schema):
    assert value_of(bill, schema) is None
    strict = {**schema, "type": schema.get("type", ["number"])[0]} if "type" in schema else {"const": 12}
    if "enum" in strict:
        strict["enum"] = ["12.00"]
    extraction = extract(bill, {"total": strict})
    assert extraction.value is None
    assert extraction.missing == ("total",)


def test_an_integer_is_not_rounded(printed_page):
    page = printed_page("Total: 11.50")
    assert value_of(page, {"type": ["integer", "null"]}) is None
    assert value_of(page, {"type": "number"}) == 11.5


def test_missing_fields_are_named_by_their_paths_and_optional_ones_left_out(bill):
    inner = {
        "type": "object",
        "properties": {"iban": {"type": "string"}, "total": {"type": "number"}},
        "required": ["iban"],
    }
    extraction = extract(
        bill,
        {"passport_number": {"type": "string"}, "account": inner, "extra": inner, "total": {"type": "number"}},
        required=["passport_number", "account", "total"],
    )
    assert extraction.value is None
    assert extraction.missing == ("passport_number", "account.iban")
    optional = extract(
        bill, {"passport_number": {"type": "string"}, "extra": inner, "total": {"type": "number"}}, required=[]
    )
    assert optional.value == {"total": 11}


def test_a_required_name_without_a_schema_is_missing(bill):
    assert extract(bill, {"total": {"type": "number"}}, required=["total", "ghost"]).missing == ("ghost",)


def test_missing_cells_of_goods_are_named_by_row(printed_page):
    page = printed_page("""
Description | @500 Qty | @700 Amount
Blue pen | @500 2 | @700 3.00
Red box | @700 12.00
Total | @700 15.00
""")
    row = {
        "type": "object",
        "properties": {"description": {"type": "string"}, "qty": {"type": "integer"}, "amount": {"type": "number"}},
        "required": ["description", "qty", "amount"],
    }
    extraction = extract(page, {"items": {"type": "array", "items": row}})
    assert extraction.value is None
    assert extraction.missing == ("items[1].qty",)
    row["required"] = ["description"]
    assert extract(page, {"items": {"type": "array", "items": row}}).value["items"] == [
        {"description": "Blue pen", "qty": 2, "amount": 3},
        {"description": "Red box", "amount": 12},
    ]


def test_a_nullable_object_that_shows_nothing_is_null(bill):
    inner = {"type": "object", "properties": {"iban": {"type": ["string", "null"]}}, "required": ["iban"]}
    assert extract(bill, {"bank_account": {"anyOf": [inner, {"type": "null"}]}}).value == {"bank_account": None}
    assert extract(bill, {"bank_account": inner}).value == {"bank_account": {"iban": None}}


def test_objects_of_two_kinds_are_tried_in_order(bill):
    first = {"type": "object", "properties": {"iban": {"type": "string"}}, "required": ["iban"]}
    second = {"type": "object", "properties": {"total": {"type": "number"}}, "required": ["total"]}
    assert extract(bill, {"payment": {"anyOf": [first, second]}}).value == {"payment": {"total": 11}}


def test_arrays(bill):
    strings = {"type": "array", "items": {"type": "string"}}
    assert value_of(bill, strings, "tags") == ["red", "green", "blue"]
    assert value_of(bill, {**strings, "maxItems": 3}, "tags") == ["red", "green", "blue"]
    assert extract(bill, {"tags": {**strings, "maxItems": 2}}).missing == ("tags",)
    assert extract(bill, {"colours": {**strings, "minItems": 1}}).missing == ("colours",)
    assert value_of(bill, strings, "colours") == []
    assert value_of(bill, {"type": ["array", "null"], "items": {"type": "string"}}, "colours") is None
    assert value_of(bill, {"type": "array"}, "anything") == []
    other = {"type": "array", "items": {"type": "object", "properties": {"rate": {"type": "number"}}}}
    assert value_of(bill, other, "tax_bands") == []


def test_a_schema_that_contains_itself_ends(bill):
    node = {
        "type": "object",
        "properties": {
            "total": {"type": "number"},
            "parts": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
            "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
        },
        "required": ["total", "parts", "next"],
    }
    schema = compile_schema({"$ref": "#/$defs/Node", "$defs": {"Node": node}}, path="s")
    assert answer_fields([bill], schema).value == {"total": 11, "parts": [], "next": None}


def test_what_a_property_means_is_read_from_its_title_and_description(bill):
    assert extract(
        bill,
        {
            "f1": {"type": "number", "title": "Grand total"},
            "f2": {"type": "string", "description": "The name of the seller, as printed at the top"},
            "f3": {"type": "string", "description": "Terms"},
            "f4": {"type": ["string", "null"], "description": "something else entirely"},
        },
    ).value == {"f1": 11, "f2": "ACME LTD", "f3": "net 30", "f4": None}


@pytest.mark.parametrize("name", ["billNumber", "bill_number", "Bill No.", "BILL-NO", "bill no", "receipt_number"])
def test_names_in_any_style(bill, name):
    assert answer_named([bill], [name]).value == {name: "00042"}


def test_booleans(bill, printed_page):
    assert value_of(bill, {"type": "boolean"}, "paid") is True
    page = printed_page("☑ Newsletter\n[ ] Phone calls\n同意：否\nInsured (Y/N): N")
    flag = {"type": ["boolean", "null"]}
    names = ("newsletter", "phone_calls", "同意", "insured", "adult")
    assert extract(page, dict.fromkeys(names, flag)).value == {
        "newsletter": True, "phone_calls": False, "同意": False, "insured": False, "adult": None,
    }  # fmt: skip


def test_the_callers_own_tag_is_filled_in(bill):
    tagged = {"type": {"const": "bill"}, "total": {"type": "number"}}
    assert extract(bill, tagged).value == {"type": "bill", "total": 11}


def test_a_rule_about_the_whole_object_that_no_value_can_meet(bill):
    extraction = extract(bill, {"total": {"type": "number"}}, minProperties=3)
    assert (extraction.value, extraction.missing) == (None, ("(root)",))
    inner = {"type": "object", "properties": {"total": {"type": "number"}}, "maxProperties": 0}
    assert extract(bill, {"sums": inner}).missing == ("sums",)


def test_what_needs_no_label_is_looked_for_once(printed_page, monkeypatch):
    looked = []

    def counted(work):
        def count(*asked):
            looked.append((work.__name__, *(one for one in asked if isinstance(one, str))))
            return work(*asked)

        return count

    for name in ("found_anywhere", "may_issue"):
        monkeypatch.setattr(candidates, name, counted(getattr(candidates, name)))
    page = printed_page("Dear Ms Moss,\nplease pay the invoice 4471 of 120.00 to us\nYours sincerely\nMary Birch")
    named(page, "invoice_number", "invoice_no", "bill_number", "amount", "hotel_name", "hotel", "employer", "iban")
    assert looked
    assert len(looked) == len(set(looked))
