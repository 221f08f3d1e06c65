"""`/p/<token>`: the page of one delivery. Opening it changes nothing; having read and 我知道了 are POSTs."""

import logging
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Reply

from bot.pages.answers import answer_to, seen
from bot.pages.door import ASKED, kept_to_oneself, let_in
from bot.pages.sheet import sheet_of
from bot.pages.visitor import visitor
from bot.wechat.oauth import OAuth
from bot.wechat.trouble import whereabouts
from models.base.store import Session, Store
from models.base.texts import say
from models.messaging.links import delivery_behind
from models.messaging.outbox import Delivery
from models.roster.accounts import Account

log = logging.getLogger(__name__)


def blueprint(store: Store, oauth: OAuth, bureau: str, public_url: str) -> Blueprint:
    """The guardians' pages."""
    pages = Blueprint("pages", __name__, template_folder="templates", static_folder="static", url_prefix="/p")

    @pages.app_context_processor  # of the whole application: its 404 page is ours too
    def words() -> dict[str, Any]:
        return {"say": say, "bureau": bureau}

    @pages.get("/<token>")
    def show(token: str) -> Reply:
        if "code" in request.args:
            return let_in(oauth, request.args["code"], token, url_for(".show", token=token))
        openid = visitor(request, token)
        with store.read() as session:
            delivery = _found(session, token)
            if openid is None and "state" not in request.args:
                return redirect(oauth.authorize_url(f"{public_url}{url_for('.show', token=token)}", ASKED))
            mine = _is_theirs(session, delivery, openid)
            sheet = sheet_of(session, delivery, mine=mine)
            if sheet is None:
                return _sorry("page.not_yours", 403)
            return kept_to_oneself(render_template("pages/sheet.html", sheet=sheet, mine=mine, token=token))

    @pages.post("/<token>/read")
    def read(token: str) -> Reply:
        with store.write() as session:
            seen(session, _own(session, token))
        return Response(status=204)

    @pages.post("/<token>/answer")
    def answer(token: str) -> Reply:
        with store.write() as session:
            answer_to(session, _own(session, token))
        return redirect(url_for(".show", token=token), 303)

    @pages.app_errorhandler(404)
    def missing(_: Exception) -> Reply:
        return _sorry("page.missing", 404)

    @pages.app_errorhandler(403)
    def not_yours(_: Exception) -> Reply:
        return _sorry("page.not_yours", 403)

    @pages.app_errorhandler(CSRFError)
    def forgotten(_: Exception) -> Reply:
        """Who pressed is no longer known. A link, not a redirect: a form may not lead to the platform's own host."""
        token = (request.view_args or {}).get("token")
        return _sorry("page.forgotten", 400, again=url_for("pages.show", token=token) if token else "")

    @pages.app_errorhandler(Exception)
    def failed(error: Exception) -> Reply | HTTPException:
        """Not left to Flask, whose log would quote the exception and the address of the page."""
        if isinstance(error, HTTPException):
            return error
        log.error("a page failed: %s", whereabouts(error))
        return _sorry("page.trouble", 500)

    def _sorry(key: str, status: int, again: str = "") -> Reply:
        return kept_to_oneself(render_template("pages/sorry.html", key=key, again=again), status)

    return pages


def _found(session: Session, token: str) -> Delivery:
    delivery_id = delivery_behind(session, token)
    delivery = session.get(Delivery, delivery_id) if delivery_id is not None else None
    return delivery if delivery is not None else abort(404)


def _own(session: Session, token: str) -> Delivery:
    delivery = _found(session, token)
    return delivery if _is_theirs(session, delivery, visitor(request, token)) else abort(403)


def _is_theirs(session: Session, delivery: Delivery, openid: str | None) -> bool:
    """Whether this account got the delivery and is still bound to the person it was for: after 解绑 or 换绑 what was
    said to somebody is not the next one's to read."""
    if openid is None or openid != delivery.openid:
        return False
    account = session.get(Account, openid)
    return delivery.person_id is None or (account is not None and account.person_id == delivery.person_id)
