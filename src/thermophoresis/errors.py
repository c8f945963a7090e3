"""The one exception that is meant for the user rather than for the developer."""


class UserError(Exception):
    """Something the user can mend (a setting, a file, a device); shown without a traceback."""


def printable(text: str) -> str:
    """Return a line for a terminal: what would break or colour it, as Python writes it in texts."""
    return "".join(it if it.isprintable() else repr(it)[1:-1] for it in text)
