"""Constraint compilers of vLLM, each called as vLLM 0.32 calls it (`vllm.v1.structured_output`).

Imported only in the process of a trial. Where the two differ: llguidance bounds its own work and refuses what it does
not know; xgrammar bounds nothing, and passes over many keywords in silence.
"""

import json
import re
from typing import Any, Final, Literal, Protocol

Kind = Literal["json", "regex", "choice", "grammar"]

_BYTES: Final = 256
_NOT_COSTLY: Final = ("special token",)
_COSTLY: Final = ("limit", "too many", "too big", "max is", "precomputation failed")
_UNSUPPORTED: Final = ("nimplemented", "support", "failed to generate")
_WHERE_IN_XGRAMMAR: Final = re.compile(r"^\[[\d:]+\] \S+:\d+: ")
_FAULTS: Final = (ValueError, TypeError, KeyError, RuntimeError)
_XGRAMMAR_THREADS: Final = 8  # as in vLLM


class Refused(Exception):
    """The constraint cannot be used: `outcome` and `detail` are those of a verdict."""

    def __init__(self, outcome: Literal["invalid", "unsupported", "costly", "barren"], detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail


class Matcher(Protocol):
    """Follows one answer, token by token."""

    def mask(self) -> bytes:
        """One bit a token, the lowest first: whether it may come next. Raises `Refused` where a limit is reached."""
        ...

    def accept(self, token: int) -> None:
        """Take `token` as the next one; raises `Refused` where a limit is reached."""
        ...


class Compiler(Protocol):
    """Compiles constraints for one vocabulary; `stop` is the token that ends an answer."""

    stop: int

    def parse(self, kind: Kind, text: str) -> Any:
        """What vLLM does before it gives a request to its core, and the core again; raises `Refused`."""
        ...

    def matcher(self, parsed: Any) -> Matcher:
        """What only the core does; raises `Refused`."""
        ...


class Guidance:
    """llguidance, over the vocabulary of a ``tokenizer.json``, or over single bytes."""

    def __init__(self, tokenizer: str | None) -> None:
        import llguidance  # noqa: PLC0415 - comes with vllm

        self._library = llguidance
        wrapped = tokenizer or llguidance.TokenizerWrapper(_Bytes())
        self._tokenizer = llguidance.LLTokenizer(wrapped)
        self.stop = int(self._tokenizer.eos_token)

    def parse(self, kind: Kind, text: str) -> str:
        """Write the constraint as llguidance's own grammar, and validate it."""
        matcher = self._library.LLMatcher
        try:
            if kind == "json":
                grammar = str(matcher.grammar_from_json_schema(text, defaults={"whitespace_flexible": True}))
            else:
                grammar = str(self._library.grammar_from(kind, text))
            fault = matcher.validate_grammar(grammar, None)
        except _FAULTS as error:
            fault = str(error)
        if fault:
            raise _refused(fault)
        return grammar

    def matcher(self, parsed: str) -> "_GuidanceMatcher":
        """Compile it for the vocabulary."""
        return _GuidanceMatcher(self._library.LLMatcher(self._tokenizer, parsed, log_level=0))


class _GuidanceMatcher:
    def __init__(self, matcher: Any) -> None:
        self._matcher = matcher
        self._check()

    def mask(self) -> bytes:
        mask = bytes(self._matcher.compute_bitmask())
        self._check()
        return mask

    def accept(self, token: int) -> None:
        self._matcher.consume_token(token)
        self._check()

    def _check(self) -> None:
        if fault := self._matcher.get_error():
            raise _refused(fault)


class _Bytes:
    """A vocabulary of the 256 bytes and a stop token, in the form that llguidance asks for."""

    tokens = (*(bytes([byte]) for byte in range(_BYTES)), b"</s>")
    eos_token_id = _BYTES
    bos_token_id = None
    special_token_ids = (_BYTES,)

    def __call__(self, text: bytes | str) -> list[int]:
        return list(text.encode() if isinstance(text, str) else text)


class XGrammar:
    """xgrammar, over the same vocabularies."""

    def __init__(self, tokenizer: str | None) -> None:
        import xgrammar  # noqa: PLC0415 - comes with vllm

        self._library = xgrammar
        if tokenizer is None:
            self.stop = _BYTES
            info = xgrammar.TokenizerInfo(_Bytes.tokens, stop_token_ids=[self.stop])
        else:
            from tokenizers import Tokenizer  # noqa: PLC0415 - comes with vllm
            from transformers import PreTrainedTokenizerFast  # noqa: PLC0415 - too

            wrapped = PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(tokenizer))
            self.stop = max(wrapped.get_vocab().values()) + 1
            info = xgrammar.TokenizerInfo.from_huggingface(
                wrapped, vocab_size=self.stop + 1, stop_token_ids=[self.stop]
            )
        self._words = self.stop + 1
        self._compiler = xgrammar.GrammarCompiler(info, max_threads=_XGRAMMAR_THREADS, cache_enabled=False)

    def parse(self, kind: Kind, text: str) -> tuple[str, str]:
        """Parse the constraint; what is compiled is again its text."""
        grammar = self._library.Grammar
        try:
            if kind == "json":
                grammar.from_json_schema(text)
            elif kind == "regex":
                grammar.from_regex(text)
            elif kind == "grammar" and "::=" not in text:
                grammar.from_lark(text)
            else:
                text = _choices(json.loads(text)) if kind == "choice" else text
                grammar.from_ebnf(text)
        except _FAULTS as error:
            raise _refused(str(error)) from None
        return kind, text

    def matcher(self, parsed: tuple[str, str]) -> "_XGrammarMatcher":
        """Compile it for the vocabulary."""
        kind, text = parsed
        compiler = self._compiler
        compile_it = {"json": compiler.compile_json_schema, "regex": compiler.compile_regex}.get(kind)
        if compile_it is None:
            is_lark = kind == "grammar" and "::=" not in text
            compile_it = compiler.compile_lark if is_lark else compiler.compile_grammar
        try:
            return _XGrammarMatcher(self._library, compile_it(text), self._words)
        except _FAULTS as error:
            raise _refused(str(error)) from None


class _XGrammarMatcher:
    def __init__(self, library: Any, compiled: Any, words: int) -> None:
        self._matcher = library.GrammarMatcher(compiled)
        self._mask = library.allocate_token_bitmask(1, words)

    def mask(self) -> bytes:
        self._matcher.fill_next_token_bitmask(self._mask)
        return bytes(self._mask.numpy().tobytes())

    def accept(self, token: int) -> None:
        self._matcher.accept_token(token)


def _choices(choices: list[str]) -> str:
    """Write choices as vLLM writes them for xgrammar."""
    escapes = {"\\": r"\\", '"': r"\""}
    texts = (
        "".join(escapes.get(c, c) if ord(c) >= 0x20 and ord(c) != 0x7F else f"\\u{ord(c):04x}" for c in choice)
        for choice in choices
    )
    return "root ::= " + " | ".join(f'"{text}"' for text in texts)


def _refused(fault: str) -> Refused:
    """What a library said of a constraint, in our words."""
    fault = _WHERE_IN_XGRAMMAR.sub("", fault)
    for tail in ("\n<state>", "\n<backtrace>", " Enable 'coerce_one_of'"):
        fault = fault.partition(tail)[0]
    if fault.startswith("NoExtension"):
        return Refused("barren", "after what must come first, nothing can follow")
    if fault.startswith("panic:"):
        return Refused("costly", "its compiler gives up over it")
    told = fault.lower()
    if any(word in told for word in _COSTLY) and not any(word in told for word in _NOT_COSTLY):
        return Refused("costly", fault)
    return Refused("unsupported" if any(word in told for word in _UNSUPPORTED) else "invalid", fault)
