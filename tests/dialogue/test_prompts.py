"""What a prompt takes for itself never takes the place of a fact that its text speaks of."""

import pytest

from handlers.prompts import Confirm, Pick, Text
from models.base import texts


@pytest.fixture(autouse=True)
def a_text_with_a_name_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "all_texts", lambda: {"shop.which": "{name}要哪一个？"})


def test_a_fact_that_a_prompt_would_take_for_itself_is_refused_when_it_is_made() -> None:
    with pytest.raises(TypeError, match=r"shop\.which: Pick takes name for itself"):
        Pick("shop.which", ["一", "二"], name=lambda word: word)


def test_a_fact_is_given_to_a_prompt_that_has_no_such_parameter() -> None:
    assert Text("shop.which", name="小满").params == Confirm("shop.which", name="小满").params == {"name": "小满"}
