"""The platform: does it know us, are the templates there with their fields, how much may still be sent today."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.app import House
from bot.doctor.finding import Finding, bad, look, or_good
from bot.menu import account_menu
from bot.wechat.errcodes import explain
from bot.wechat.errors import PlatformError, PlatformSilent

FIELDS = ("thing1", "thing2")
_SEND = "/cgi-bin/message/template/send"
_LOW = 0.1
_NO_MENU = 46003


def platform(house: House) -> Iterator[Finding]:
    """Asks it; where it does not let us in, nothing else is asked."""
    about = "doctor.token"
    try:
        _ = house.client.access_token
        yield Finding(about)
        yield from _templates(house)
        yield from _quota(house)
        yield from _menu(house)
    except PlatformSilent:
        yield bad(about, "doctor.silent")
    except PlatformError as error:
        yield bad(about, "doctor.refused", why=explain(error.errcode))


def _templates(house: House) -> Iterator[Finding]:
    about, found = "doctor.templates", []
    known = house.client.get("template/get_all_private_template")["template_list"]
    content = {each["template_id"]: str(each["content"]) for each in known}
    for kind, template_id in house.settings.wechat.templates.model_dump().items():
        lacking = [field for field in FIELDS if f"{{{{{field}.DATA}}}}" not in content.get(template_id, "")]
        if template_id not in content:
            found.append(bad(about, "doctor.template_missing", kind=kind))
        elif lacking:
            found.append(bad(about, "doctor.template_fields", kind=kind, fields="、".join(lacking)))
    yield from or_good(about, found)


def _quota(house: House) -> Iterator[Finding]:
    about = "doctor.quota"
    quota = house.client.quota_get(_SEND)
    remain, limit = int(quota["remain"]), int(quota["daily_limit"])
    if remain <= 0:
        yield bad(about, "doctor.quota_spent")
    elif remain < limit * _LOW:
        yield look(about, "doctor.quota_low", remain=f"{remain:,}", limit=f"{limit:,}")
    else:
        yield Finding(about)


def _menu(house: House) -> Iterator[Finding]:
    try:
        there = _taps(house.client.get("menu/get")["menu"])
    except PlatformError as error:
        if error.errcode != _NO_MENU:
            raise
        there = []
    yield Finding("doctor.menu") if there == _taps(account_menu()) else look("doctor.menu", "doctor.menu_other")


def _taps(menu: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What can be tapped: button, line and the words it says."""
    return [(button["name"], line["name"], line["key"]) for button in menu["button"] for line in button["sub_button"]]
