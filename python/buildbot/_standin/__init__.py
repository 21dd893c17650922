"""Stand-ins for the names of Twisted and zope.interface that configurations use, where the interpreter has not the real ones."""

import os
from importlib.util import spec_from_file_location

_DIRECTORY = os.path.dirname(os.path.abspath(__file__))


class Finder:
    """Comes last, so that it is asked only for what is not installed."""

    @staticmethod
    def find_spec(fullname, path=None, target=None):
        top = fullname.partition('.')[0]
        if top not in ('twisted', 'zope'):
            return None
        if path is not None and not any(str(entry).startswith(_DIRECTORY) for entry in path):
            return None        # the real package, without this module
        place = os.path.join(_DIRECTORY, *fullname.split('.'))
        if os.path.isdir(place):
            return spec_from_file_location(fullname, os.path.join(place, '__init__.py'),
                                           submodule_search_locations=[place])
        if os.path.exists(place + '.py'):
            return spec_from_file_location(fullname, place + '.py')
        raise ModuleNotFoundError(f'No module named {fullname!r}: the Python interpreter of the configuration has no '
                                  f'{top.capitalize()}, and Ferrobot stands in for its most common names only; install '
                                  'it in the virtual environment of the configuration', name=fullname)
