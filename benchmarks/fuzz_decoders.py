"""The decoders under atheris (libFuzzer), which never returns; run by `fuzz_intake.py --in-process` with options."""

import sys

import atheris

with atheris.instrument_imports(include=["server.media", "PIL"]):
    from fuzz_intake import decode_all

    from server.child_process import bound_memory
    from server.media.pixels import decode

MEMORY_BYTES = 4 * 2**30  # far over what libFuzzer itself is told to stop at


def decode_one(data: bytes) -> None:
    """Decode `data`; what is not an error of ours goes through, and is what is looked for."""
    decode_all(data)


if __name__ == "__main__":
    decode.prepare()
    bound_memory(MEMORY_BYTES)
    atheris.Setup(sys.argv, decode_one)
    atheris.Fuzz()
