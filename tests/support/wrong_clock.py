"""A clock that can be set under running programs, by libfaketime; their monotonic clocks go on as they are."""

from pathlib import Path

import pytest

LIBRARIES = (
    *Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"),
    Path("/usr/local/lib/faketime/libfaketimeMT.so.1"),
)


class WrongClock:
    """Programs started in its `environment` see the time `ahead` seconds from now."""

    def __init__(self, folder: Path):
        library = next((file for file in LIBRARIES if file.exists()), None)
        if library is None:
            pytest.skip("libfaketime is not installed: apt-get install faketime")
        self._file = folder / "clock"
        self.set(0)
        self.environment = {
            "LD_PRELOAD": f"{library}:libc.so.6",  # its malloc in place of jemalloc, which Redis has and which clashes
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
        }

    def set(self, ahead):
        new = self._file.with_suffix(".new")
        new.write_text(f"{ahead:+d}\n")
        new.replace(self._file)
