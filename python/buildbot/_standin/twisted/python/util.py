"""Small helpers."""

import os


def sibpath(path, sibling):
    """A file beside another."""
    return os.path.join(os.path.dirname(os.path.abspath(path)), sibling)
