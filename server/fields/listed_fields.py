"""Parses prompts that list the fields to extract, in HunyuanOCR's Chinese and English wording.

Threat: ReDoS, a prompt crafted for catastrophic backtracking. Patterns over a whole line run on RE2, in linear time.
"""

import re

import re2

from server.fields.print.folding import fold

MAX_FIELDS = 200

_OPEN, _CLOSE = "[［【「『{(（", "]］】」』})）"
_BEFORE = re.compile(
    r"(?:extract|read|return|give|get)\b[^\[［【{(（\n]{0,80}?\b(?:fields?|keys?|contents?|values?)\b[^\[［【{(（\n]{0,40}[:：]?\s*$"
    r"|(?:提取|抽取|识别|读取|返回)[^\[［【{(（\n]{0,40}[:：]?\s*$",
    re.IGNORECASE,
)
_FIELDS_BEFORE = re.compile(r"(?:fields?|keys?|字段|键)(?:内容|名)?[ \t]*[:：]?[ \t]*$", re.IGNORECASE)
_LIST = re.compile(
    r"[\[［【{(（]([^\[\]［］【】{}（）()]*(?:[(（][^()（）\[\]]*[)）][^\[\]［］【】{}（）()]*)*)[\]］】})）]"
)
_UNBRACKETED = re2.compile(
    r"(?i)(?:提取|抽取)图片?中?的?[\s\pZ]*[:：][\s\pZ]*(?P<zh>[^\n。]+?)[\s\pZ]*的?字段(?:内容)?"
    r"|extract (?:the )?(?:content of )?(?:the )?(?:following )?fields?[\s\pZ]*[:：][\s\pZ]*"
    r"(?P<en>[^\n]+?)[\s\pZ]*(?:from the image|and return|\.?[\s\pZ]*$)"
)
_QUOTES = "\"'“”‘’`「」『』＇＂ \t\r\n"
_SEPARATOR = re.compile(r"[,，、;；|\n]+")
_QUOTED = re2.compile(r"[\"'“”‘’`＂＇「『]([^\"“”‘’`＂＇「」『』]*?)[\"'“”‘’`＂＇」』][\s\pZ]*(?:[,，、;；|\n]|$)")


def listed_fields(prompt: str) -> tuple[str, ...]:
    """Return the field names in a field-list prompt, in order and deduplicated; `()` for any other prompt."""
    if len(prompt) > 20_000:
        return ()
    for match in _LIST.finditer(prompt):
        before = prompt[max(0, match.start() - 160) : match.start()]
        if match[0][0] in "(（":  # what stands in them is an aside, unless it is said to be fields
            if _FIELDS_BEFORE.search(before) and _is_list(match[1]):
                return _names(match[1])
        elif _BEFORE.search(before) and _is_list(match[1]):
            return _names(match[1])
    listed = _UNBRACKETED.search(prompt)
    return _names(listed["zh"] or listed["en"] or "") if listed else ()


def _is_list(written: str) -> bool:
    """Whether what stands in brackets lists names: several, or one in quotes."""
    return len(_names(written)) > 1 or _QUOTED.search(written) is not None


def _names(listed: str) -> tuple[str, ...]:
    quoted = _QUOTED.findall(listed)
    parts = (
        quoted
        if quoted and len(quoted) >= len([p for p in _SEPARATOR.split(listed) if p.strip()])
        else _SEPARATOR.split(listed)
    )
    names = (part.strip(_QUOTES) for part in parts)
    return tuple(dict.fromkeys(name for name in names if name and any(char.isalnum() for char in fold(name))))[
        :MAX_FIELDS
    ]
