"""How a rule says no."""


class Refusal(Exception):
    """A command that may not be carried out: nothing has changed.

    `code` is noun and reason (`stage.moved_on`) and is what programs read. `text` is the English
    sentence for people; the web layer looks it up in the catalogue, then fills in `details`.
    `field` names the part of the command that was at fault, if one was.
    """

    def __init__(
        self, code: str, text: str, /, *, field: str | None = None, **details: str | int
    ) -> None:
        super().__init__(code)
        self.code = code
        self.text = text
        self.field = field
        self.details = details

    def __str__(self) -> str:
        return f"{self.code}: {self.text.format(**self.details)}"
