"""The file `.env` in the working folder: settings for those who would rather not set variables."""

from pathlib import Path

from dotenv import dotenv_values

from server.errors import ConfigurationError


def read_env_file(file: Path) -> dict[str, str]:
    """Return the variables of `file`; none if it does not exist, and an empty value where a line has no `=`.

    Raises:
        ConfigurationError: it cannot be read, or is not UTF-8 text.
    """
    try:
        return {name: value or "" for name, value in dotenv_values(file).items()} if file.is_file() else {}
    except UnicodeDecodeError:
        raise ConfigurationError(
            f"{file}: the file is not UTF-8 text. Save it as UTF-8 (editors on Windows may write UTF-16)."
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"{file}: the file cannot be read: {error.strerror}. Make it readable, or remove it."
        ) from None
