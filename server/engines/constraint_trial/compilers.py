"""llguidance, which vLLM compiles constraints with, driven as vLLM 0.32 drives it (`vllm.v1.structured_output`).

Imported only in the process of a trial.
"""

from typing import Any, Final, Literal

Kind = Literal["json", "regex", "choice", "grammar"]

_BYTES: Final = 256
_NOT_COSTLY: Final = ("special token",)
_COSTLY: Final = ("limit", "too many", "too big", "max is", "precomputation failed")
_UNSUPPORTED: Final = ("nimplemented", "support", "failed to generate")
_FAULTS: Final = (ValueError, TypeError, KeyError, RuntimeError)


class Refused(Exception):
    """The constraint cannot be used: `outcome` and `detail` are those of a verdict."""

    def __init__(self, outcome: Literal["invalid", "unsupported", "costly", "barren"], detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail


class Compiler:
    """Compiles constraints for the vocabulary of a ``tokenizer.json``, or for single bytes; `stop` ends an answer."""

    def __init__(self, tokenizer: str | None) -> None:
        import llguidance  # noqa: PLC0415 - comes with vllm

        self._library = llguidance
        wrapped = tokenizer or llguidance.TokenizerWrapper(_Bytes())
        self._tokenizer = llguidance.LLTokenizer(wrapped)
        self.stop = int(self._tokenizer.eos_token)

    def parse(self, kind: Kind, text: str) -> str:
        """Write the constraint as llguidance's own grammar, and validate it; raises `Refused`.

        vLLM does this before it gives a request to its core, and the core does it again.
        """
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

    def matcher(self, parsed: str) -> "Matcher":
        """Compile it for the vocabulary, which only the core does; raises `Refused`."""
        return Matcher(self._library.LLMatcher(self._tokenizer, parsed, log_level=0))


class Matcher:
    """Follows one answer, token by token."""

    def __init__(self, matcher: Any) -> None:
        self._matcher = matcher
        self._check()

    def mask(self) -> bytes:
        """One bit a token, the lowest first: whether it may come next. Raises `Refused` where a limit is reached."""
        mask = bytes(self._matcher.compute_bitmask())
        self._check()
        return mask

    def accept(self, token: int) -> None:
        """Take `token` as the next one; raises `Refused` where a limit is reached."""
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


def _refused(fault: str) -> Refused:
    for tail in ("\n<state>", "\n<backtrace>", " Enable 'coerce_one_of'"):
        fault = fault.partition(tail)[0]
    if fault.startswith("NoExtension"):
        return Refused("barren", "after what must come first, nothing can follow")
    if fault.startswith("panic:"):
        return Refused("costly", "its compiler gives up over it")
    text = fault.lower()
    if any(word in text for word in _COSTLY) and not any(word in text for word in _NOT_COSTLY):
        return Refused("costly", fault)
    return Refused("unsupported" if any(word in text for word in _UNSUPPORTED) else "invalid", fault)
