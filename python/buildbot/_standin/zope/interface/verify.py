"""Nothing is verified."""


def verifyObject(interface, candidate, tentative=0):
    """True."""
    return True


def verifyClass(interface, candidate, tentative=0):
    """True."""
    return True
