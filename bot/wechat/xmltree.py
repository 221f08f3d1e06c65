"""Bytes to a small tree of elements, whatever the bytes: bounded in size, depth and count, without DTD or entities."""

from dataclasses import dataclass, field
from xml.parsers import expat

from bot.wechat.bad_callback import BadCallback

MAX_BYTES = 64 * 1024
MAX_DEPTH = 8
MAX_ELEMENTS = 256


@dataclass(slots=True)
class Node:
    """One element: its own text, and its children by their names, those of one name in order."""

    text: str = ""
    children: dict[str, list["Node"]] = field(default_factory=dict)

    def child(self, name: str) -> "Node | None":
        """The child of that name. Raises BadCallback where there are two: which of them would be meant?"""
        found = self.children.get(name)
        if found is None:
            return None
        if len(found) > 1:
            raise BadCallback("repeated_field")
        return found[0]

    def value(self, name: str) -> str:
        """The text of the child of that name, '' where there is none."""
        found = self.child(name)
        return found.text if found else ""

    def all(self, name: str) -> list["Node"]:
        """Every element of that name below this one."""
        below = [inner for named in self.children.values() for child in named for inner in child.all(name)]
        return self.children.get(name, []) + below


class _Builder:
    def __init__(self) -> None:
        self.root = Node()
        self._open = [self.root]
        self._count = 0

    def start(self, name: str, attributes: list[str]) -> None:
        self._count += 1
        if len(self._open) > MAX_DEPTH:
            raise BadCallback("too_deep")
        if self._count > MAX_ELEMENTS:
            raise BadCallback("too_many_elements")
        if attributes:
            raise BadCallback("attributes")
        node = Node()
        self._open[-1].children.setdefault(name, []).append(node)
        self._open.append(node)

    def end(self, _name: str) -> None:
        self._open.pop()

    def text(self, data: str) -> None:
        self._open[-1].text += data


def _refuse(*_: object) -> None:
    raise BadCallback("dtd_or_instruction")


def read(body: bytes) -> Node:
    """The root element `<xml>` of a body of at most 64 KiB UTF-8. Raises BadCallback for anything else."""
    if len(body) > MAX_BYTES:
        raise BadCallback("too_large")
    builder = _Builder()
    # The encoding is ours to say: a declaration inside the body cannot choose another decoder.
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.buffer_size = MAX_BYTES
    parser.ordered_attributes = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ProcessingInstructionHandler = _refuse
    try:
        body.decode()  # expat would take UTF-16 behind its byte order mark
        parser.Parse(body, True)
    except (expat.ExpatError, UnicodeDecodeError) as error:
        raise BadCallback("not_xml") from error
    root = builder.root.child("xml")
    if root is None:
        raise BadCallback("not_xml")
    return root
