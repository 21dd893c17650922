"""An exception as a value."""

import sys
import traceback


class Failure(Exception):
    """See the module."""

    def __init__(self, exc_value=None, exc_type=None, exc_tb=None, captureVars=False):
        if exc_value is None:
            exc_type, exc_value, exc_tb = sys.exc_info()
        super().__init__(exc_value)
        self.value = exc_value
        self.type = exc_type or type(exc_value)
        self.tb = exc_tb or getattr(exc_value, '__traceback__', None)

    def check(self, *kinds):
        """The first of the types that the exception has, or None."""
        for kind in kinds:
            if isinstance(kind, str):
                if any(f'{base.__module__}.{base.__qualname__}' == kind for base in self.type.__mro__):
                    return kind
            elif isinstance(self.value, kind):
                return kind
        return None

    def trap(self, *kinds):
        """The same; raises when it has none of them."""
        found = self.check(*kinds)
        if found is None:
            self.raiseException()
        return found

    def raiseException(self):
        """Raises it."""
        raise self.value.with_traceback(self.tb)

    def getErrorMessage(self):
        """Its text."""
        return str(self.value)

    def getTraceback(self, elideFrameworkCode=0, detail='default'):
        """As Python prints it."""
        return ''.join(traceback.format_exception(self.type, self.value, self.tb))

    getBriefTraceback = getTraceback

    def printTraceback(self, file=None, elideFrameworkCode=False, detail='default'):
        """Prints it."""
        print(self.getTraceback(), file=file or sys.stderr, end='')
