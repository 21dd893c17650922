"""Result codes and what follows from them."""

from buildbot._modules import complete

ALL_RESULTS = list(range(7))
SUCCESS, WARNINGS, FAILURE, SKIPPED, EXCEPTION, RETRY, CANCELLED = ALL_RESULTS
Results = ['success', 'warnings', 'failure', 'skipped', 'exception', 'retry', 'cancelled']
MultipleResults = ['successes', 'warnings', 'failures', 'skipped', 'exceptions', 'retries', 'cancelled']

# From the best to the worst.
_ORDER = (SKIPPED, SUCCESS, WARNINGS, FAILURE, EXCEPTION, RETRY, CANCELLED)


def statusToString(status, count=1):
    """The word for a code."""
    if status is None:
        return 'not finished'
    if not 0 <= status < len(Results):
        return 'Invalid status'
    return Results[status] if count <= 1 else MultipleResults[status]


def worst_status(a, b):
    """The worse of two codes."""
    return max(a, b, key=_ORDER.index)


def computeResultAndTermination(obj, result, previousResult):
    """What a build's result becomes after a step with these flags, and whether the build ends."""
    possible, terminate = result, False
    if result == FAILURE:
        if not obj.flunkOnFailure:
            possible = SUCCESS
        if obj.warnOnFailure:
            possible = WARNINGS
        if obj.flunkOnFailure:
            possible = FAILURE
        terminate = bool(obj.haltOnFailure)
    elif result == WARNINGS:
        possible = WARNINGS if obj.warnOnWarnings else SUCCESS
        if obj.flunkOnWarnings:
            possible = FAILURE
    elif result in (EXCEPTION, RETRY, CANCELLED):
        terminate = True
    return worst_status(previousResult, possible), terminate


complete(globals())
