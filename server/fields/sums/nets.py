"""Totals before tax: what a page calls its net total where a printed tax makes another total of it."""

from collections.abc import Sequence

from server.fields.print.folding import compact
from server.fields.sums.page_sums import PageSums, Sum
from server.fields.sums.words import NET_WORDS


def nets_among(stated: Sequence[Sum], sums: PageSums) -> list[Sum]:
    """Those of the totals `stated` by a page that are called net and make another one together with a printed tax.

    `Net total` of a receipt may be what is left to pay: then no tax is added to it.
    """
    nets = [one for one in stated if _is_net(one)]
    gross = [one for one in stated if one not in nets]
    return [one for one in nets if completed_by([one], gross, sums)]


def completed_by(stated: Sequence[Sum], others: Sequence[Sum], sums: PageSums) -> list[Sum]:
    """Those of `others` that a net total among `stated` makes together with a printed tax."""
    named = [one for one in sums.all if (said := sums.meaning(one)) and said.concept.key == "tax"]
    taxes = {one.value for one in named if one.value is not None}
    nets = [one.value for one in stated if _is_net(one) and one.value is not None]
    return [one for one in others if one.value is not None and any(one.value - net in taxes for net in nets)]


def _is_net(one: Sum) -> bool:
    return any(compact(word) in NET_WORDS for word in one.words.split())
