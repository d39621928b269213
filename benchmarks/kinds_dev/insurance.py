"""Policies of car insurance: facts, a number plate, and sums that are no totals."""

from datetime import timedelta

from kinds_dev.blocks import fact_block
from kinds_dev.draft import Draft
from kinds_dev.facts import Facts
from kinds_dev.letterhead import Company, letterhead


def policy(draft: Draft) -> None:
    """Draw a policy."""
    name = draft.any("insurers")
    own = Company(name=name, address=draft.address(), vat_number=None, phone=draft.any("phones"), email=None)
    draft.turn()
    y = letterhead(draft, own, draft.word("title.insurance_policy"))
    draft.question.party("insurer", {"name": (name, ())})
    facts, start = Facts(draft=draft), draft.today()
    facts.text("policy_number", draft.digits(draft.rng.choice(("##-######-#", "@@########", "#### #### ####"))))
    facts.text("policyholder", draft.person())
    facts.day("birth_date", start.replace(year=start.year - draft.rng.randint(20, 70), day=17), share=0.4)
    facts.text("plate", draft.any("plates"))
    facts.text("vehicle", draft.any("vehicles"), share=0.7)
    facts.day("cover_start", start)
    facts.day("cover_end", start + timedelta(364))
    y = fact_block(draft, y, facts.pairs)
    amounts = Facts(draft=draft)
    amounts.money("sum_insured", draft.exact(round(draft.price(9000, 60000), -2)), share=0.6, signed=True)
    amounts.money("excess", draft.exact(round(draft.price(100, 900), -1)), share=0.6, signed=True)
    amounts.money("premium", draft.price(180, 1400), signed=True)
    fact_block(draft, y, amounts.pairs)
