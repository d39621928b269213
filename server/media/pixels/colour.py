"""Colour management: converts colours to sRGB by the file's ICC profile.

The threat is the profile: one that is damaged, too long, of another colour space or a programme of its own is left
out, and the colours are taken as they stand, which is what most viewers do.
"""

import io
from functools import cache
from typing import Final

import numpy as np
from PIL import Image, ImageCms

_SPACES: Final = {"L": "GRAY", "RGB": "RGB ", "CMYK": "CMYK"}  # ICC.1:2022, 7.2.6
_CLASSES: Final = frozenset({"scnr", "mntr", "prtr", "spac"})  # 7.2.5: input, display, output, conversion
_MOST_BYTES: Final = 2**22  # the largest press profiles have three million
_PROGRAMME: Final = b"mpet"  # 10.16: stages as long as one likes, each run for every colour
_NEAR: Final = 2  # levels of 255; a profile that moves no colour further is sRGB under another name


def to_srgb(image: Image.Image, profile: object) -> Image.Image:
    """Turn `image` (L, RGB or CMYK, of 8 bits) into L or RGB with the colours of sRGB, by its ICC `profile`.

    Without a profile that can be used, L and RGB stay, and CMYK is converted as ink on paper: (1 - C) (1 - K).
    """
    transform = _transform(image.mode, profile) if isinstance(profile, bytes) else None
    if transform is not None and (image.mode == "CMYK" or _moves_colours(transform, image.mode)):
        return transform.apply(image)
    return image.convert("RGB") if image.mode == "CMYK" else image


def _transform(mode: str, profile: bytes) -> ImageCms.ImageCmsTransform | None:
    """Relative colorimetric with black point compensation: white paper becomes white, and black print black."""
    if len(profile) > _MOST_BYTES or _PROGRAMME in profile:
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space != _SPACES[mode] or source.profile.device_class not in _CLASSES:
            return None
        return ImageCms.buildTransform(
            source,
            _srgb(),
            mode,
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except Exception:  # noqa: BLE001 - LittleCMS raises what it likes, and the picture is as good without
        return None


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _moves_colours(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    levels = np.arange(0, 256, 15, dtype=np.uint8)
    colours = np.stack(np.meshgrid(levels[::2], levels[::2], levels[::2]), axis=-1).reshape(1, -1, 3)
    probe = Image.fromarray(colours if mode == "RGB" else levels[np.newaxis])
    before, after = (np.asarray(picture, dtype=np.int16) for picture in (probe.convert("RGB"), transform.apply(probe)))
    return int(np.abs(after - before).max()) > _NEAR
