"""Messages go to the master's log."""

import sys
import traceback


class Logger:
    """Formats as `str.format` does."""

    def __init__(self, namespace=None, source=None, observer=None):
        self.namespace = namespace

    def __get__(self, instance, owner=None):
        return self

    def _write(self, stream, text, values):
        try:
            text = text.format(**values) if text else str(values)
        except (KeyError, IndexError, AttributeError, ValueError):
            text = f'{text} {values}'
        print(text, file=stream)

    def debug(self, format=None, **values):
        """Is left out."""

    def info(self, format=None, **values):
        """Logs."""
        self._write(sys.stdout, format, values)

    def warn(self, format=None, **values):
        """Logs as an error."""
        self._write(sys.stderr, format, values)

    error = critical = warn

    def failure(self, format, failure=None, level=None, **values):
        """Logs with the traceback."""
        self._write(sys.stderr, format, values)
        print(failure.getTraceback() if failure is not None else traceback.format_exc(), file=sys.stderr)
