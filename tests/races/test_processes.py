"""Two processes that begin at the same moment, as after an update of all machines."""

from sqlmodel import select

from models.base.store import Store
from models.messaging.outbox import Channel
from models.messaging.outlets import AccountKind, Outlet, note_quota, open_outlets, usable
from tests.races.together import overlapping


def test_two_that_begin_at_once_note_the_channels_once(store: Store) -> None:
    overlapping(store, lambda s: open_outlets(s, AccountKind.SERVICE), lambda s: open_outlets(s, AccountKind.SERVICE))
    with store.read() as session:
        assert len(session.exec(select(Outlet)).all()) == len(Channel) and usable(session, Channel.MASS)


def test_two_that_read_a_quota_at_once_note_it_once(store: Store) -> None:
    overlapping(store, lambda s: note_quota(s, Channel.MASS, 100, 90), lambda s: note_quota(s, Channel.MASS, 100, 80))
    with store.read() as session:
        assert session.get_one(Outlet, Channel.MASS).left == 80
