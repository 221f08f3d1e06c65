"""The only place where things are wired together: settings and a clock in, a house out, nothing running yet."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from flask import Flask, Response, jsonify
from flask_wtf import CSRFProtect

from bot.auditor import Auditor
from bot.behind import Behind
from bot.commons import Commons
from bot.database import open_store
from bot.delivery.media import MediaWorker
from bot.delivery.quotas import Quotas
from bot.delivery.render import Renderer
from bot.delivery.sender import Sender
from bot.delivery.worker import Worker
from bot.door import MOST_BODY, Door
from bot.pages.progress import progress_pages
from bot.pages.routes import blueprint as pages
from bot.rooms import rooms
from bot.settings import Settings
from bot.wechat.callback import PATH, Callback
from bot.wechat.client import Client
from bot.wechat.crypto import Gate
from bot.wechat.messages import messages_of
from bot.wechat.oauth import OAuth
from bot.wechat.receipts import receipts_of
from bot.wechat.replays import Replays
from bot.wechat.token import TokenProvider, stable_token
from bot.wechat.wire import Wire
from bot.wiring import commons
from models.base.clock import Clock, SystemClock
from models.base.store import Store
from models.messaging.outbox import Lane
from scheduler.clockwork import Clockwork

TICK_SECONDS = 10.0


@dataclass(frozen=True)
class House:
    """Everything wired. `workers`: the first carries urgent messages and answers, the others everything."""

    settings: Settings
    clock: Clock
    store: Store
    client: Client
    common: Commons
    web: Flask
    door: Door
    workers: tuple[Worker, ...]
    quotas: Quotas
    media: MediaWorker
    clockwork: Clockwork
    auditor: Auditor


def open_house(
    settings: Settings, clock: Clock | None = None, *, demo: bool = False, tick_seconds: float = TICK_SECONDS
) -> House:
    """Wires everything that the settings name. Raises Misconfigured where the database is not ready.

    `tick_seconds`: how often the scheduler asks what is due.
    """
    clock = clock or SystemClock()
    store = open_store(settings, clock, demo=demo)
    wire = Wire(settings.wechat.api_base)
    secret = settings.wechat.app_secret.get_secret_value()
    common = commons(settings, clock, store)
    web = _web(settings, store, wire)
    tokens = TokenProvider(stable_token(wire, settings.wechat.app_id, secret), clock, common.shelf)
    client = Client(settings.wechat.app_id, secret, wire=wire, tokens=tokens)
    folder = settings.storage.folder
    return House(
        settings=settings,
        clock=clock,
        store=store,
        client=client,
        common=common,
        web=web,
        door=_door(settings, clock, store, web, common.replays),
        workers=_workers(settings, common, store, tokens),
        quotas=Quotas(store, client, common.throttle),
        media=MediaWorker(store, client, folder / "media"),
        clockwork=Clockwork(store, tick_seconds),
        auditor=Auditor(store, folder / "audit-anchor.json"),
    )


def open_door(settings: Settings, clock: Clock | None = None) -> Door:
    """What a web server serves, alone."""
    return open_house(settings, clock).door


def _workers(settings: Settings, common: Commons, store: Store, tokens: TokenProvider) -> tuple[Worker, ...]:
    templates = settings.wechat.templates.model_dump()
    subscribe = settings.wechat.subscribe_templates.model_dump()
    renderer = Renderer(templates, settings.server.public_url.rstrip("/"), store.vault, subscribe)

    def worker(lanes: tuple[Lane, ...], errands: bool) -> Worker:
        sender = Sender(common.throttle, in_flight=settings.delivery.in_flight)
        return Worker(
            store,
            sender,
            renderer,
            tokens,
            common.throttle,
            api_base=settings.wechat.api_base,
            lanes=lanes,
            errands=errands,
            poll=common.poll,
        )

    swift = [worker((Lane.URGENT, Lane.ANSWER), False) for _ in range(settings.delivery.urgent_workers)]
    return (*swift, *(worker(tuple(Lane), number == 0) for number in range(settings.delivery.workers)))


def _door(settings: Settings, clock: Clock, store: Store, web: Flask, replays: Replays) -> Door:
    account, threads = settings.wechat, settings.server.threads
    gate = Gate(
        token=account.token.get_secret_value(),
        encoding_aes_key=account.encoding_aes_key.get_secret_value(),
        app_id=account.app_id,
        mode=account.mode,
        clock=clock,
        replays=replays,
    )
    inside = rooms(settings.bureau.name, f"{settings.server.public_url.rstrip('/')}/p/")
    messages, receipts = messages_of(store, inside, threads), receipts_of(store, inside)
    callback = Callback(gate, messages.put, receipts.put, clock)
    return Door({PATH: callback.answer}, Behind(web, ThreadPoolExecutor(threads, thread_name_prefix="page")))


def _web(settings: Settings, store: Store, wire: Wire) -> Flask:
    app = Flask("shouwang", static_folder=None)
    app.secret_key = store.vault.sign("web", "session") + store.vault.sign("web", "cookies")
    app.config.update(
        SESSION_COOKIE_SECURE=settings.server.public_url.startswith("https://"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=MOST_BODY,
        WTF_CSRF_TIME_LIMIT=None,  # a page may lie open all evening before its button is pressed
    )
    CSRFProtect(app)
    account = settings.wechat
    oauth = OAuth(account.app_id, account.app_secret.get_secret_value(), wire=wire, oauth_base=account.oauth_base)
    site = settings.server.public_url.rstrip("/")
    app.register_blueprint(pages(store, oauth, settings.bureau.name, site))
    app.register_blueprint(progress_pages(store, oauth, site))

    @app.get("/healthz")
    def healthz() -> Response:
        with store.read() as session:
            session.connection().exec_driver_sql("SELECT 1")
        return jsonify(ok=True)

    return app
