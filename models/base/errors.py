"""A refusal has words: `Refused` is a person's, `Misconfigured` an operator's; a bug stays an exception."""


class Refused(Exception):
    """What a person asked is not possible; `key` names the text that says why and what to do instead."""

    def __init__(self, key: str, /, **params: object) -> None:
        super().__init__(key)
        self.key = key
        self.params = params


class Misconfigured(Exception):
    """An operator's setting, file, row or option is wrong; the message names it and says what is allowed."""
