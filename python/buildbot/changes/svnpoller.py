"""`SVNPoller` and the functions that split the paths of a Subversion repository."""

from buildbot._modules import complete


def split_file_alwaystrunk(path):
    """No branches: the whole path is a file's."""
    return {'path': path}


def split_file_branches(path):
    """`trunk/FILE` and `branches/NAME/FILE`; None for anything else."""
    first, slash, rest = path.partition('/')
    if first == 'trunk' and slash:
        return None, rest
    if first == 'branches':
        name, slash, file = rest.partition('/')
        if slash:
            return f'branches/{name}', file
    return None


def split_file_projects_branches(path):
    """The same below a directory per project."""
    project, slash, rest = path.partition('/')
    split = split_file_branches(rest) if slash else None
    if split is None:
        return None
    branch, file = split
    found = {'project': project, 'path': file}
    if branch:
        found['branch'] = branch
    return found


complete(globals())
