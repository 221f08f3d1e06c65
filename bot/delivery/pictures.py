"""What comes from a phone is looked at before it is kept: a photo is decoded and written anew, a recording is known."""

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from bot.wechat.errors import MediaRefused

MOST_PIXELS = 40_000_000
"""More than any phone's camera sends; decoded, 120 MB."""
LONGEST_SIDE = 2560
_QUALITY = 85


def clean_photo(content: bytes) -> bytes:
    """A JPEG of the same picture, upright, at most 2560 pixels a side, without EXIF: no place, no device, no time.

    Raises MediaRefused `wrong_type`, `too_large` (in pixels), `broken`.
    """
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise MediaRefused("too_large")
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise MediaRefused("too_large") from None
    except UnidentifiedImageError:
        raise MediaRefused("wrong_type") from None
    except (OSError, SyntaxError, ValueError):  # what Pillow raises for files cut short or made wrong
        raise MediaRefused("broken") from None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    upright.info.clear()
    out = BytesIO()
    upright.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def voice_type(content: bytes) -> str:
    """`audio/amr` or `audio/mpeg` by the first bytes. Raises MediaRefused `wrong_type`."""
    if content.startswith(b"#!AMR"):
        return "audio/amr"
    if content.startswith(b"ID3") or (len(content) > 1 and content[0] == 0xFF and content[1] & 0xE0 == 0xE0):
        return "audio/mpeg"
    raise MediaRefused("wrong_type")
