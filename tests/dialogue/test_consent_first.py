"""Nothing is shown before the person agreed; what anyone may use stays open."""

import pytest

from handlers.house import house_router
from handlers.said import Said
from models.base.store import Store
from models.roster.consent import has_consent, withdraw_consent
from tests.cast import OPENIDS, Cast


@pytest.mark.parametrize(("who", "words"), [("grandmother", "我的孩子"), ("lin", "走访记录 张小满"), ("lin", "家访")])
def test_who_has_not_agreed_is_asked_and_then_let_in(store: Store, cast: Cast, who: str, words: str) -> None:
    router, openid = house_router("青禾守望"), OPENIDS[who]
    with store.write() as session:
        withdraw_consent(session, getattr(cast, who))

    def types(text: str, cause: int) -> str:
        with store.write() as session:
            return router.answer(session, openid, Said(kind="text", text=text), cause) or ""

    asked = types(words, 1)
    assert "同意" in asked and "小满" not in asked
    assert "小满" not in types("2", 2)
    assert "小满" not in types(words, 3)
    types("1", 4)
    with store.read() as session:
        assert has_consent(session, getattr(cast, who))
    assert "小满" in types(words, 5)


def test_a_dialogue_begun_before_the_consent_was_taken_back_does_not_go_on(store: Store, cast: Cast) -> None:
    router = house_router("青禾守望")

    def types(text: str, cause: int) -> str:
        with store.write() as session:
            return router.answer(session, OPENIDS["lin"], Said(kind="text", text=text), cause) or ""

    assert "小满" in types("家访", 1)
    with store.write() as session:
        withdraw_consent(session, cast.lin)
    assert "小满" not in types("1", 2) + types("继续", 3)
