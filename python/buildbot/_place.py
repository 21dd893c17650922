"""Where in the user's files something happens."""

import os
import types

PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep


def place_of_caller(frame):
    """File and line of the innermost frame, from `frame` outwards, that is not this package's."""
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.startswith(PACKAGE) and not name.startswith('<frozen '):
            return name, frame.f_lineno
        frame = frame.f_back
    return '', 0


def place_of_function(function):
    """File and line where a function or a class is defined, as far as Python knows."""
    for name in ('__wrapped__', '__func__', 'func'):        # decorated, bound, functools.partial
        inner = getattr(function, name, None)
        function = inner if callable(inner) else function
    for holder in (function, getattr(type(function), '__call__', None), getattr(function, '__init__', None)):
        code = getattr(holder, '__code__', None)
        # Some objects have every attribute that they are asked for.
        if isinstance(code, types.CodeType):
            return ('', 0) if code.co_filename.startswith(PACKAGE) else (code.co_filename, code.co_firstlineno)
    return '', 0
