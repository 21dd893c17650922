"""Where in the user's files something happens."""

import os

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
    function = getattr(function, '__wrapped__', function)
    function = getattr(function, '__func__', function)
    function = getattr(function, 'func', function)          # functools.partial
    code = getattr(function, '__code__', None)
    if code is None:
        code = getattr(getattr(type(function), '__call__', None), '__code__', None)
    if code is None and isinstance(function, type):
        code = getattr(getattr(function, '__init__', None), '__code__', None)
    if code is None or code.co_filename.startswith(PACKAGE):
        return '', 0
    return code.co_filename, code.co_firstlineno
