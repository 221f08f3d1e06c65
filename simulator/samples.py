"""Pictures and sounds drawn here, so that a visit can have a photo without anyone's photograph."""

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw

SAMPLES = {"yard": "小院", "homework": "作业本", "river": "河边", "meal": "晚饭"}
_WIDE, _HIGH = 960, 720
_AMR_SILENCE = b"#!AMR\n" + (b"\x3c" + b"\x00" * 31) * 100  # two seconds of frames of 20 ms
_MP4_HEAD = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"


def sample(kind: str, name: str = "") -> bytes:
    """The bytes of a sample; raises KeyError for a picture that is not in SAMPLES."""
    if kind == "image":
        return _picture(name or "yard")
    return {"voice": _AMR_SILENCE, "video": _MP4_HEAD}[kind]


@cache
def _picture(name: str) -> bytes:
    draw_it = {"yard": _yard, "homework": _homework, "river": _river, "meal": _meal}[name]
    picture = Image.new("RGB", (_WIDE, _HIGH))
    draw_it(ImageDraw.Draw(picture))
    out = BytesIO()
    picture.save(out, "JPEG", quality=86)
    return out.getvalue()


_Colour = tuple[int, int, int]


def _fade(draw: ImageDraw.ImageDraw, top: int, bottom: int, first: _Colour, last: _Colour) -> None:
    for y in range(top, bottom):
        part = (y - top) / max(bottom - top, 1)
        red, green, blue = (round(a + (b - a) * part) for a, b in zip(first, last, strict=True))
        draw.line((0, y, _WIDE, y), fill=(red, green, blue))


def _yard(draw: ImageDraw.ImageDraw) -> None:
    _fade(draw, 0, 420, (154, 205, 236), (247, 236, 214))
    draw.ellipse((720, 70, 820, 170), fill=(255, 226, 140))
    draw.polygon([(0, 400), (200, 240), (420, 390), (640, 220), (960, 400), (960, 460), (0, 460)], fill=(122, 160, 120))
    _fade(draw, 430, 720, (176, 190, 118), (214, 190, 138))
    draw.rectangle((260, 330, 660, 590), fill=(245, 235, 216))
    draw.polygon([(220, 340), (460, 210), (700, 340)], fill=(122, 74, 60))
    draw.rectangle((420, 430, 510, 590), fill=(150, 96, 62))
    for left in (300, 560):
        draw.rectangle((left, 400, left + 74, 480), fill=(146, 190, 206), outline=(122, 84, 60), width=6)
        draw.line((left + 37, 400, left + 37, 480), fill=(122, 84, 60), width=5)
    draw.rectangle((404, 440, 418, 570), fill=(196, 52, 44))
    draw.rectangle((512, 440, 526, 570), fill=(196, 52, 44))
    draw.rectangle((790, 380, 816, 600), fill=(112, 82, 60))
    for box in ((700, 250, 850, 420), (770, 230, 920, 410), (730, 320, 890, 460)):
        draw.ellipse(box, fill=(92, 142, 84))


def _homework(draw: ImageDraw.ImageDraw) -> None:
    _fade(draw, 0, 720, (196, 148, 104), (164, 116, 78))
    draw.polygon([(170, 90), (800, 60), (850, 640), (140, 660)], fill=(252, 250, 242))
    for row in range(9):
        y = 150 + row * 54
        draw.line((190, y, 812, y - 12), fill=(168, 196, 214), width=3)
        for word in range(5 + row % 3):
            x = 220 + word * 72
            draw.line((x, y - 14, x + 44, y - 26 + (word % 2) * 8), fill=(70, 74, 92), width=6)
    draw.line((640, 560, 680, 604), fill=(206, 52, 48), width=12)
    draw.line((680, 604, 770, 500), fill=(206, 52, 48), width=12)
    draw.polygon([(70, 560), (100, 540), (330, 690), (310, 715), (280, 715)], fill=(242, 190, 72))


def _river(draw: ImageDraw.ImageDraw) -> None:
    _fade(draw, 0, 330, (170, 208, 230), (232, 238, 232))
    draw.polygon([(0, 320), (260, 190), (520, 310), (760, 210), (960, 300), (960, 360), (0, 360)], fill=(126, 158, 132))
    _fade(draw, 340, 720, (116, 164, 176), (74, 124, 146))
    for row in range(12):
        x, y = (row * 187) % 820, 380 + row * 27
        draw.line((x, y, x + 120, y), fill=(186, 214, 220), width=4)
    draw.polygon([(0, 520), (250, 600), (330, 720), (0, 720)], fill=(140, 158, 92))
    draw.rectangle((120, 400, 134, 600), fill=(126, 96, 70))
    draw.rectangle((40, 330, 216, 430), fill=(250, 250, 246), outline=(200, 60, 50), width=8)
    draw.line((70, 365, 186, 365), fill=(200, 60, 50), width=12)
    draw.line((70, 395, 150, 395), fill=(200, 60, 50), width=12)


def _meal(draw: ImageDraw.ImageDraw) -> None:
    _fade(draw, 0, 720, (120, 78, 52), (92, 58, 40))
    plates = (
        (120, 110, 450, 380, (108, 158, 74)),
        (520, 90, 860, 370, (214, 112, 62)),
        (310, 380, 660, 660, (246, 240, 224)),
    )
    for left, top, right, bottom, food in plates:
        draw.ellipse((left, top, right, bottom), fill=(244, 242, 236), outline=(108, 140, 176), width=8)
        draw.ellipse((left + 50, top + 42, right - 50, bottom - 42), fill=food)
    draw.line((720, 430, 900, 690), fill=(214, 170, 110), width=14)
    draw.line((760, 420, 930, 670), fill=(214, 170, 110), width=14)
