"""Stand-in; see `buildbot._standin`."""
