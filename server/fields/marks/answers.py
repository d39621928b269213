"""What the boxes of a document answer: true or false, one of several, a list; null where they leave it open."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from server.fields.labels.index import Hit, LabelIndex
from server.fields.marks.choices import as_choice
from server.fields.marks.options import Group, Option, groups_of
from server.fields.marks.signers import is_signed_by, signer_of
from server.fields.marks.statements import Says, denies, says
from server.fields.print.folding import compact
from server.fields.print.word_lists import FALSE_WORDS, TRUE_WORDS
from server.fields.words.query import Query
from server.fields.words.ticking import asks_to_tick
from server.values.chat import JSON
from server.values.lines import FieldEvidence, Line

_SURE: Final = 0.95
_WIDE_GAP: Final = "  "  # between words: there may be a box that was not found
_LAST_WORD: Final = re.compile(r"[\s:：]")  # what stands before it, where a question stands in the same line
_LONGEST: Final = 4  # words of a text that no enum confirms; longer print may be of boxes that were not found
_LIKELY: Final = 2  # choices that stand beside the boxes of one group, so that the group is what is asked for


@dataclass(frozen=True, slots=True)
class Answer:
    """What boxes say: a value, or None where they leave it open; and the boxes that say so."""

    value: JSON
    evidence: tuple[FieldEvidence, ...]


class MarkAnswers:
    """The boxes of one document; `of` is None where none is about the property."""

    def __init__(self, index: LabelIndex) -> None:
        self._index = index
        self._groups = groups_of(index.view) if index.view.marks else []

    def of_boolean(self, query: Query) -> Answer | None:
        """True or false, by the box beside the property's words, or by the one ticked of yes and no."""
        if not self._groups:
            return None
        if query.concept is not None and query.concept.kind != "text":  # `student` is no other name of a person here
            query = replace(query, synonyms=(), wider=frozenset())
        asked = [group for group in self._asked(query) if any(_yes_no(option) is not None for option in group.options)]
        if asked:
            options = [option for group in asked for option in group.options if _yes_no(option) is not None]
            denied = any(self._is_denied(group, query) for group in asked)
            return _answer(None if denied else _one([_answered(group) for group in asked]), options)
        own = self._own(query)
        return _answer(_stated(own), [option for options in own.values() for option in options]) if own else None

    def of_signature(self, name: str) -> Answer | None:
        """Whether the fields for a signature are signed that a property calls by `name`; None for other properties."""
        whose = signer_of(name)
        fields = self._index.view.signatures
        if whose is None or not fields:
            return None
        meant = [(cell, mark) for cell, mark in fields if is_signed_by(cell.text, whose)]
        shown = tuple(Line(text=cell.text, score=cell.line.score, box=mark.box) for cell, mark in meant or fields)
        value = _one([mark.ticked for _, mark in meant])
        return Answer(value, (FieldEvidence(page=fields[0][0].page, lines=shown, score=_SURE),))

    def of_choice(self, query: Query, choices: tuple[JSON, ...] | None) -> Answer | None:
        """The words of the one ticked box, as one of `choices` if there are any."""
        group = self._group(query, choices)
        if group is None:
            return self._open(query, choices)
        options = _relevant(group, choices)
        ticked = [option for option in options if option.mark.ticked]
        clear = len(ticked) == 1 and all(option.mark.ticked is not None for option in options)
        if not clear:
            return _answer(None, options)
        value = _value(ticked[0], choices)
        return _answer(value, ticked if value is not None else options, printed=True)

    def of_list(self, query: Query, choices: tuple[JSON, ...] | None) -> Answer | None:
        """The words of all ticked boxes."""
        group = self._group(query, choices)
        if group is None:
            return self._open(query, choices)
        options = _relevant(group, choices)
        ticked = [option for option in options if option.mark.ticked]
        values = [_value(option, choices) for option in ticked]
        unclear = any(option.mark.ticked is None for option in options) or None in values
        if unclear or self._has_lost(group, choices):
            return _answer(None, options)
        return Answer(
            list(dict.fromkeys(map(str, values))), tuple(_evidence([option.printed()], option) for option in ticked)
        )

    def _has_lost(self, group: Group, choices: tuple[JSON, ...] | None) -> bool:
        """Whether a choice, or what may be one, stands among the options of a list without a mark of its own."""
        texts = [cell.text for cell in group.others]
        if choices is None:
            return any(len(text.split()) <= _LONGEST for text in texts)
        if all(option.mark.kind == "tick" for option in group.options):  # a list goes on where none is ticked
            own = {id(option.cell) for option in group.options}
            texts += [cell.text for cell in self._index.view.cells if id(cell) not in own]
        return any(as_choice(text, choices) is not None for text in texts)

    def _asked(self, query: Query) -> list[Group]:
        """The groups whose question has the property's words."""
        cells = {id(hit.cell) for hit in self._index.find_all(query.labels)}
        return [group for group in self._groups if any(id(cell) in cells for cell in group.asks)]

    def _is_denied(self, group: Group, query: Query) -> bool:
        """Whether the question of a group denies what is asked: the yes of `Non-smoker` is no smoker's."""
        cells = {id(cell) for cell in group.asks}
        hits = [hit for hit in self._index.find_all(query.labels) if id(hit.cell) in cells]
        return all(denies(hit) for hit in hits)

    def _own(self, query: Query) -> dict[Says, list[Option]]:
        """The boxes whose own words are about the property, by what they say; those with no more words if there are."""
        hits: dict[int, Hit] = {}
        for hit in self._index.find_all(query.labels):
            known = hits.get(id(hit.cell))
            if known is None or hit.end - hit.start > known.end - known.start:
                hits[id(hit.cell)] = hit
        found: dict[Says, list[Option]] = {}
        for option in (option for group in self._groups for option in group.options):
            about = hits.get(id(option.cell))
            said = says(about) if about is not None else None
            if said == "it" and option.before and about is not None and compact(option.words) != about.label:
                said = "open"  # more words before a box may be those of boxes that were not found
            if said is not None:
                found.setdefault(said, []).append(option)
        whole = [one for one in found.get("it", ()) if compact(one.words) == hits[id(one.cell)].label]
        return {**found, "it": whole} if whole else found

    def _open(self, query: Query, choices: tuple[JSON, ...] | None) -> Answer | None:
        """No answer, where choices stand beside boxes or a label asks to tick them: an offer, whatever its question."""
        asking = [hit.cell for hit in self._index.find_all(query.labels) if asks_to_tick(hit.cell.text)]
        if asking:
            evidence = FieldEvidence(page=asking[0].page, lines=(asking[0].line,), score=_SURE)
            return Answer(None, (evidence,))
        options = [option for group in self._groups for option in group.options]
        offered = [option for option in options if choices and _yes_no(option) is None and _value(option, choices)]
        return _answer(None, offered) if offered else None

    def _group(self, query: Query, choices: tuple[JSON, ...] | None) -> Group | None:
        if not self._groups:
            return None
        asked = [group for group in self._asked(query) if len(group.options) > 1 or group.options[0].mark.words]
        if len(asked) == 1:
            return asked[0]
        if asked or choices is None:
            return None
        fitting = [group for group in self._groups if _fits(group, choices)]
        return fitting[0] if len(fitting) == 1 else None


def _stated(own: Mapping[Says, Sequence[Option]]) -> bool | None:
    """True or false by boxes with words of their own; a ticked contrary is a no, if nothing says yes."""
    states = {said: [option.mark.ticked for option in options] for said, options in own.items()}
    yes = _one(states.get("it", []))
    no, unsure = states.get("contrary", []), states.get("open", [])
    if not no and not unsure:
        return yes
    if None in (*states.get("it", []), *no, *unsure) or True in unsure:
        return None
    if True in no:
        return None if True in states.get("it", []) else False
    return True if yes else None


def _fits(group: Group, choices: tuple[JSON, ...]) -> bool:
    """Whether most of the words beside the boxes of a group are choices, and no plain yes and no."""
    values = [_value(option, choices) for option in group.options]
    there = {str(value) for value in values if value is not None}
    plain = all(_yes_no(option) is not None for option in group.options)
    return len(there) >= _LIKELY and not plain and 2 * len(there) > len(group.options)


def _relevant(group: Group, choices: tuple[JSON, ...] | None) -> list[Option]:
    return (
        [option for option in group.options if option.words or option.mark.ticked is not False]
        if choices is None
        else group.options
    )


def _value(option: Option, choices: tuple[JSON, ...] | None) -> JSON:
    if not option.words:
        return None
    if choices is None:
        doubtful = _WIDE_GAP in option.words or len(option.words.split()) > _LONGEST
        return None if doubtful else option.words
    value = as_choice(option.words, choices)
    if value is None and option.before:  # the question may stand in the same line before the word
        value = next((one for one in choices if isinstance(one, str) and _ends(option.words, one)), None)
    return value


def _ends(words: str, choice: str) -> bool:
    before = words.casefold().removesuffix(choice.casefold())
    return bool(compact(choice)) and before != words.casefold() and bool(_LAST_WORD.search(before[-1:]))


def _yes_no(option: Option) -> bool | None:
    """Whether the word of a box is a yes or a no."""
    word = option.words.casefold().strip(" .:;,/()[]")  # brackets are what a ring was read as
    if option.before:
        word = _LAST_WORD.split(word)[-1]
    return True if word in TRUE_WORDS else False if word in FALSE_WORDS else None


def _answered(group: Group) -> bool | None:
    """Yes or no by the one box that is ticked; both must be there, so that none was overlooked."""
    states: dict[bool, list[bool | None]] = {True: [], False: []}
    for option in group.options:
        means = _yes_no(option)
        if means is not None:
            states[means].append(option.mark.ticked)
    yes, no = states[True], states[False]
    if len(yes) == 1 and len(no) == 1 and yes != no and None not in (*yes, *no):
        return yes[0]
    if yes == [True] and not no:
        return True
    # The columns of a table have no marks of their own, and what is struck beside a no is not meant, whatever it was.
    alone = any(all(option.mark.kind == kind for option in group.options) for kind in ("tick", "strike"))
    return False if alone and no == [True] and not yes else None


def _one(values: Sequence[bool | None]) -> bool | None:
    """The one value that all are, or None."""
    return values[0] if values and all(value is values[0] for value in values) else None


def _answer(value: JSON, options: Iterable[Option], *, printed: bool = False) -> Answer:
    options = list(options)
    if isinstance(value, bool):
        shown = [option for option in options if option.mark.ticked] or options
        return Answer(value, (_evidence([option.evidence() for option in shown], shown[0]),))
    if value is not None and printed:
        return Answer(value, (_evidence([options[0].printed()], options[0]),))
    return Answer(value, (_evidence([option.evidence() for option in options], options[0]),) if options else ())


def _evidence(lines: Sequence[Line], option: Option) -> FieldEvidence:
    return FieldEvidence(page=option.page, lines=tuple(lines), score=_SURE)
