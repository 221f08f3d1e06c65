"""The table of phones as a person uses it: types, taps, opens; and what each phone shows."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import FrameLocator, Locator, Page, expect


class Table:
    """The phones page of a demo, in one browser page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        page.goto(url)

    def phone(self, key: str) -> "Phone":
        """One of the phones: teacher, grandmother, father, admin, approver, class_teacher."""
        phone = Phone(self.page, key)
        expect(phone.chat).to_be_visible()
        return phone

    def sunday_evening(self) -> None:
        """Turns the clock to the next Sunday, 19:30, with the button of the page."""
        self.page.get_by_test_id("clock-sunday").click()
        expect(self.page.get_by_test_id("clock")).to_contain_text("星期日")


class Phone:
    """One phone of the table."""

    def __init__(self, page: Page, key: str) -> None:
        self.key = key
        self._page = page
        self.element = page.get_by_test_id(f"phone-{key}")
        self.chat = page.get_by_test_id(f"bubbles-{key}")
        self.owner = self.element.locator(".owner")
        self.cards = self.chat.get_by_test_id("card")
        self.sheet = self.frame.get_by_test_id("sheet")

    @property
    def frame(self) -> FrameLocator:
        """The page that is open in this phone."""
        return self._page.frame_locator(f"[data-testid=frame-{self.key}]")

    @contextmanager
    def gets(self, words: str, times: int = 1) -> Iterator[None]:
        """What is done inside brings so many more cards and messages with these words; leaving waits for them."""
        with _grows(self.chat.locator("[data-direction=out]:not([data-kind=reply])").filter(has_text=words), times):
            yield

    def says(self, words: str, answer: str) -> Locator:
        """Types a line and sends it; the answer, which contains `answer`."""
        heard = self._heard(answer)
        with _grows(heard):
            self._tap("input").fill(words)
            self._tap("send").click()
        return heard.last

    def photographs(self, sample: str, answer: str) -> Locator:
        """Sends one of the sample pictures through + and 照片; the answer, which contains `answer`."""
        heard = self._heard(answer)
        with _grows(heard):
            self._tap("more").click()
            self._tap("photo").click()
            self._page.get_by_test_id(f"sample-{sample}").click()
        return heard.last

    def card(self, words: str) -> Locator:
        """The newest card with these words, once it is there."""
        card = self.cards.filter(has_text=words).last
        expect(card).to_be_visible()
        return card

    def opens(self, words: str) -> Locator:
        """Opens the newest card with these words; the sheet of the page behind it."""
        self.card(words).get_by_test_id("card-open").click()
        expect(self.sheet).to_be_visible()
        return self.sheet

    def presses(self) -> Locator:
        """Presses the one button of the open page; what the page says then."""
        self.frame.get_by_test_id("answer").click()
        done = self.frame.get_by_test_id("done")
        expect(done).to_be_visible()
        return done

    def closes(self) -> None:
        """Closes the open page."""
        self._tap("page-close").click()

    def _heard(self, answer: str) -> Locator:
        return self.chat.locator("[data-direction=out]").filter(has_text=answer)

    def _tap(self, what: str) -> Locator:
        return self._page.get_by_test_id(f"{what}-{self.key}")


@contextmanager
def _grows(found: Locator, times: int = 1) -> Iterator[None]:
    before = found.count()
    yield
    expect(found).to_have_count(before + times)
