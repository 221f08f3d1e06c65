"""`/p/b/<token>`: how far a broadcast is, for its staff, and the same as a JSON document with an ETag to poll."""

from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Reply

from bot.pages.door import ASKED, kept_to_oneself, let_in
from bot.pages.lately import Lately
from bot.pages.visitor import visitor
from bot.wechat.oauth import OAuth
from models.base.errors import Refused
from models.base.store import Session, Store
from models.messaging.broadcasts import Broadcast, may_act
from models.messaging.links import broadcast_behind
from models.messaging.status import numbers, status_document
from models.roster.accounts import Account
from models.roster.people import Person


def progress_pages(store: Store, oauth: OAuth, public_url: str) -> Blueprint:
    """The page of a broadcast's progress. It holds numbers only, and a GET changes nothing."""
    pages = Blueprint("progress", __name__, template_folder="templates", url_prefix="/p/b")

    documents: Lately[dict[str, Any]] = Lately()

    def _counted(session: Session, broadcast: Broadcast) -> dict[str, Any]:
        return documents.get(broadcast.id, lambda: status_document(session, broadcast))

    @pages.get("/<token>")
    def show(token: str) -> Reply:
        here = url_for(".show", token=token)
        if "code" in request.args:
            return let_in(oauth, request.args["code"], _cookie(token), here)
        openid = visitor(request, _cookie(token))
        with store.read() as session:
            broadcast = _found(session, token)
            if openid is None and "state" not in request.args:
                return redirect(oauth.authorize_url(f"{public_url}{here}", ASKED))
            status = _counted(session, _for_its_staff(session, broadcast, openid))
        page = render_template("pages/progress.html", status=status, numbers=numbers(status), token=token)
        return kept_to_oneself(page)

    @pages.get("/<token>/status.json")
    def status(token: str) -> Response:
        """`models.messaging.status`; 304 while nothing has changed."""
        with store.read() as session:
            openid = visitor(request, _cookie(token))
            document = _counted(session, _for_its_staff(session, _found(session, token), openid))
        answer = jsonify(document)
        answer.set_etag(document["etag"])
        answer.headers["Cache-Control"] = "private, no-cache"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.make_conditional(request)
        return answer

    return pages


def _cookie(token: str) -> str:
    """For which page a visitor is remembered."""
    return f"b/{token}"


def _found(session: Session, token: str) -> Broadcast:
    broadcast_id = broadcast_behind(session, token)
    broadcast = session.get(Broadcast, broadcast_id) if broadcast_id is not None else None
    return broadcast if broadcast is not None else abort(404)


def _for_its_staff(session: Session, broadcast: Broadcast, openid: str | None) -> Broadcast:
    """The broadcast again, for whoever may write to or approve for its unit today; else 403."""
    account = session.get(Account, openid) if openid is not None else None
    if account is None or account.person_id is None:
        abort(403)
    try:
        may_act(session, broadcast, session.get_one(Person, account.person_id))
    except Refused:
        abort(403)
    return broadcast
