"""Articles, prepositions and conjunctions in the languages of labels."""

from typing import Final

from server.fields.print.folding import compact

# What stands behind one of these completes a name and does not change it.
_WORDS: Final = (
    "the a an of in on for from to at by per and or is are was be this that with as your our which will",
    "der die das den dem des ein eine im in am zum zur für von vom mit bei und oder ist sind bis aus auf",
    "le la les l un une du de des d en au aux pour par et ou est sont sur avec",
    "el los las una del al para por y o es son con lo",
    "il lo gli i uno dei della dello delle di da nel per e ed sono su con",
    "os as um uma do da dos das no na em ao à e é são com",
    "het een van voor en of is zijn met bij op tot te",
    "z ze w we na do dla i oraz lub jest są od za",
    "yang dan atau untuk bagi pada di dari daripada dengan adalah ini",
)
FUNCTION_WORDS: Final = frozenset(compact(word) for line in _WORDS for word in line.split())


def breaks_off(text: str) -> bool:
    """Whether the last word of a line shows that it goes on below: `Date of`; a capital does not, as in `Row A`."""
    last = text.rsplit(maxsplit=1)[-1]
    return compact(last) in FUNCTION_WORDS and (len(last) > 1 or last.islower())
