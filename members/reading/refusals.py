"""Saying no to a whole file, inside the child."""

from members.logic.flaws import Params


class Refused(Exception):
    """The file cannot be read; `code` and `params` make the sentence."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: Params = params
