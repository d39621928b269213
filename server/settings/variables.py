"""Variables as they were given, before they become settings: of the environment, and of `.env` below it."""

import os
from pathlib import Path

from server.settings.env_file import read_env_file


def given_variables(env_file: Path | None) -> dict[str, str]:
    """All variables by their names in capitals; the environment comes before the file."""
    return _of_file(env_file) | _of_environment()


def overridden_variables(env_file: Path | None) -> dict[str, tuple[str, str]]:
    """What the file sets and the environment sets to another value: by its name, (the environment's, the file's)."""
    written, given = _of_file(env_file), _of_environment()
    return {name: (given[name], value) for name, value in written.items() if given.get(name, value) != value}


def _of_file(env_file: Path | None) -> dict[str, str]:
    return {name.upper(): value for name, value in (read_env_file(env_file) if env_file else {}).items()}


def _of_environment() -> dict[str, str]:
    return {name.upper(): value for name, value in os.environ.items()}
