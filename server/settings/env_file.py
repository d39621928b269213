"""The file `.env` in the working folder: settings for those who would rather not set variables."""

from io import StringIO
from os import devnull
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from server.errors import ConfigurationError

_PREFIX = "PAGEGLASS_"


def read_env_file(file: Path) -> dict[str, str]:
    """Return the variables of `file`; none if it does not exist.

    Raises:
        ConfigurationError: it cannot be read, is no regular file or not UTF-8 text, has a line that is no assignment,
            or a setting without a value.
    """
    try:
        if not file.exists() or file.samefile(devnull):  # how containers hide a file
            return {}
        if not file.is_file():  # to open a named pipe would wait for a writer
            raise ConfigurationError(f"{file}: this is not a regular file. Make it a text file, or remove it.")
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        raise ConfigurationError(
            f"{file}: the file is not UTF-8 text. Save it as UTF-8 (editors on Windows may write UTF-16)."
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"{file}: the file cannot be read: {error.strerror}. Make it readable, or remove it."
        ) from None
    for binding in parse_stream(StringIO(text)):
        unset = binding.value is None and (binding.key or "").upper().startswith(_PREFIX)
        if binding.error or unset:  # neither the line nor its value: it may be a secret
            written = binding.original.string
            line = binding.original.line + written[: len(written) - len(written.lstrip())].count("\n")
            raise ConfigurationError(f"{file}: line {line} is not of the form NAME=value. Mend it, or put # before it.")
    return {name: value or "" for name, value in dotenv_values(stream=StringIO(text)).items()}
