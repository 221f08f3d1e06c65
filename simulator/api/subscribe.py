"""Subscription messages: one consent is one send; unlike template messages, a field that does not fit is refused."""

from simulator.api.template import FIELD_CHARS, field_values
from simulator.errors import PlatformError
from simulator.http import Json, Request
from simulator.world import World


def bizsend(world: World, request: Request, body: Json) -> Json:
    """POST /cgi-bin/message/subscribe/bizsend."""
    phone = world.phones.known(body.get("touser"))
    template = world.config.subscribe_templates.get(str(body.get("template_id")))
    if template is None:
        raise PlatformError(40037)
    values = field_values(template, body.get("data"))
    for key, value in values:
        if len(value) > FIELD_CHARS or "\n" in value:
            raise PlatformError(47003, f"data.{key}.value invalid")
    if phone.consents.get(template.template_id, 0) < 1:
        raise PlatformError(43101)
    phone.consents[template.template_id] -= 1
    msgid = world.next_id()
    world.ledger.add(
        world.clock.now(),
        phone.openid,
        "out",
        "subscribe",
        title=template.title,
        fields=values,
        url=str(body.get("page") or ""),
        msgid=msgid,
        template_id=template.template_id,
    )
    item = {"TemplateId": template.template_id, "MsgID": msgid, "ErrorCode": 0, "ErrorStatus": "success"}
    nested = {"SubscribeMsgSentEvent": {"List": item}}
    world.receipts.put(phone.openid, world.event(phone.openid, "subscribe_msg_sent_event", **nested))
    return {"errcode": 0, "errmsg": "ok"}
