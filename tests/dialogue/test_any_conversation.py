"""Whatever is typed, whenever, however often it is delivered: what was read back is kept, once, for the right child."""

import json
import re
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from handlers.said import Said
from models.messaging import inbox
from tests.dialogue.conftest import World
from tests.dialogue.flows_for_tests import Entry, Pupil

NOTE = "奶奶腿疼作业写完了"
TYPED = ["小满", "小川", "昨天", "上周三", "前天", "电话", "视频", "１", "②", "三"]
OPENINGS = ["家访", "走访 小满", f"家访 小川 昨天 {NOTE}", f"电话 小满 上周三 {NOTE}", "家访 小满 前天"]
FORGETS = ("家访", "走访", "电话", "继续", "重来", "取消", "返回")
READ_BACK = re.compile("请看对不对：\n(.+?) · (.+?) · (.+?)\n“(.*)”")


class Conversation(RuleBasedStateMachine):
    """One mentor, one phone, and a platform that delivers again."""

    def __init__(self) -> None:
        super().__init__()
        self.screen = ""
        self.sent: list[tuple[str, Said, str]] = []
        self.kept = 0
        self.added = 0
        self.meant: str | None = None

    @initialize()
    def two_children(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.world = World(self.folder / "talk.db")
        self.world.pupils("小满", "小川")

    # -- what the person does

    @rule(
        line=st.sampled_from(
            ["家访", "走访 小满", f"家访 小川 昨天 {NOTE}", f"电话 小满 上周三 {NOTE}", "家访 小满 前天"]
        )
    )
    def opens(self, line: str) -> None:
        self.types(line)

    @rule(line=st.sampled_from([*TYPED, NOTE, "1", "2", "3", "4", "对", "更多", "大红花", "小"]))
    def answers(self, line: str) -> None:
        self.types(line)

    @rule(line=st.sampled_from(["返回", "返回", "取消", "撤销", "继续", "重来", "帮助", "课程", "排班"]))
    def says_a_word_that_means_the_same_everywhere(self, line: str) -> None:
        self.types(line)

    @rule(number=st.integers(1, 5))
    def follows_the_screen(self, number: int) -> None:
        for _ in range(number):
            self.types(NOTE if "看到了什么？" in self.screen else "1")

    @rule(meanwhile=st.integers(0, 5), first=st.sampled_from("12"))
    def logs_a_visit_while_the_list_changes(self, meanwhile: int, first: str) -> None:
        for line in ("取消", "取消", "取消", "取消", "家访"):
            self.types(line)
        for at, line in enumerate((first, "1", "1", NOTE, "1")):
            if at == meanwhile:
                self.another_child_comes_first_in_the_list()
            self.types(line)

    @rule()
    def sends_a_photo(self) -> None:
        self.deliver(f"m{len(self.sent)}", Said("image", media_id=f"photo{len(self.sent)}"))

    # -- what happens around her

    @rule(minutes=st.sampled_from([1, 9, 31, 60 * 24]))
    def time_passes(self, minutes: int) -> None:
        self.world.clock.on(minutes=minutes)

    @rule()
    def another_child_comes_first_in_the_list(self) -> None:
        self.added += 1
        self.world.pupils(f"上官{chr(ord('万') - self.added)}")  # each sorts before the one before

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def the_platform_delivers_again(self, data: st.DataObject) -> None:
        key, said, first = data.draw(st.sampled_from(self.sent))
        before = self.facts()
        assert self.receive(key, said) == first
        assert self.facts() == before

    # -- how it is carried

    def types(self, line: str) -> None:
        self.deliver(f"m{len(self.sent)}", Said("text", text=line))

    def deliver(self, key: str, said: Said) -> None:
        before, screen = len(self.world.entries()), self.screen
        self.screen = self.receive(key, said)
        self.sent.append((key, said, self.screen))
        self.remember_who_was_meant(screen, said)
        made = self.world.entries()[before:]
        assert len(made) == (1 if self.screen.startswith("记下了") else 0)
        if made:
            self.check_kept(screen, made[0])

    def receive(self, key: str, said: Said) -> str:
        world = self.world
        with world.store.write() as session:
            row, is_new = inbox.admit(session, key, "lin", said.kind)
            if is_new:
                words = world.router.answer(session, "lin", said, row.id) or ""
                inbox.settle(session, row, words, inbox.Route.REPLY)
            return row.answer

    def remember_who_was_meant(self, screen: str, said: Said) -> None:
        """A number is the child that stood beside it on the screen it answered."""
        lines = dict(re.findall(r"^(\d) (.+)$", screen, re.MULTILINE))
        number = {"１": "1", "②": "2", "三": "3"}.get(said.text, said.text)
        if screen.split("\n1 ")[0].endswith("看望了哪个孩子？回数字。") and number in lines:
            self.meant = lines[number]
        elif said.text in ("小满", "小川"):
            self.meant = said.text if "看望了哪个孩子？" in screen else self.meant
        elif said.text.startswith(FORGETS) or "继续　2 重来" in screen:
            self.meant = None

    def check_kept(self, screen: str, entry: Entry) -> None:
        read_back = READ_BACK.search(screen)
        assert read_back is not None, screen
        with self.world.store.read() as session:
            child = session.get_one(Pupil, entry.pupil_id).label
        assert read_back[1] == child
        assert self.meant in (None, child)
        assert read_back[2] == f"{entry.day.month}月{entry.day.day}日"
        photos = f"（照片{entry.photos.count(',') + 1}张）" if entry.photos else ""
        assert read_back[4] == self.world.note(entry) + photos

    def facts(self) -> object:
        return [entry.model_dump() for entry in self.world.entries()], self.world.state("lin")

    # -- what must always hold

    @invariant()
    def state_holds_no_typed_words(self) -> None:
        if not self.sent:
            return
        memory = json.loads(json.dumps(self.world.state("lin")))
        for state in [memory.get("now"), *memory.get("aside", [])]:
            if state:
                state.pop("opening")  # what nobody has claimed yet; gone once the text takes it
                state["answers"].pop("test.what", None)  # the text itself is the answer
                state["before"].pop("test.what", None)  # and stays for who comes back to it
        memory.pop("doubt", None)  # a line until it is said what it is
        kept = json.dumps(memory, ensure_ascii=False)
        assert not [word for word in [*TYPED, NOTE, "大红花"] if word in kept], kept

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        files = b"".join(path.read_bytes() for path in self.folder.iterdir())
        self.world.store.close()
        shutil.rmtree(self.folder)
        assert NOTE.encode() not in files


TestAnyConversation = Conversation.TestCase
TestAnyConversation.settings = settings(
    max_examples=20, stateful_step_count=20, suppress_health_check=list(HealthCheck)
)
