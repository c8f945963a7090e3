"""The exceptions that are meant for the user rather than for the developer."""


class UserError(Exception):
    """Something the user can mend (a setting, a file, a device); shown without a traceback."""


class DamagedFile(UserError):
    """A file of results that cannot be used as it is; the message says what to do about it."""


def printable(text: str) -> str:
    """Return a line for a terminal: what would break or colour it, as Python writes it in texts."""
    return "".join(it if it.isprintable() else repr(it)[1:-1] for it in text)
