"""Who opened a page: the platform says it once, a signed cookie that lives only at that page's address remembers it."""

from flask import Request, Response, current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

_NAME = "visitor"
_SECONDS = 30 * 24 * 3600


def visitor(request: Request, token: str) -> str | None:
    """The openid of who is looking at the page of this token, or None while nobody has said."""
    try:
        openid: str = _serializer(token).loads(request.cookies.get(_NAME, ""), max_age=_SECONDS)
    except BadSignature:
        return None
    return openid


def remember(response: Response, token: str, openid: str) -> Response:
    """Keeps the openid for this page only, for 30 days, out of reach of scripts."""
    response.set_cookie(
        _NAME,
        _serializer(token).dumps(openid),
        max_age=_SECONDS,
        path=f"/p/{token}",
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )
    return response


def _serializer(token: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=f"visitor {token}")
