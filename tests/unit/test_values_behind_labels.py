"""What stands behind a label and its colon is its value, also where it looks like something else."""

import pytest
from schemas import NUMBER, named, value_of


def test_a_misread_label_with_a_colon_is_no_word_of_a_sentence(printed_page):
    page = printed_page("Delivery adress: 14 Canal Row, Old Mill Quarter, Leeds LS1 4AB")
    assert named(page, "delivery_address") == {"delivery_address": "14 Canal Row, Old Mill Quarter, Leeds LS1 4AB"}
    page = printed_page("Send it to the delivry address 14 Canal Row, Leeds LS1 4AB")
    assert named(page, "delivery_address") == {"delivery_address": None}


@pytest.mark.parametrize("sketch", ["Room 12-14 Nights: 2", "Room 2-4 Nights: 2"])
def test_a_number_behind_its_label_is_no_part_of_a_range_before_it(printed_page, sketch):
    assert value_of(printed_page(sketch), NUMBER, "nights") == 2


@pytest.mark.parametrize(
    ("sketch", "name", "value"),
    [
        ("Cashier: Bill", "cashier", "Bill"),
        ("Cashier: | @500 Bill", "cashier", "Bill"),
        ("Customer: Page", "customer_name", "Page"),
        ("Cashier | @500 Bill", "cashier", None),
        ("Name: Address:", "name", None),
        ("Name: | @500 Address:", "name", None),
        ("Cashier: Manager", "cashier", None),
    ],
)
def test_a_name_that_is_also_a_label_is_a_name_behind_a_colon(printed_page, sketch, name, value):
    assert named(printed_page(f"Oak Ltd\n{sketch}\nTotal: 4.00"), name) == {name: value}


@pytest.mark.parametrize(
    ("sketch", "name", "value"),
    [
        ("Status: [PAID]", "status", "[PAID]"),
        ("Payment method: (cash)", "payment_method", "(cash)"),
        ("Payment method: | @600 (cash)", "payment_method", "(cash)"),
        ("Form number: Form 10-2024", "form_number", "Form 10-2024"),
        ("Revision: Rev. 3/24", "revision", "Rev. 3/24"),
        ("Remarks: see form 10-2024 for more", "remarks", "see form 10-2024 for more"),
        ("Status: (fill in by hand)", "status", None),
        ("Status | @600 REV. 3/24", "status", None),
    ],
)
def test_what_looks_like_a_hint_is_a_value_behind_a_colon(printed_page, sketch, name, value):
    assert named(printed_page(sketch), name) == {name: value}


@pytest.mark.parametrize(
    ("sketch", "name", "value"),
    [
        ("主题：通知", "subject", "通知"),
        ("件名：見積", "subject", "見積"),
        ("Hal: 2", "subject", None),
        ("Hal: 1 dari 3", "subject", None),
        ("Place and date of birth: A Coruña, 12/03/1985", "birth_place", "A Coruña"),
        ("Fecha y lugar de nacimiento: 12/03/1985, A Coruña", "birth_place", "A Coruña"),
        ("Fecha y lugar de nacimiento: 12/03/1985 en Lugo", "birth_place", "Lugo"),
        ("Lieu et date de naissance: 12/03/1985 À LYON", "birth_place", "LYON"),
    ],
)
def test_the_part_of_a_shared_label_that_is_asked_for_is_whole(printed_page, sketch, name, value):
    assert named(printed_page(sketch), name) == {name: value}
