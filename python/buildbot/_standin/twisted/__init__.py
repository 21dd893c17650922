"""Stand-in; see `buildbot._standin`."""

__version__ = '24.0.0'
