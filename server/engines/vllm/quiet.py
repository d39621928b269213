"""Log filter that keeps request content out of vLLM's log lines.

When its core fails over a batch, vLLM logs the sampling parameters of the requests in it, schemas and stop texts among
them; when a chat template refuses messages, its words may quote them. vLLM calls this in each of its processes, as a
plug-in named in pyproject.toml.
"""

import logging

_TELL_TALES = ("vllm.logging_utils.dump_input", "vllm.renderers.hf")


def quieten() -> None:
    """Silence the loggers of vLLM that write down what requests hold."""
    for name in _TELL_TALES:
        logging.getLogger(name).disabled = True
