"""Names of Tesseract's packs: the script of each, and the Debian package that it comes in."""

from babel import Locale
from babel.core import get_global

_CHINESE = frozenset({"Hans", "Hant", "Hani"})


def debian_package(pack: str) -> str:
    """The Debian package of a pack, such as `tesseract-ocr-chi-sim` of `chi_sim`."""
    kind, _, script = pack.rpartition("/")
    if kind:  # `script/Cyrillic` comes in tesseract-ocr-script-cyrl
        codes = {name: code for code, name in Locale("en").scripts.items()}
        return f"tesseract-ocr-script-{codes.get(script, script[:4]).lower()}"
    return "tesseract-ocr-" + pack.lower().replace("_", "-")


def pack_of(name: str) -> str | None:
    """The pack that the language `name` is likely to mean: `deu` of `de`, `german` and `German`; None if it is none."""
    aliases = get_global("language_aliases")
    english = {word.casefold(): code for code, word in Locale("en").languages.items()}
    code = english.get(name.casefold(), name.casefold())
    if code == "zh":
        return "chi_sim"
    if len(code) != 2:
        return None
    return next((long for long, short in aliases.items() if short == code and len(long) == 3 and long.isalpha()), None)


def script_of(pack: str) -> str:
    """The English name of the script that a pack reads, such as `cyrillic` of `rus` and of `script/Cyrillic`.

    The script of a language is the one that Unicode calls likeliest (CLDR); of a name that is no language, the name.
    """
    if pack.startswith("script/"):
        return pack.removeprefix("script/").lower()
    language, *further = pack.split("_")
    names = Locale("en").scripts
    stated = (part.title() for part in further if part.title() in names)
    code = next(stated, None) or _likely_script(language)
    if code in _CHINESE:
        return "chinese"
    return str(names.get(code, pack)).lower()


def _likely_script(language: str) -> str:
    """The code (ISO 15924) of the script of a language (ISO 639-2); empty where it is unknown."""
    short = get_global("language_aliases").get(language, language)
    likely: str = get_global("likely_subtags").get(short, "")
    return next((part for part in likely.split("_")[1:] if len(part) == 4), "")
