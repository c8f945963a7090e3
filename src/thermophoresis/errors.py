"""The one exception that is meant for the user rather than for the developer."""


class UserError(Exception):
    """Something the user can mend (a setting, a file, a device); shown without a traceback."""
