"""The drawn page in inks and under colour profiles, with what colour arithmetic says it must show."""

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageCms
from rendered.drawn import LOSSY, MANAGED, ROUNDED, SIZE, Levels, Row, row, saved, srgb_curve
from rendered.files import ADOBE_TO_XYZ, P3_TO_XYZ, SRGB_TO_XYZ, WHITE_XYZ, gray_profile, ink_profile, matrix_profile

GAMMA = 2.2
PAPER_AND_INKS = np.array([[255, 255, 255], [0, 150, 220], [220, 0, 120], [250, 220, 0]]) / 255  # paper, C, M, Y
INKED = (0.8, 25, "lossy, and LittleCMS interpolates between the nine steps of each ink")


def ink_rows(colour: Levels, _gray: Levels, _alpha: Levels) -> Iterator[Row]:
    """CMYK and YCCK, in JPEG as Adobe writes it (inverted) and in TIFF, with and without a profile."""
    inks = 255 - colour.astype(int)
    black = inks.min(axis=-1, keepdims=True) // 2
    inks = np.dstack([inks - black, black]).astype(np.uint8)
    page = Image.frombytes("CMYK", SIZE, inks.tobytes())
    plain = (255 - inks[..., :3].astype(float)) * (255 - inks[..., 3:].astype(float)) / 255
    press = ink_profile(lab_of_inks)
    printed = 255 * rgb_of_inks(inks / 255)
    yield row("JPEG CMYK", saved(page, "JPEG", quality=95, subsampling=0), plain, LOSSY)
    yield row("JPEG YCCK", ycck(page), plain, (0.9, 25, "lossy, and through YCbCr"))
    yield row("TIFF CMYK", saved(page, "TIFF"), plain, ROUNDED)
    yield row("TIFF CMYK, LZW", saved(page, "TIFF", compression="tiff_lzw"), plain, ROUNDED)
    yield row("JPEG CMYK, profile", saved(page, "JPEG", quality=95, subsampling=0, icc_profile=press), printed, INKED)
    yield row("TIFF CMYK, profile", saved(page, "TIFF", icc_profile=press), printed, (0.5, 8, INKED[2]))


def profile_rows(colour: Levels, gray: Levels, alpha: Levels) -> Iterator[Row]:
    """Embedded profiles: wide gamuts and gray, sRGB itself, and profiles that are not to be used."""
    image = Image.fromarray(colour)
    wide, adobe = matrix_profile(P3_TO_XYZ, GAMMA), matrix_profile(ADOBE_TO_XYZ, GAMMA)
    in_srgb = through_matrix(colour, P3_TO_XYZ)
    yield row("PNG RGB, Display P3", saved(image, "PNG", icc_profile=wide), in_srgb, MANAGED)
    yield row(
        "PNG RGB, Adobe RGB", saved(image, "PNG", icc_profile=adobe), through_matrix(colour, ADOBE_TO_XYZ), MANAGED
    )
    yield row("TIFF RGB, Display P3", saved(image, "TIFF", icc_profile=wide), in_srgb, MANAGED)
    yield row("WebP, Display P3", saved(image, "WEBP", lossless=True, icc_profile=wide), in_srgb, MANAGED)
    jpeg = saved(image, "JPEG", quality=95, subsampling=0, icc_profile=wide)
    yield row("JPEG RGB, Display P3", jpeg, in_srgb, LOSSY)
    heic = saved(image, "HEIF", quality=95, chroma=444, icc_profile=wide, icc_profile_type="prof")
    yield row("HEIC, Display P3", heic, in_srgb, LOSSY)
    avif = saved(image, "AVIF", quality=95, subsampling="4:4:4", icc_profile=wide)
    yield row("AVIF, Display P3", avif, in_srgb, LOSSY)
    indexed = image.quantize(64)
    shown = through_matrix(np.asarray(indexed.convert("RGB")), P3_TO_XYZ)
    yield row("PNG P, Display P3", saved(indexed, "PNG", icc_profile=wide), shown, MANAGED)
    layered = Image.fromarray(np.dstack([colour, np.full_like(alpha, 255)]))
    yield row("PNG RGBA, Display P3", saved(layered, "PNG", icc_profile=wide), in_srgb, MANAGED)
    lighter = saved(Image.fromarray(gray), "PNG", icc_profile=gray_profile(1.5))
    yield row("PNG L, gray of gamma 1.5", lighter, 255 * srgb_curve((gray / 255) ** 1.5), MANAGED)
    own = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    yield row("PNG RGB, sRGB", saved(image, "PNG", icc_profile=own), colour)
    for name, profile in {
        "cut profile": wide[:200],
        "profile of noise": bytes(range(256)) * 4,
        "profile of another space": gray_profile(1.5),
        "profile of endless stages": wide + b"mpet",
        "profile of five megabytes": wide + bytes(5 * 2**20),
    }.items():
        jpeg = saved(image, "TIFF", icc_profile=profile)
        yield row(f"TIFF RGB, {name}", jpeg, colour)
    yield row("PNG L, colour profile", saved(Image.fromarray(gray), "PNG", icc_profile=wide), gray)
    yield row("PNG I;16, gray of gamma 1.5", deep_gray(gray), 255 * srgb_curve((gray / 255) ** 1.5), MANAGED)


def deep_gray(gray: Levels) -> bytes:
    """A 16-bit scan with a profile."""
    return saved(Image.fromarray(gray.astype(np.uint16) * 257), "PNG", icc_profile=gray_profile(1.5))


def ycck(page: Image.Image) -> bytes:
    """Write inks as YCCK: as if C, M and Y were red, green and blue, with Adobe's mark 2 for that (TN 5116, 18)."""
    cyan, magenta, yellow, black = page.split()
    planes = [*Image.merge("RGB", (cyan, magenta, yellow)).convert("YCbCr").split(), black]
    planes = [Image.fromarray(255 - np.asarray(plane)) for plane in planes[:3]] + [black]
    data = saved(Image.merge("CMYK", planes), "JPEG", quality=95, subsampling=0)
    mark = data.index(b"Adobe") + 11
    return data[:mark] + b"\x02" + data[mark + 1 :]


def rgb_of_inks(inks: Levels) -> Levels:
    """The drawn press: every ink takes its share of what the paper gives back; 0 to 1."""
    cyan, magenta, yellow, black = (inks[..., number, np.newaxis] for number in range(4))
    paper = PAPER_AND_INKS[0]
    shown = [paper * (1 - ink) + PAPER_AND_INKS[number] * ink for number, ink in enumerate((cyan, magenta, yellow), 1)]
    return shown[0] * shown[1] * shown[2] * (1 - black)


def lab_of_inks(inks: Levels) -> Levels:
    """CIELAB of the drawn press, under D50 (CIE 15)."""
    rgb = rgb_of_inks(inks)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    ratios = linear @ SRGB_TO_XYZ.T / WHITE_XYZ
    roots = np.where(ratios > 216 / 24389, np.cbrt(ratios), (24389 / 27 * ratios + 16) / 116)
    x, y, z = roots[..., 0], roots[..., 1], roots[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def through_matrix(colour: Levels, to_xyz: Levels) -> Levels:
    """What sRGB shows for colours of a display with primaries `to_xyz` and gamma 2.2, out of reach clipped."""
    linear = (colour / 255) ** (round(GAMMA * 256) / 256)
    return 255 * srgb_curve(linear @ to_xyz.T @ np.linalg.inv(SRGB_TO_XYZ).T)
