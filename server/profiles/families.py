"""The known model families, and the profile of a given model."""

import re
from dataclasses import replace
from typing import Final

from rapidfuzz import process
from rapidfuzz.fuzz import ratio

from server.errors import ConfigurationError
from server.profiles.base import Profile
from server.profiles.deepseek_ocr import DEEPSEEK_OCR
from server.profiles.dots_ocr import DOTS_OCR
from server.profiles.generic import GENERIC
from server.profiles.glm_ocr import GLM_OCR
from server.profiles.hunyuan_ocr import HUNYUAN_OCR_1_0, HUNYUAN_OCR_1_5
from server.profiles.olmocr import OLMOCR
from server.profiles.paddleocr_vl import PADDLEOCR_VL, PADDLEOCR_VL_1_5
from server.profiles.qwen_vl import QWEN3_VL, QWEN3_VL_THINKING

PROFILES: Final[tuple[Profile, ...]] = (
    HUNYUAN_OCR_1_5,
    HUNYUAN_OCR_1_0,
    QWEN3_VL,
    QWEN3_VL_THINKING,
    PADDLEOCR_VL_1_5,
    PADDLEOCR_VL,
    DEEPSEEK_OCR,
    DOTS_OCR,
    GLM_OCR,
    OLMOCR,
    GENERIC,
)
_LEAST_ALIKE: Final = 60  # percent


_COMMIT = re.compile(r"[0-9a-f]{7,40}")  # a branch or a tag may move


def find_profile(model: str, *, revision: str | None = None, name: str | None = None) -> Profile:
    """Find the profile of `model`, a hub id or a folder: by `name` if given, else by the id and `revision`.

    A folder, or a copy under another owner, is matched by its last part. Revisions of the original repository do not
    apply to these. There is no start warning if a revision is given.

    Raises:
        ConfigurationError: there is no profile of that name.
    """
    profile = _named(name) if name else _of_model(model, revision)
    if model.casefold() not in {known.casefold() for known in profile.models}:
        return replace(profile, pinned_revision=None, start_warning=None)
    return replace(profile, start_warning=None) if _COMMIT.fullmatch(revision or "") else profile


def serve_command(profile: Profile) -> str:
    """The command that serves the first model of `profile`."""
    model = profile.models[0] if profile.models else "OWNER/MODEL"
    found = find_profile(model).name == profile.name
    return f"{'' if found else f'PAGEGLASS_PROFILE={profile.name} '}pageglass serve --model {model}"


def _named(name: str) -> Profile:
    names = {profile.name: profile for profile in PROFILES}
    if name in names:
        return names[name]
    near = process.extractOne(name.casefold(), list(names), scorer=ratio, score_cutoff=_LEAST_ALIKE)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    raise ConfigurationError(f"PAGEGLASS_PROFILE: there is no {name!r}.{meant} Profiles: {', '.join(names)}.")


def _of_model(model: str, revision: str | None) -> Profile:
    last = _last_part(model)
    known = [profile for profile in PROFILES if last in {_last_part(other) for other in profile.models}]
    of_revision = [profile for profile in known if (revision or "").startswith(profile.revisions or "\0")]
    return next(iter([*of_revision, *(profile for profile in known if not profile.revisions)]), GENERIC)


def _last_part(model: str) -> str:
    return re.split(r"[\\/]", model.rstrip("\\/"))[-1].casefold()
