"""What a prompt without a schema wants of a reader: its text, the values of some fields, or something it cannot do.

A reader follows a plain wish to read, in any of the wordings that people use, and a question whose every part is a
field that the label tables know. Whatever else a prompt says is not followed, and the answer says so.
"""

import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, Literal

import re2

from server.fields.words.query import make_query

NOT_FOLLOWED: Final = "prompt_not_followed"
_LONGEST: Final = 600  # characters of a wish; a longer prompt is instructions
_MOST_FIELDS: Final = 8
_LONGEST_FIELD: Final = 40
_PARTS_OF_LABELS: Final = frozenset({"invoice", "receipt", "document", "card", "page", "rechnung", "de", "du", "form"})


def _word_lists() -> list[frozenset[str]]:
    """The words of a wish to read, those around them, and those that ask for a value alone."""
    lines = files(__package__).joinpath("wish_words.txt").read_text("utf-8")
    return [frozenset(part.partition("\n")[2].split()) for part in lines.split("# ")[1:]]


_READING, _AROUND, _ONLY_THE_VALUE, _PAIRS = _word_lists()
_HAN_READING: Final = re2.compile(
    r"(?:请|請|帮我|幫我|麻烦|请你|你|只需要?|仅需?|只|直接)*(?:把|将|將)?(?:识别|識別|提取|读取|讀取|读出|读|讀|输出|輸出|检测并识别|转录|抄写|写出|列出|ocr|OCR)?"
    r"(?:出|一下)?(?:这|這)?(?:张|張|个)?(?:图片|圖片|图像|圖像|图|圖|文档|文檔|文件|页面|照片|票据|发票|截图)*(?:中|里|裡|上|内)?(?:的|所有|全部)*"
    r"(?:文字|文本|内容|內容|字)(?:内容|內容|信息)?(?:识别|識別|提取|读取|读出|输出|写)?(?:出来|出來)?[。.!！]?"
)
_KANA_READING: Final = re2.compile(
    r"(?:この|以下の)?(?:画像|写真|文書|書類|ページ)?(?:の|から|内の|に書かれた|にある)*(?:すべての|全ての)?(?:文字|テキスト|内容)(?:を)?(?:すべて|全て)?"
    r"(?:読み取って|読んで|抽出して|書き起こして|認識して|読み取り)(?:ください|下さい)?[。.]?"
)
_FORMATS: Final = {
    "markdown": re.compile(r"(?i)\bmarkdown\b"),
    "html": re.compile(r"(?i)\bhtml\b"),
    "latex": re.compile(r"(?i)\blatex\b"),
    "csv": re.compile(r"(?i)\b(?:csv|tsv)\b"),
    "table": re.compile(r"(?i)\b(?:as|into|in) (?:a )?tables?\b|表格"),
    "translation": re.compile(r"(?i)\btranslat\w*\b|\bübersetz\w*\b|翻译|翻訳"),
    "summary": re.compile(r"(?i)\bsummar\w*\b|\bzusammenfass\w*\b|总结|摘要|要約"),
}
_FORBIDDEN: Final = re.compile(
    r"(?i)\b(?:no|not|never|without|don't|keine?|keinen|nicht|ohne)\s+(?:(?:add|use|any|a|an|write|include|eine)\s+){0,3}"
    r"(?:markdown|html|latex|csv|translat\w*|summar\w*|übersetz\w*|zusammenfass\w*)|(?:不要|无需|勿|别)[^，。,.;；]{0,6}(?:翻译|总结|摘要)"
)
"""Forms that a prompt only forbids."""
_HAN_CLAUSES: Final = re.compile(r"[，。；！,.;!：:]+")
_HAN_RIDER: Final = re2.compile(
    r"(?:请|並|并|且)*(?:保持|保留|按照?|维持)(?:原有|原始|原来|原|图片|文档)?的?(?:文字|文本)?的?(?:格式|段落|布局|顺序|排版|换行|结构)"
    r"(?:(?:和|、|及|与|以及)(?:格式|段落|布局|顺序|排版|换行|结构))*(?:输出|返回)?"
    r"|(?:请|並|并|且)*(?:直接|只|仅|只需|仅需|原样)?(?:输出|返回|给出|提供)(?:识别|提取)?(?:出来?|到)?的?(?:纯)?(?:文字|文本|内容|结果)*(?:即可)?"
    r"|(?:请|並|并|且)*(?:不要|不需要|无需|请勿|勿|别|不)(?:添加|增加|加入|加上|加|包含|输出|有|做|给出)?(?:任何)?(?:其他|其它|额外|多余)?的?"
    r"(?:解释|说明|内容|评论|描述|注释|信息|遗漏|省略)?(?:(?:和|、|或|及)(?:解释|说明|内容|评论|描述|注释|信息))*(?:文字)?"
)
_PAGE: Final = r"(?:this|the) (?:\w+ )?(?:image|picture|page|document|receipt|invoice|form)"
_QUESTIONS: Final = (
    re2.compile(
        r"(?i)(?:please,? )?(?:what(?:'s| is| are| was| were)|which(?: is| are)|how (?:much|high|large) (?:is|are|was)"
        r"|when (?:is|was)|who (?:is|was)) (?:the )?(?P<what>.+?)"
        rf"(?: (?:on|in|of|shown|printed|stated|given)(?: (?:in|on))? {_PAGE})?\??"
    ),
    re2.compile(
        r"(?i)(?:please,? )?(?:give|tell|return|show|extract|find|get|read)(?: me)?(?: only| just)? (?:the )?"
        rf"(?P<what>.+?)(?: (?:only|value|values))?(?: (?:from|on|in|of) {_PAGE})?"
    ),
    re2.compile(
        r"(?i)(?:bitte )?(?:was ist|wie lautet|wie hoch ist|wie lauten|welches? ist|wann ist|nenne(?: mir)?"
        r"|gib(?: mir)?)(?: nur)? (?:der |die |das |den )?(?P<what>.+?)(?: (?:auf|in) (?:diesem|dieser|dem|der) \w+)?"
        r"(?: an| zurück)?\??"
    ),
    re2.compile(
        r"(?:请问)?(?:这张|图中|图片中|发票上|票据上)?(?:的)?(?P<what>[^，。？?]{1,20}?)"
        r"(?:是多少|是什么|为多少|是哪天|是哪一天|是谁|多少|是)[？?。]?"
    ),
    re2.compile(
        r"(?:请|請|帮我|幫我|麻烦|你)*(?:提取|识别|读取|告诉我|找出|给出|返回)(?:出|一下)?(?:这|這)?(?:张|張|个|份)?"
        r"(?:图片|图|小票|发票|票据|收据|文档|单据|照片)(?:里面?|中|上)?的?(?P<what>[^，。？?]{1,60}?)[？?。]?"
    ),
)
_PARTS: Final = re.compile(r"\s*(?:,|、|，|;|\band\b|\bund\b|和|及|&)\s*(?:the |der |die |das )?")
_WORDS: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a prompt wants. `fields` are the names of a question; `note` is for the caller where it is not followed."""

    kind: Literal["read", "fields", "other"]
    fields: tuple[str, ...] = ()
    note: str = ""


READ: Final = Wish("read")


def wish_of(prompt: str) -> Wish:
    """Return what `prompt` wants; takes time linear in it."""
    text = " ".join(prompt.split())
    if not text or text.isdigit():
        return READ
    plain = _FORBIDDEN.sub(" ", text[:20_000])
    wanted = [name for name, pattern in _FORMATS.items() if pattern.search(plain)]
    if wanted or len(text) > _LONGEST:
        return Wish("other", note=": ".join((NOT_FOLLOWED, ", ".join(wanted))) if wanted else NOT_FOLLOWED)
    if _is_reading(plain):
        return READ
    if fields := _asked_fields(text):
        return Wish("fields", fields=fields)
    return Wish("other", note=NOT_FOLLOWED)


def wants_pairs(prompt: str) -> bool:
    """Whether a prompt wants the pairs that a page shows as JSON, and says nothing of keys."""
    words = [word.lower() for word in _WORDS.findall(prompt[:_LONGEST])]
    return len(prompt) <= _LONGEST and all(word in _PAIRS or word in _READING or word in _AROUND for word in words)


def _is_reading(text: str) -> bool:
    if _is_han_reading(text.replace(" ", "")) or _KANA_READING.fullmatch(text.replace(" ", "")):
        return True
    words = [word.lower().replace("’", "'") for word in _WORDS.findall(text)]
    if any(char.isdigit() for char in text):
        return False
    return bool(words) and _READING & set(words) != set() and all(w in _READING or w in _AROUND for w in words)


def _is_han_reading(text: str) -> bool:
    """Whether one clause is a wish to read, and each of the others says only how the text is to be given."""
    clauses = [clause for clause in _HAN_CLAUSES.split(text) if clause]
    wishes = [clause for clause in clauses if _HAN_READING.fullmatch(clause)]
    return bool(wishes) and all(clause in wishes or _HAN_RIDER.fullmatch(clause) for clause in clauses)


def _asked_fields(text: str) -> tuple[str, ...]:
    """The fields of a question; none unless each is one that labels are known for."""
    first, *others = (part.strip() for part in re.split(r"(?<=[.?？。!])\s*", text) if part.strip())
    if any(word.lower() not in _ONLY_THE_VALUE for other in others for word in _WORDS.findall(other)):
        return ()
    first = first.rstrip(".。!")
    for pattern in _QUESTIONS:
        if (found := pattern.fullmatch(first)) and (fields := _known(found["what"])):
            return fields
    return ()


def _known(what: str) -> tuple[str, ...]:
    names = [name.strip(" ?？.") for name in _PARTS.split(what)]
    if not names or len(names) > _MOST_FIELDS or any(not name or len(name) > _LONGEST_FIELD for name in names):
        return ()
    return tuple(dict.fromkeys(names)) if all(map(_is_field, names)) else ()


def _is_field(name: str) -> bool:
    """Whether `name` is a label that is known, and nothing around it: `on the page` holds one and is none."""
    if name.lower() in _PARTS_OF_LABELS:
        return False
    around = _AROUND & {word.lower() for word in _WORDS.findall(name)} - _READING
    return not around - _PARTS_OF_LABELS and make_query(name).concept is not None
