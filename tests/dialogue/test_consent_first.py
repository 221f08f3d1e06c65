"""Nothing is shown before the person agreed; what anyone may use stays open."""

import pytest

from models.base.store import Store
from models.roster.consent import has_consent, withdraw_consent
from tests.cast import Cast
from tests.chats import Chats


@pytest.mark.parametrize(("who", "words"), [("grandmother", "我的孩子"), ("lin", "走访记录 张小满"), ("lin", "家访")])
def test_who_has_not_agreed_is_asked_and_then_let_in(store: Store, cast: Cast, who: str, words: str) -> None:
    types = Chats(store)
    with store.write() as session:
        withdraw_consent(session, getattr(cast, who))

    asked = types(who, words)
    assert "同意" in asked and "小满" not in asked
    assert "小满" not in types(who, "2")
    assert "小满" not in types(who, words)
    types(who, "1")
    with store.read() as session:
        assert has_consent(session, getattr(cast, who))
    assert "小满" in types(who, words)


def test_a_dialogue_begun_before_the_consent_was_taken_back_does_not_go_on(store: Store, cast: Cast) -> None:
    types = Chats(store)
    assert "小满" in types("lin", "家访")
    with store.write() as session:
        withdraw_consent(session, cast.lin)
    assert "小满" not in types("lin", "1") + types("lin", "继续")
