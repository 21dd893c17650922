"""Which names the plugin namespaces have, and where they come from.

Names that are not in the table are looked for among the entry points of installed packages (`buildbot.steps` and so on).
"""

import importlib

from buildbot._modules import complete

# Namespace, module below `buildbot`, names; `name:attribute` where they differ.
_TABLE = {
    'changes': {
        'changes.bitbucket': 'BitbucketPullrequestPoller',
        'changes.mail': 'BzrLaunchpadEmailMaildirSource CVSMaildirSource MaildirSource SVNCommitEmailMaildirSource',
        'changes.gerritchangesource': 'GerritChangeSource GerritEventLogPoller',
        'changes.github': 'GitHubPullrequestPoller',
        'changes.gitpoller': 'GitPoller',
        'changes.hgpoller': 'HgPoller',
        'changes.p4poller': 'P4Source',
        'changes.pb': 'PBChangeSource',
        'changes.svnpoller': 'SVNPoller',
    },
    'machine': {
        'machine.base': 'Machine',
    },
    'reporters': {
        'reporters.bitbucketserver':
        'BitbucketServerCoreAPIStatusPush BitbucketServerPRCommentPush BitbucketServerStatusPush',
        'reporters.bitbucket': 'BitbucketStatusPush',
        'reporters.generators.buildrequest': 'BuildRequestGenerator',
        'reporters.generators.buildset': 'BuildSetCombinedStatusGenerator BuildSetStatusGenerator',
        'reporters.generators.build': 'BuildStartEndStatusGenerator BuildStatusGenerator',
        'reporters.gerrit': 'GerritStatusPush',
        'reporters.gerrit_verify_status': 'GerritVerifyStatusPush',
        'reporters.github': 'GitHubCommentPush GitHubStatusPush',
        'reporters.gitlab': 'GitLabStatusPush',
        'reporters.http': 'HttpStatusPush',
        'reporters.irc': 'IRC',
        'reporters.mail': 'MailNotifier',
        'reporters.message':
        'MessageFormatter MessageFormatterEmpty MessageFormatterFunction MessageFormatterFunctionRaw '
        'MessageFormatterMissingWorker MessageFormatterRenderable',
        'reporters.pushjet': 'PushjetNotifier',
        'reporters.pushover': 'PushoverNotifier',
        'reporters.telegram': 'TelegramBot',
        'reporters.generators.worker': 'WorkerMissingGenerator',
        'reporters.zulip': 'ZulipStatusPush',
    },
    'schedulers': {
        'schedulers.basic': 'AnyBranchScheduler SingleBranchScheduler',
        'schedulers.dependent': 'Dependent',
        'schedulers.forcesched': 'ForceScheduler',
        'schedulers.timed': 'Nightly NightlyTriggerable Periodic',
        'schedulers.triggerable': 'Triggerable',
        'schedulers.trysched': 'Try_Jobdir Try_Userpass',
    },
    'secrets': {
        'secrets.providers.vault_hvac':
        'HashiCorpVaultKvSecretProvider VaultAuthenticatorApprole VaultAuthenticatorToken',
        'secrets.providers.file': 'SecretInAFile',
        'secrets.providers.passwordstore': 'SecretInPass',
    },
    'steps': {
        'steps.master': 'Assert LogRenderable MasterShellCommand SetProperties SetProperty',
        'steps.python': 'BuildEPYDoc PyFlakes PyLint Sphinx',
        'process.buildstep': 'BuildStep',
        'steps.configurable': 'BuildbotCiSetupSteps BuildbotTestCiTrigger',
        'steps.source.bzr': 'Bzr',
        'steps.cmake': 'CMake',
        'steps.source.cvs': 'CVS',
        'steps.shell':
        'Compile Configure PerlModuleTest SetPropertyFromCommand ShellCommand Test TreeSize '
        'WarningCountingShellCommand',
        'steps.worker': 'CopyDirectory FileExists MakeDirectory RemoveDirectory SetPropertiesFromEnv',
        'steps.cppcheck': 'Cppcheck',
        'steps.http': 'DELETE GET HEAD HTTPStep OPTIONS POST PUT',
        'steps.source.darcs': 'Darcs',
        'steps.package.deb.pbuilder': 'DebCowbuilder DebPbuilder UbuCowbuilder UbuPbuilder',
        'steps.package.deb.lintian': 'DebLintian',
        'steps.transfer':
        'DirectoryUpload FileDownload FileUpload JSONPropertiesDownload JSONStringDownload MultipleFileUpload '
        'StringDownload',
        'steps.source.gerrit': 'Gerrit',
        'steps.source.git': 'Git GitCommit GitPush GitTag',
        'steps.gitdiffinfo': 'GitDiffInfo',
        'steps.source.github': 'GitHub',
        'steps.source.gitlab': 'GitLab',
        'steps.python_twisted': 'HLint RemovePYCs Trial',
        'steps.maxq': 'MaxQ',
        'steps.source.mercurial': 'Mercurial',
        'steps.package.rpm.mock': 'Mock MockBuildSRPM MockRebuild',
        'steps.source.mtn': 'Monotone',
        'steps.vstudio':
        'MsBuild MsBuild12 MsBuild14 MsBuild141 MsBuild15 MsBuild16 MsBuild17 MsBuild4 VC10 VC11 VC12 VC14 VC141 '
        'VC6 VC7 VC8 VC9 VCExpress9 VS2003 VS2005 VS2008 VS2010 VS2012 VS2013 VS2015 VS2017 VS2019 VS2022',
        'steps.source.p4': 'P4',
        'steps.source.repo': 'Repo',
        'steps.mswin': 'Robocopy',
        'steps.package.rpm.rpmbuild': 'RpmBuild',
        'steps.package.rpm.rpmlint': 'RpmLint',
        'steps.source.svn': 'SVN',
        'steps.shellsequence': 'ShellSequence',
        'steps.subunit': 'SubunitShellCommand',
        'steps.trigger': 'Trigger',
    },
    'util': {
        'www.authz.endpointmatchers':
        'AnyControlEndpointMatcher AnyEndpointMatcher EnableSchedulerEndpointMatcher ForceBuildEndpointMatcher '
        'RebuildBuildEndpointMatcher StopBuildEndpointMatcher',
        'schedulers.forcesched':
        'AnyPropertyParameter BooleanParameter ChoiceStringParameter CodebaseParameter FileParameter FixedParameter '
        'InheritBuildParameter IntParameter NestedParameter ParameterGroup PatchParameter StringParameter '
        'TextParameter UserNameParameter WorkerChoiceParameter',
        'manhole': 'AuthorizedKeysManhole PasswordManhole TelnetManhole',
        'www.authz': 'Authz fnmatchStrMatcher reStrMatcher',
        'www.avatar': 'AvatarGitHub AvatarGravatar',
        'process.factory': 'BasicBuildFactory BasicSVN BuildFactory CPAN Distutils GNUAutoconf QuickBuildFactory Trial',
        'www.oauth2': 'BitbucketAuth GitHubAuth GitLabAuth GoogleAuth KeyCloakAuth',
        'config.builder': 'BuilderConfig',
        'process.results': 'CANCELLED EXCEPTION FAILURE RETRY Results SKIPPED SUCCESS WARNINGS',
        'changes.filter': 'ChangeFilter',
        'process.codebase': 'Codebase',
        'process.users.manual': 'CommandlineUserManager',
        'worker.libvirt': 'Connection',
        'www.auth': 'CustomAuth HTPasswdAuth RemoteUserAuth UserPasswordAuth',
        'db.dbconfig': 'DbConfig',
        'schedulers.canceller_buildset': 'FailingBuildsetCanceller',
        'process.properties': 'FlattenList Interpolate Property Secret Transform WithProperties renderer',
        'changes.gerritchangesource': 'GerritChangeFilter',
        'util.git_credential': 'GitCredentialInputRenderer GitCredentialOptions',
        'configurators.janitor': 'JanitorConfigurator',
        'util.kubeclientservice': 'KubeCtlProxyConfigLoader KubeHardcodedConfig KubeInClusterConfigLoader',
        'www.ldapuserinfo': 'LdapUserInfo',
        'process.logobserver': 'LogLineObserver',
        'locks': 'MasterLock WorkerLock',
        'schedulers.canceller': 'OldBuildCanceller',
        'process.project': 'Project',
        'revlinks': 'RevlinkMatch',
        'www.authz.roles': 'RolesFromDomain RolesFromEmails RolesFromGroups RolesFromOwner RolesFromUsername',
        'steps.shellsequence': 'ShellArg',
        'util.ssfilter': 'SourceStampFilter',
        'reporters.utils': 'URLForBuild',
        'process.builder': 'enforceChosenWorker',
        'steps.source.repo':
        'repo.DownloadsFromChangeSource:RepoDownloadsFromChangeSource '
        'repo.DownloadsFromProperties:RepoDownloadsFromProperties',
        'changes.svnpoller': 'svn.split_file_alwaystrunk svn.split_file_branches svn.split_file_projects_branches',
    },
    'webhooks': {
        'www.hooks.base': 'base',
        'www.hooks.bitbucket': 'bitbucket',
        'www.hooks.bitbucketcloud': 'bitbucketcloud',
        'www.hooks.bitbucketserver': 'bitbucketserver',
        'www.hooks.github': 'github',
        'www.hooks.gitlab': 'gitlab',
        'www.hooks.gitorious': 'gitorious',
        'www.hooks.poller': 'poller',
    },
    'worker': {
        'worker.docker': 'DockerLatentWorker',
        'worker.ec2': 'EC2LatentWorker',
        'worker.kubernetes': 'KubeLatentWorker',
        'worker.libvirt': 'LibVirtWorker',
        'worker.local': 'LocalWorker',
        'worker.openstack': 'OpenStackLatentWorker',
        'worker.base': 'Worker',
    },
    'status': {
        'status.mail': 'MailNotifier',
        'status.words': 'IRC',
        'status.client': 'PBListener',
        'status.html': 'WebStatus',
        'status.github': 'GitHubStatus',
        'status.status_push': 'HttpStatusPush',
        'status.status_gerrit': 'GerritStatusPush',
    },
    'buildslave': {
        'buildslave': 'BuildSlave',
        'worker.local': 'LocalBuildSlave:LocalWorker',
        'worker.ec2': 'EC2LatentBuildSlave:EC2LatentWorker',
        'worker.libvirt': 'LibVirtSlave:LibVirtWorker',
        'worker.openstack': 'OpenStackLatentBuildSlave:OpenStackLatentWorker',
        'worker.docker': 'DockerLatentBuildSlave:DockerLatentWorker',
    },
}


class _Node:
    """Names below a dotted prefix, as in `util.svn.split_file_branches`."""

    def __init__(self, namespace, prefix):
        self._namespace = namespace
        self._prefix = prefix

    def __getattr__(self, name):
        if name[:1] == '_':
            raise AttributeError(name)
        value = self._namespace._find(self._prefix + name)
        setattr(self, name, value)
        return value

    def __dir__(self):
        start = self._prefix
        return sorted({name[len(start):].partition('.')[0] for name in self._namespace.names if name.startswith(start)})


class _Plugins(_Node):
    """One namespace."""

    def __init__(self, namespace):
        super().__init__(self, '')
        self._name = namespace
        self._table = {}
        for module, names in _TABLE.get(namespace, {}).items():
            for name in names.split():
                name, _, attribute = name.partition(':')
                self._table[name] = (module, attribute or name.rpartition('.')[2])

    @property
    def namespace(self):
        """Its name."""
        return self._name

    @property
    def names(self):
        """All names in it, dotted ones included."""
        return sorted(set(self._table) | set(self._installed()))

    def get(self, name):
        """The plugin of this name."""
        found = self
        for part in name.split('.'):
            found = getattr(found, part)
        return found

    def info(self, name):
        """Where it comes from."""
        return (name, 'buildbot', '4.3.0') if name in self._table else (name, 'unknown', 'unknown')

    def info_all(self):
        """The same of all names."""
        return {name: self.info(name) for name in self.names}

    def _find(self, name):
        if name in self._table:
            module, attribute = self._table[name]
            return getattr(importlib.import_module(f'buildbot.{module}'), attribute)
        if any(known.startswith(name + '.') for known in self._table):
            return _Node(self, name + '.')
        installed = self._installed()
        if name in installed:
            return installed[name].load()
        if any(known.startswith(name + '.') for known in installed):
            return _Node(self, name + '.')
        raise AttributeError(f"unknown component name: there is no {name!r} in buildbot.plugins.{self._name}, "
                             "and no installed package adds it")

    def _installed(self):
        from importlib import metadata
        group = f'buildbot.{self._name}'
        points = metadata.entry_points()
        points = points.select(group=group) if hasattr(points, 'select') else points.get(group, ())
        # Those of Buildbot itself, where it is installed, are in the table.
        return {point.name: point for point in points if not point.value.startswith('buildbot.')}


_namespaces = {}


def get_plugins(namespace, interface=None, check_extras=True, load_now=False):
    """The namespace of this name."""
    if namespace not in _namespaces:
        _namespaces[namespace] = _Plugins(namespace)
    return _namespaces[namespace]


def namespaces():
    """The names of all namespaces."""
    return sorted(_TABLE)


def info():
    """Where everything comes from."""
    return {namespace: get_plugins(namespace).info_all() for namespace in namespaces()}


complete(globals())
