"""The public names of every module: what `import` finds. Read by `_modules`.

One string a module, of tokens: `Name(Base,…)` is a class, `Name~` a class without a base of this package, `name()` a function,
`IName!` an interface, `NAME:literal` a constant, `name?` an object, `name=dotted` another module's name, or a module.

Kept by hand. `tests/test_names.py` holds it against `tests/reference.json`, which was read off Buildbot 4.3.0 by importing it;
the names of older versions (`buildbot.status`, `buildbot.buildslave`) are ours alone.
"""

MODULES = {
    'buildbot.buildbot_net_usage_data':
    "PHONE_HOME_URL:'https://events.buildbot.net/events/phone_home' linux_distribution() get_distro() getName() "
    'countPlugins() basicData() fullData() computeUsageData() sendBuildbotNetUsageData() '
    'unicode2bytes=buildbot.util.unicode2bytes get_environment_versions=buildbot.www.config.get_environment_versions',
    'buildbot.buildrequest':
    'BuildRequest=buildbot.process.buildrequest.BuildRequest',
    'buildbot.buildslave':
    'BuildSlave(buildbot.worker.base.Worker) AbstractBuildSlave=buildbot.worker.base.AbstractWorker '
    'AbstractLatentBuildSlave=buildbot.worker.latent.AbstractLatentWorker',
    'buildbot.changes': '',
    'buildbot.changes.base':
    'ChangeSource(buildbot.util.service.ClusteredBuildbotService) ReconfigurablePollingChangeSource(ChangeSource) '
    'config=buildbot.config IChangeSource=buildbot.interfaces.IChangeSource service=buildbot.util.service '
    'poll_method=buildbot.util.poll.method',
    'buildbot.changes.bitbucket':
    'BitbucketPullrequestPoller(buildbot.changes.base.ReconfigurablePollingChangeSource,buildbot.util.pullrequest.PullRequestMixin) '
    'base=buildbot.changes.base bytes2unicode=buildbot.util.bytes2unicode datetime2epoch=buildbot.util.datetime2epoch '
    'deferredLocked=buildbot.util.misc.deferredLocked epoch2datetime=buildbot.util.epoch2datetime '
    'httpclientservice=buildbot.util.httpclientservice PullRequestMixin=buildbot.util.pullrequest.PullRequestMixin',
    'buildbot.changes.changes':
    'Change~ util=buildbot.util Properties=buildbot.process.properties.Properties '
    'datetime2epoch=buildbot.util.datetime2epoch',
    'buildbot.changes.filter':
    'NotABranch? ChangeFilter(buildbot.util.ComparableMixin) ComparableMixin=buildbot.util.ComparableMixin',
    'buildbot.changes.gerritchangesource':
    'GerritChangeFilter(buildbot.changes.filter.ChangeFilter) '
    'GerritChangeSourceBase(buildbot.changes.base.ChangeSource,buildbot.util.pullrequest.PullRequestMixin) '
    'GerritSshStreamEventsConnector~ GerritHttpEventLogPollerConnector~ extract_gerrit_event_time() '
    'build_gerrit_event_hash() is_event_valid() GerritChangeSource(GerritChangeSourceBase) '
    'GerritEventLogPoller(GerritChangeSourceBase) config=buildbot.config util=buildbot.util base=buildbot.changes.base '
    'ChangeFilter=buildbot.changes.filter.ChangeFilter check_param_int=buildbot.config.checks.check_param_int '
    'check_param_int_none=buildbot.config.checks.check_param_int_none bytes2unicode=buildbot.util.bytes2unicode '
    'deferwaiter=buildbot.util.deferwaiter httpclientservice=buildbot.util.httpclientservice '
    'runprocess=buildbot.util.runprocess watchdog=buildbot.util.watchdog '
    'LineProcessProtocol=buildbot.util.protocol.LineProcessProtocol '
    'PullRequestMixin=buildbot.util.pullrequest.PullRequestMixin',
    'buildbot.changes.github':
    "HOSTED_BASE_URL:'https://api.github.com' link_urls? "
    'GitHubPullrequestPoller(buildbot.changes.base.ReconfigurablePollingChangeSource,buildbot.util.state.StateMixin,buildbot.util.pullrequest.PullRequestMixin) '
    'config=buildbot.config base=buildbot.changes.base bytes2unicode=buildbot.util.bytes2unicode '
    'datetime2epoch=buildbot.util.datetime2epoch httpclientservice=buildbot.util.httpclientservice '
    'PullRequestMixin=buildbot.util.pullrequest.PullRequestMixin StateMixin=buildbot.util.state.StateMixin',
    'buildbot.changes.gitpoller':
    'GitError(Exception) '
    'GitPoller(buildbot.changes.base.ReconfigurablePollingChangeSource,buildbot.util.state.StateMixin,buildbot.util.git.GitMixin) '
    'config=buildbot.config base=buildbot.changes.base Codebase=buildbot.process.codebase.Codebase '
    'bytes2unicode=buildbot.util.bytes2unicode giturlparse=buildbot.util.giturlparse.giturlparse '
    'private_tempdir=buildbot.util.private_tempdir runprocess=buildbot.util.runprocess '
    'unicode2bytes=buildbot.util.unicode2bytes GitMixin=buildbot.util.git.GitMixin '
    'GitServiceAuth=buildbot.util.git.GitServiceAuth check_ssh_config=buildbot.util.git.check_ssh_config '
    'GitCredentialOptions=buildbot.util.git_credential.GitCredentialOptions '
    'add_user_password_to_credentials=buildbot.util.git_credential.add_user_password_to_credentials '
    'StateMixin=buildbot.util.state.StateMixin async_to_deferred=buildbot.util.twisted.async_to_deferred',
    'buildbot.changes.hgpoller':
    'HgPoller(buildbot.changes.base.ReconfigurablePollingChangeSource,buildbot.util.state.StateMixin) '
    'config=buildbot.config base=buildbot.changes.base bytes2unicode=buildbot.util.bytes2unicode '
    'deferredLocked=buildbot.util.misc.deferredLocked runprocess=buildbot.util.runprocess '
    'StateMixin=buildbot.util.state.StateMixin',
    'buildbot.changes.mail':
    'MaildirSource(buildbot.util.maildir.MaildirService,buildbot.util.ComparableMixin) CVSMaildirSource(MaildirSource) '
    'SVNCommitEmailMaildirSource(MaildirSource) BzrLaunchpadEmailMaildirSource(MaildirSource) parseLaunchpadDate() '
    'util=buildbot.util IChangeSource=buildbot.interfaces.IChangeSource MaildirService=buildbot.util.maildir.MaildirService',
    'buildbot.changes.manager':
    'ChangeManager(buildbot.process.measured_service.MeasuredBuildbotServiceManager) '
    'MeasuredBuildbotServiceManager=buildbot.process.measured_service.MeasuredBuildbotServiceManager',
    'buildbot.changes.p4poller':
    'P4PollerError(Exception) TicketLoginProtocol~ get_simple_split() '
    'P4Source(buildbot.changes.base.ReconfigurablePollingChangeSource,buildbot.util.ComparableMixin) config=buildbot.config '
    'util=buildbot.util base=buildbot.changes.base bytes2unicode=buildbot.util.bytes2unicode '
    'runprocess=buildbot.util.runprocess',
    'buildbot.changes.pb':
    'ChangePerspective(buildbot.pbutil.NewCredPerspective) PBChangeSource(buildbot.changes.base.ChangeSource) '
    'config=buildbot.config base=buildbot.changes.base NewCredPerspective=buildbot.pbutil.NewCredPerspective',
    'buildbot.changes.svnpoller':
    'split_file_alwaystrunk() split_file_branches() split_file_projects_branches() '
    'SVNPoller(buildbot.changes.base.ReconfigurablePollingChangeSource,buildbot.util.ComparableMixin) util=buildbot.util '
    'base=buildbot.changes.base bytes2unicode=buildbot.util.bytes2unicode runprocess=buildbot.util.runprocess',
    'buildbot.clients': '',
    'buildbot.clients.sendchange':
    'Sender~ unicode2bytes=buildbot.util.unicode2bytes',
    'buildbot.clients.tryclient':
    'SourceStamp~ output() SourceStampExtractor~ CVSExtractor(SourceStampExtractor) SVNExtractor(SourceStampExtractor) '
    'BzrExtractor(SourceStampExtractor) MercurialExtractor(SourceStampExtractor) PerforceExtractor(SourceStampExtractor) '
    'DarcsExtractor(SourceStampExtractor) GitExtractor(SourceStampExtractor) MonotoneExtractor(SourceStampExtractor) '
    'getSourceStamp() ns() createJobfile() getTopdir() RemoteTryPP~ FakeBuildSetStatus~ Try~ '
    'SUCCESS=buildbot.process.results.SUCCESS Results=buildbot.process.results.Results '
    'bytes2unicode=buildbot.util.bytes2unicode now=buildbot.util.now unicode2bytes=buildbot.util.unicode2bytes '
    'fireEventually=buildbot.util.eventual.fireEventually',
    'buildbot.clients.usersclient':
    'UsersClient~',
    'buildbot.config':
    'BuilderConfig=buildbot.config.builder.BuilderConfig ConfigErrors=buildbot.config.errors.ConfigErrors '
    'error=buildbot.config.errors.error',
    'buildbot.config.builder':
    'RESERVED_UNDERSCORE_NAMES? BuilderConfig(buildbot.util.config.ConfiguredMixin) '
    'check_markdown_support=buildbot.config.checks.check_markdown_support '
    'check_param_length=buildbot.config.checks.check_param_length '
    'check_param_str_none=buildbot.config.checks.check_param_str_none error=buildbot.config.errors.error '
    'model_config=buildbot.db.model_config bytes2unicode=buildbot.util.bytes2unicode util_config=buildbot.util.config '
    'safeTranslate=buildbot.util.safeTranslate',
    'buildbot.config.checks':
    'check_param_length() check_param_type() check_param_bool() check_param_str() check_param_str_none() check_param_int() '
    'check_param_int_none() check_param_number_none() check_markdown_support() error=buildbot.config.errors.error',
    'buildbot.config.errors':
    'ConfigErrors(Exception) error() capture_config_errors()',
    'buildbot.config.master':
    "default_revlink_matcher? DEFAULT_DB_URL:'sqlite:///state.sqlite' set_is_in_unit_tests() get_is_in_unit_tests() "
    'loadConfigDict() FileLoader(buildbot.util.ComparableMixin) DBConfig~ MasterConfig(buildbot.util.ComparableMixin) '
    'interfaces=buildbot.interfaces locks=buildbot.locks util=buildbot.util '
    'BuilderConfig=buildbot.config.builder.BuilderConfig ConfigErrors=buildbot.config.errors.ConfigErrors '
    'capture_config_errors=buildbot.config.errors.capture_config_errors error=buildbot.config.errors.error '
    'ZStdCompressor=buildbot.db.compression.zstd.ZStdCompressor IProperties=buildbot.interfaces.IProperties '
    'IRenderable=buildbot.interfaces.IRenderable Codebase=buildbot.process.codebase.Codebase '
    'Project=buildbot.process.project.Project ComparableMixin=buildbot.util.ComparableMixin '
    'util_identifiers=buildbot.util.identifiers util_service=buildbot.util.service '
    'ConfigWarning=buildbot.warnings.ConfigWarning auth=buildbot.www.auth avatar=buildbot.www.avatar '
    'authz=buildbot.www.authz.authz',
    'buildbot.configurators':
    'ConfiguratorBase~ IConfigurator=buildbot.interfaces.IConfigurator',
    'buildbot.configurators.janitor':
    "JANITOR_NAME:'__Janitor' now() LogChunksJanitor(buildbot.process.buildstep.BuildStep) "
    'BuildDataJanitor(buildbot.process.buildstep.BuildStep) JanitorConfigurator(buildbot.configurators.ConfiguratorBase) '
    'BuilderConfig=buildbot.config.builder.BuilderConfig ConfiguratorBase=buildbot.configurators.ConfiguratorBase '
    'BuildStep=buildbot.process.buildstep.BuildStep BuildFactory=buildbot.process.factory.BuildFactory '
    'SUCCESS=buildbot.process.results.SUCCESS ForceScheduler=buildbot.schedulers.forcesched.ForceScheduler '
    'Nightly=buildbot.schedulers.timed.Nightly datetime2epoch=buildbot.util.datetime2epoch '
    'LocalWorker=buildbot.worker.local.LocalWorker',
    'buildbot.data': '',
    'buildbot.data.base':
    'EndpointKind~ ResourceType~ SubResource~ Endpoint~ NestedBuildDataRetriever~ BuildNestingMixin~ ListResult~ '
    'updateMethod() exceptions=buildbot.data.exceptions async_to_deferred=buildbot.util.twisted.async_to_deferred '
    'warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.data.build_data':
    'BuildDatasNoValueEndpoint(buildbot.data.base.BuildNestingMixin,buildbot.data.base.Endpoint) '
    'BuildDataNoValueEndpoint(buildbot.data.base.BuildNestingMixin,buildbot.data.base.Endpoint) '
    'BuildDataEndpoint(buildbot.data.base.BuildNestingMixin,buildbot.data.base.Endpoint) '
    'BuildData(buildbot.data.base.ResourceType) base=buildbot.data.base types=buildbot.data.types',
    'buildbot.data.builders':
    'BuilderEndpoint(buildbot.data.base.BuildNestingMixin,buildbot.data.base.Endpoint) '
    'BuildersEndpoint(buildbot.data.base.Endpoint) Builder(buildbot.data.base.ResourceType) base=buildbot.data.base '
    'types=buildbot.data.types',
    'buildbot.data.buildrequests':
    'buildrequests_field_mapping? BuildRequestEndpoint(buildbot.data.base.Endpoint) '
    'BuildRequestsEndpoint(buildbot.data.base.Endpoint) BuildRequest(buildbot.data.base.ResourceType) '
    'base=buildbot.data.base types=buildbot.data.types AlreadyClaimedError=buildbot.db.buildrequests.AlreadyClaimedError '
    'NotClaimedError=buildbot.db.buildrequests.NotClaimedError RETRY=buildbot.process.results.RETRY',
    'buildbot.data.builds':
    'builds_field_map? BuildEndpoint(buildbot.data.base.BuildNestingMixin,buildbot.data.base.Endpoint) '
    'BuildTriggeredBuildsEndpoint(buildbot.data.base.Endpoint) '
    'BuildsEndpoint(buildbot.data.base.BuildNestingMixin,buildbot.data.base.Endpoint) '
    'Build(buildbot.data.base.ResourceType) base=buildbot.data.base types=buildbot.data.types '
    'ResultSpec=buildbot.data.resultspec.ResultSpec async_to_deferred=buildbot.util.twisted.async_to_deferred',
    'buildbot.data.buildsets':
    'buildset_field_mapping? BuildsetEndpoint(buildbot.data.base.Endpoint) BuildsetsEndpoint(buildbot.data.base.Endpoint) '
    'Buildset(buildbot.data.base.ResourceType) base=buildbot.data.base sourcestampsapi=buildbot.data.sourcestamps '
    'types=buildbot.data.types AlreadyCompleteError=buildbot.db.buildsets.AlreadyCompleteError '
    'BuildRequestCollapser=buildbot.process.buildrequest.BuildRequestCollapser SUCCESS=buildbot.process.results.SUCCESS '
    'worst_status=buildbot.process.results.worst_status datetime2epoch=buildbot.util.datetime2epoch '
    'epoch2datetime=buildbot.util.epoch2datetime',
    'buildbot.data.changes':
    'FixerMixin~ ChangeEndpoint(FixerMixin,buildbot.data.base.Endpoint) '
    'ChangesEndpoint(FixerMixin,buildbot.data.base.BuildNestingMixin,buildbot.data.base.Endpoint) '
    'Change(buildbot.data.base.ResourceType) base=buildbot.data.base sourcestamps=buildbot.data.sourcestamps '
    'types=buildbot.data.types metrics=buildbot.process.metrics users=buildbot.process.users.users '
    'datetime2epoch=buildbot.util.datetime2epoch epoch2datetime=buildbot.util.epoch2datetime',
    'buildbot.data.changesources':
    'ChangeSourceEndpoint(buildbot.data.base.Endpoint) ChangeSourcesEndpoint(buildbot.data.base.Endpoint) '
    'ChangeSource(buildbot.data.base.ResourceType) base=buildbot.data.base masters=buildbot.data.masters '
    'types=buildbot.data.types ChangeSourceAlreadyClaimedError=buildbot.db.changesources.ChangeSourceAlreadyClaimedError',
    'buildbot.data.codebase_branches':
    'branch_db_to_data() branches_field_map? CodebaseBranchEndpoint(buildbot.data.base.Endpoint) '
    'CodebaseBranchesEndpoint(buildbot.data.base.Endpoint) CodebaseBranch(buildbot.data.base.ResourceType) '
    'base=buildbot.data.base types=buildbot.data.types async_to_deferred=buildbot.util.twisted.async_to_deferred',
    'buildbot.data.codebase_commits':
    'commit_db_to_data() commits_field_map? CodebaseCommitEndpoint(buildbot.data.base.Endpoint) '
    'CodebaseCommitByRevisionEndpoint(buildbot.data.base.Endpoint) CodebaseCommitsEndpoint(buildbot.data.base.Endpoint) '
    'CodebaseCommit(buildbot.data.base.ResourceType) CodebaseCommitsGraphEndpoint(buildbot.data.base.Endpoint) '
    'CodebaseCommitsGraph(buildbot.data.base.ResourceType) base=buildbot.data.base types=buildbot.data.types '
    'async_to_deferred=buildbot.util.twisted.async_to_deferred',
    'buildbot.data.codebases':
    'codebase_db_to_data() codebases_field_map? CodebaseEndpoint(buildbot.data.base.Endpoint) '
    'CodebasesEndpoint(buildbot.data.base.Endpoint) Codebase(buildbot.data.base.ResourceType) base=buildbot.data.base '
    'types=buildbot.data.types async_to_deferred=buildbot.util.twisted.async_to_deferred',
    'buildbot.data.connector':
    'Updates~ RTypes~ DataConnector(buildbot.util.service.AsyncService) base=buildbot.data.base '
    'exceptions=buildbot.data.exceptions resultspec=buildbot.data.resultspec bytes2unicode=buildbot.util.bytes2unicode '
    'pathmatch=buildbot.util.pathmatch service=buildbot.util.service warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.data.exceptions':
    'DataException(Exception) InvalidPathError(DataException) InvalidControlException(DataException) '
    'InvalidQueryParameter(DataException) SchedulerAlreadyClaimedError=buildbot.db.schedulers.SchedulerAlreadyClaimedError',
    'buildbot.data.forceschedulers':
    'JSONRPC_CODES? forceScheduler2Data() ForceSchedulerEndpoint(buildbot.data.base.Endpoint) '
    'ForceSchedulersEndpoint(buildbot.data.base.Endpoint) ForceScheduler(buildbot.data.base.ResourceType) '
    'base=buildbot.data.base types=buildbot.data.types forcesched=buildbot.schedulers.forcesched '
    'BadJsonRpc2=buildbot.www.rest.BadJsonRpc2',
    'buildbot.data.logchunks':
    'LogChunkEndpointBase(buildbot.data.base.BuildNestingMixin,buildbot.data.base.Endpoint) '
    'LogChunkEndpoint(LogChunkEndpointBase) RawLogChunkEndpoint(LogChunkEndpointBase) '
    'RawInlineLogChunkEndpoint(LogChunkEndpointBase) LogChunk(buildbot.data.base.ResourceType) base=buildbot.data.base '
    'types=buildbot.data.types',
    'buildbot.data.logs':
    'EndpointMixin~ LogEndpoint(EndpointMixin,buildbot.data.base.BuildNestingMixin,buildbot.data.base.Endpoint) '
    'LogsEndpoint(EndpointMixin,buildbot.data.base.BuildNestingMixin,buildbot.data.base.Endpoint) '
    'Log(buildbot.data.base.ResourceType) base=buildbot.data.base types=buildbot.data.types '
    'LogSlugExistsError=buildbot.db.logs.LogSlugExistsError identifiers=buildbot.util.identifiers',
    'buildbot.data.masters':
    'EXPIRE_MINUTES:10 MasterEndpoint(buildbot.data.base.Endpoint) MastersEndpoint(buildbot.data.base.Endpoint) '
    'Master(buildbot.data.base.ResourceType) base=buildbot.data.base resultspec=buildbot.data.resultspec '
    'types=buildbot.data.types RETRY=buildbot.process.results.RETRY epoch2datetime=buildbot.util.epoch2datetime',
    'buildbot.data.patches':
    'Patch(buildbot.data.base.ResourceType) base=buildbot.data.base types=buildbot.data.types',
    'buildbot.data.projects':
    'project_db_to_data() ProjectEndpoint(buildbot.data.base.BuildNestingMixin,buildbot.data.base.Endpoint) '
    'ProjectsEndpoint(buildbot.data.base.Endpoint) Project(buildbot.data.base.ResourceType) base=buildbot.data.base '
    'types=buildbot.data.types',
    'buildbot.data.properties':
    'BuildsetPropertiesEndpoint(buildbot.data.base.Endpoint) BuildPropertiesEndpoint(buildbot.data.base.Endpoint) '
    'PropertiesListEndpoint(buildbot.data.base.Endpoint) Property(buildbot.data.base.ResourceType) '
    'Properties(buildbot.data.base.ResourceType) base=buildbot.data.base types=buildbot.data.types',
    'buildbot.data.resultspec':
    'NotSupportedFieldTypeError(TypeError) FieldBase~ Property(FieldBase) Filter(FieldBase) NoneComparator~ '
    'ReverseComparator~ ResultSpec~ OptimisedResultSpec(ResultSpec) base=buildbot.data.base',
    'buildbot.data.root':
    'RootEndpoint(buildbot.data.base.Endpoint) Root(buildbot.data.base.ResourceType) '
    'SpecEndpoint(buildbot.data.base.Endpoint) Spec(buildbot.data.base.ResourceType) base=buildbot.data.base '
    'types=buildbot.data.types warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.data.schedulers':
    'SchedulerEndpoint(buildbot.data.base.Endpoint) SchedulersEndpoint(buildbot.data.base.Endpoint) '
    'Scheduler(buildbot.data.base.ResourceType) base=buildbot.data.base masters=buildbot.data.masters '
    'types=buildbot.data.types SchedulerAlreadyClaimedError=buildbot.db.schedulers.SchedulerAlreadyClaimedError',
    'buildbot.data.sourcestamps':
    'SourceStampEndpoint(buildbot.data.base.Endpoint) SourceStampsEndpoint(buildbot.data.base.Endpoint) '
    'SourceStamp(buildbot.data.base.ResourceType) base=buildbot.data.base patches=buildbot.data.patches '
    'types=buildbot.data.types',
    'buildbot.data.steps':
    'StepEndpoint(buildbot.data.base.BuildNestingMixin,buildbot.data.base.Endpoint) '
    'StepsEndpoint(buildbot.data.base.BuildNestingMixin,buildbot.data.base.Endpoint) '
    'UrlEntityType(buildbot.data.types.Entity) Step(buildbot.data.base.ResourceType) base=buildbot.data.base '
    'types=buildbot.data.types',
    'buildbot.data.test_result_sets':
    'TestResultSetsEndpoint(buildbot.data.base.BuildNestingMixin,buildbot.data.base.Endpoint) '
    'TestResultSetsFromCommitRangeEndpoint(buildbot.data.base.Endpoint) '
    'TestResultSetEndpoint(buildbot.data.base.BuildNestingMixin,buildbot.data.base.Endpoint) '
    'TestResultSet(buildbot.data.base.ResourceType) base=buildbot.data.base types=buildbot.data.types '
    'async_to_deferred=buildbot.util.twisted.async_to_deferred',
    'buildbot.data.test_results':
    'TestResultsEndpoint(buildbot.data.base.Endpoint) TestResult(buildbot.data.base.ResourceType) base=buildbot.data.base '
    'types=buildbot.data.types',
    'buildbot.data.types':
    'capitalize() Type~ NoneOk(Type) Instance(Type) Integer(Instance) DateTime(Instance) String(Instance) Binary(Instance) '
    'Boolean(Instance) Identifier(Type) List(Type) ramlMaybeNoneOrList() SourcedProperties(Type) JsonObject(Type) '
    'Entity(Type) PropertyEntityType(Entity) util=buildbot.util bytes2unicode=buildbot.util.bytes2unicode',
    'buildbot.data.workers':
    'WorkerEndpoint(buildbot.data.base.Endpoint) WorkersEndpoint(buildbot.data.base.Endpoint) '
    'MasterBuilderEntityType(buildbot.data.types.Entity) MasterIdEntityType(buildbot.data.types.Entity) '
    'Worker(buildbot.data.base.ResourceType) base=buildbot.data.base exceptions=buildbot.data.exceptions '
    'types=buildbot.data.types identifiers=buildbot.util.identifiers',
    'buildbot.db': '',
    'buildbot.db.base':
    'DBConnectorComponent(buildbot.util.service.AsyncService) CachedMethod~ cached() service=buildbot.util.service '
    'unicode2bytes=buildbot.util.unicode2bytes hash_columns=buildbot.util.sautils.hash_columns',
    'buildbot.db.build_data':
    'BuildDataModel~ BuildDataDict() BuildDataConnectorComponent(buildbot.db.base.DBConnectorComponent) '
    'base=buildbot.db.base warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.db.builders':
    'BuilderModel~ BuildersConnectorComponent(buildbot.db.base.DBConnectorComponent) base=buildbot.db.base '
    'hash_columns=buildbot.util.sautils.hash_columns warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.db.buildrequests':
    'AlreadyClaimedError(Exception) NotClaimedError(Exception) BuildRequestModel~ BrDict() '
    'BuildRequestsConnectorComponent(buildbot.db.base.DBConnectorComponent) base=buildbot.db.base '
    'RETRY=buildbot.process.results.RETRY datetime2epoch=buildbot.util.datetime2epoch '
    'epoch2datetime=buildbot.util.epoch2datetime warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.db.builds':
    'BuildModel~ BuildsConnectorComponent(buildbot.db.base.DBConnectorComponent) base=buildbot.db.base '
    'epoch2datetime=buildbot.util.epoch2datetime async_to_deferred=buildbot.util.twisted.async_to_deferred '
    'warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.db.buildsets':
    'BsProps~ AlreadyCompleteError(RuntimeError) BuildSetModel~ '
    'BuildsetsConnectorComponent(buildbot.db.base.DBConnectorComponent) base=buildbot.db.base '
    'datetime2epoch=buildbot.util.datetime2epoch epoch2datetime=buildbot.util.epoch2datetime '
    'warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.db.changes':
    'ChangeModel~ ChDict() ChangesConnectorComponent(buildbot.db.base.DBConnectorComponent) base=buildbot.db.base '
    'datetime2epoch=buildbot.util.datetime2epoch epoch2datetime=buildbot.util.epoch2datetime '
    'warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.db.changesources':
    'ChangeSourceAlreadyClaimedError(Exception) ChangeSourceModel~ '
    'ChangeSourcesConnectorComponent(buildbot.db.base.DBConnectorComponent) base=buildbot.db.base '
    'hash_columns=buildbot.util.sautils.hash_columns warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.db.codebase_branches':
    'CodebaseBranchModel~ CodebaseBranchConnectorComponent(buildbot.db.base.DBConnectorComponent) base=buildbot.db.base '
    'hash_columns=buildbot.util.sautils.hash_columns async_to_deferred=buildbot.util.twisted.async_to_deferred',
    'buildbot.db.codebase_commits':
    'CodebaseCommitModel~ UNKNOWN_COMMIT_ID:-1 CommonCommitInfo~ CodebaseCommitCache~ '
    'CodebaseCommitsConnectorComponent(buildbot.db.base.DBConnectorComponent) base=buildbot.db.base '
    'async_to_deferred=buildbot.util.twisted.async_to_deferred',
    'buildbot.db.codebases':
    'CodebaseModel~ CodebasesConnectorComponent(buildbot.db.base.DBConnectorComponent) base=buildbot.db.base '
    'hash_columns=buildbot.util.sautils.hash_columns',
    'buildbot.db.compression':
    'BrotliCompressor=buildbot.db.compression.brotli.BrotliCompressor '
    'LZ4Compressor=buildbot.db.compression.lz4.LZ4Compressor BZipCompressor=buildbot.db.compression.native.BZipCompressor '
    'GZipCompressor=buildbot.db.compression.native.GZipCompressor '
    'CompressorInterface=buildbot.db.compression.protocol.CompressorInterface '
    'ZStdCompressor=buildbot.db.compression.zstd.ZStdCompressor',
    'buildbot.db.compression.brotli':
    'MODE_TEXT:1 HAS_BROTLI:True BrotliCompressor(buildbot.db.compression.protocol.CompressorInterface) '
    'CompressObjInterface=buildbot.db.compression.protocol.CompressObjInterface '
    'CompressorInterface=buildbot.db.compression.protocol.CompressorInterface',
    'buildbot.db.compression.lz4':
    'HAS_LZ4:True LZ4Compressor(buildbot.db.compression.protocol.CompressorInterface) '
    'CompressObjInterface=buildbot.db.compression.protocol.CompressObjInterface '
    'CompressorInterface=buildbot.db.compression.protocol.CompressorInterface',
    'buildbot.db.compression.native':
    'GZipCompressor(buildbot.db.compression.protocol.CompressorInterface) '
    'BZipCompressor(buildbot.db.compression.protocol.CompressorInterface) '
    'CompressObjInterface=buildbot.db.compression.protocol.CompressObjInterface '
    'CompressorInterface=buildbot.db.compression.protocol.CompressorInterface',
    'buildbot.db.compression.protocol':
    'CompressObjInterface~ CompressorInterface~',
    'buildbot.db.compression.zstd':
    'HAS_ZSTD:True ZStdCompressor(buildbot.db.compression.protocol.CompressorInterface) '
    'CompressObjInterface=buildbot.db.compression.protocol.CompressObjInterface '
    'CompressorInterface=buildbot.db.compression.protocol.CompressorInterface',
    'buildbot.db.connector':
    'upgrade_message? DBConnector(buildbot.util.service.ReconfigurableServiceMixin,buildbot.util.service.AsyncMultiService) '
    'config=buildbot.config util=buildbot.util DBConfig=buildbot.config.master.DBConfig build_data=buildbot.db.build_data '
    'builders=buildbot.db.builders buildrequests=buildbot.db.buildrequests builds=buildbot.db.builds '
    'buildsets=buildbot.db.buildsets changes=buildbot.db.changes changesources=buildbot.db.changesources '
    'codebase_branches=buildbot.db.codebase_branches codebase_commits=buildbot.db.codebase_commits '
    'codebases=buildbot.db.codebases enginestrategy=buildbot.db.enginestrategy exceptions=buildbot.db.exceptions '
    'logs=buildbot.db.logs masters=buildbot.db.masters model=buildbot.db.model pool=buildbot.db.pool '
    'projects=buildbot.db.projects schedulers=buildbot.db.schedulers sourcestamps=buildbot.db.sourcestamps '
    'state=buildbot.db.state steps=buildbot.db.steps tags=buildbot.db.tags test_result_sets=buildbot.db.test_result_sets '
    'test_results=buildbot.db.test_results users=buildbot.db.users workers=buildbot.db.workers '
    'service=buildbot.util.service DeferWaiter=buildbot.util.deferwaiter.DeferWaiter '
    'get_upsert_method=buildbot.util.sautils.get_upsert_method async_to_deferred=buildbot.util.twisted.async_to_deferred',
    'buildbot.db.dbconfig':
    'FakeDBConnector~ FakeCacheManager~ FakeMaster~ FakePool~ DbConfig~ MasterDBConfig=buildbot.config.master.DBConfig '
    'MasterConfig=buildbot.config.master.MasterConfig enginestrategy=buildbot.db.enginestrategy model=buildbot.db.model '
    'state=buildbot.db.state',
    'buildbot.db.enginestrategy':
    'ReconnectingListener~ Strategy~ SqlLiteStrategy(Strategy) MySQLStrategy(Strategy) sa_url_set_attr() '
    'special_case_sqlite() special_case_mysql() get_drivers_strategy() create_engine()',
    'buildbot.db.exceptions':
    'DatabaseNotReadyError(Exception)',
    'buildbot.db.logs':
    'LogSlugExistsError(KeyError) LogCompressionFormatUnavailableError(LookupError) LogModel~ '
    'RawCompressor(buildbot.db.compression.protocol.CompressorInterface) '
    'LogsConnectorComponent(buildbot.db.base.DBConnectorComponent) util=buildbot.util '
    'get_is_in_unit_tests=buildbot.config.master.get_is_in_unit_tests base=buildbot.db.base '
    'BrotliCompressor=buildbot.db.compression.brotli.BrotliCompressor '
    'BZipCompressor=buildbot.db.compression.native.BZipCompressor '
    'CompressorInterface=buildbot.db.compression.protocol.CompressorInterface '
    'GZipCompressor=buildbot.db.compression.native.GZipCompressor LZ4Compressor=buildbot.db.compression.lz4.LZ4Compressor '
    'ZStdCompressor=buildbot.db.compression.zstd.ZStdCompressor '
    'CompressObjInterface=buildbot.db.compression.protocol.CompressObjInterface '
    'async_to_deferred=buildbot.util.twisted.async_to_deferred warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.db.masters':
    'MasterModel~ MasterDict() MastersConnectorComponent(buildbot.db.base.DBConnectorComponent) base=buildbot.db.base '
    'epoch2datetime=buildbot.util.epoch2datetime hash_columns=buildbot.util.sautils.hash_columns '
    'warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.db.migrate_utils':
    'test_unicode() sautils=buildbot.util.sautils',
    'buildbot.db.model':
    'UpgradeFromBefore0p9Error(Exception) UpgradeFromBefore3p0Error(Exception) Model(buildbot.db.base.DBConnectorComponent) '
    'base=buildbot.db.base model_config=buildbot.db.model_config test_unicode=buildbot.db.migrate_utils.test_unicode '
    'JsonObject=buildbot.db.types.json.JsonObject sautils=buildbot.util.sautils',
    'buildbot.db.model_config': '',
    'buildbot.db.pool':
    'timed_do_fn() DBThreadPool~ util=buildbot.util AlreadyClaimedError=buildbot.db.buildrequests.AlreadyClaimedError '
    'AlreadyCompleteError=buildbot.db.buildsets.AlreadyCompleteError '
    'ChangeSourceAlreadyClaimedError=buildbot.db.changesources.ChangeSourceAlreadyClaimedError '
    'LogSlugExistsError=buildbot.db.logs.LogSlugExistsError '
    'SchedulerAlreadyClaimedError=buildbot.db.schedulers.SchedulerAlreadyClaimedError metrics=buildbot.process.metrics '
    'get_sqlite_version=buildbot.util.sautils.get_sqlite_version',
    'buildbot.db.projects':
    'ProjectModel~ ProjectsConnectorComponent(buildbot.db.base.DBConnectorComponent) base=buildbot.db.base '
    'hash_columns=buildbot.util.sautils.hash_columns warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.db.schedulers':
    'SchedulerAlreadyClaimedError(Exception) SchedulerModel~ '
    'SchedulersConnectorComponent(buildbot.db.base.DBConnectorComponent) base=buildbot.db.base '
    'hash_columns=buildbot.util.sautils.hash_columns warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.db.sourcestamps':
    'PatchModel~ SourceStampModel~ SsDict() SourceStampsConnectorComponent(buildbot.db.base.DBConnectorComponent) '
    'base=buildbot.db.base bytes2unicode=buildbot.util.bytes2unicode epoch2datetime=buildbot.util.epoch2datetime '
    'unicode2bytes=buildbot.util.unicode2bytes hash_columns=buildbot.util.sautils.hash_columns '
    'warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.db.state':
    'ObjDict~ StateConnectorComponent(buildbot.db.base.DBConnectorComponent) base=buildbot.db.base',
    'buildbot.db.steps':
    'UrlModel~ StepModel~ StepsConnectorComponent(buildbot.db.base.DBConnectorComponent) base=buildbot.db.base '
    'epoch2datetime=buildbot.util.epoch2datetime async_to_deferred=buildbot.util.twisted.async_to_deferred '
    'warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.db.tags':
    'TagsConnectorComponent(buildbot.db.base.DBConnectorComponent) base=buildbot.db.base '
    'hash_columns=buildbot.util.sautils.hash_columns',
    'buildbot.db.test_result_sets':
    'TestResultSetModel~ TestResultSetDict() TestResultSetAlreadyCompleted(Exception) '
    'TestResultSetsConnectorComponent(buildbot.db.base.DBConnectorComponent) base=buildbot.db.base '
    'async_to_deferred=buildbot.util.twisted.async_to_deferred warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.db.test_results':
    'TestResultModel~ TestResultDict() TestResultsConnectorComponent(buildbot.db.base.DBConnectorComponent) '
    'base=buildbot.db.base warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.db.types': '',
    'buildbot.db.types.json':
    'JsonObject~',
    'buildbot.db.users':
    'UserModel~ UsDict() UsersConnectorComponent(buildbot.db.base.DBConnectorComponent) base=buildbot.db.base '
    'identifiers=buildbot.util.identifiers warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.db.workers':
    'BuilderMasterModel~ WorkerModel~ WorkersConnectorComponent(buildbot.db.base.DBConnectorComponent) '
    'base=buildbot.db.base identifiers=buildbot.util.identifiers warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.errors':
    'PluginDBError(Exception) CaptureCallbackError(Exception)',
    'buildbot.interfaces':
    'BuilderInUseError(Exception) WorkerSetupError(Exception) LatentWorkerFailedToSubstantiate(Exception) '
    'LatentWorkerCannotSubstantiate(Exception) LatentWorkerSubstantiatiationCancelled(Exception) IPlugin! IChangeSource! '
    'ISourceStamp! IEmailSender! IEmailLookup! ILogObserver! IWorker! ILatentWorker! IMachine! IMachineAction! '
    'ILatentMachine! IRenderable! IProperties! IScheduler! ITriggerableScheduler! IBuildStepFactory! IBuildStep! '
    'IConfigured! IReportGenerator! IConfigLoader! IHttpResponse! IConfigurator!',
    'buildbot.locks':
    'debuglog() BaseLock~ RealMasterLock(BaseLock,buildbot.util.service.SharedService) '
    'RealWorkerLock(buildbot.util.service.SharedService) LockAccess(buildbot.util.ComparableMixin) '
    'BaseLockId(buildbot.util.ComparableMixin) MasterLock(BaseLockId) WorkerLock(BaseLockId) util=buildbot.util '
    'service=buildbot.util.service subscription=buildbot.util.subscription eventually=buildbot.util.eventual.eventually',
    'buildbot.machine': '',
    'buildbot.machine.base':
    'Machine(buildbot.util.service.BuildbotService) interfaces=buildbot.interfaces service=buildbot.util.service',
    'buildbot.machine.generic':
    'GenericLatentMachine(buildbot.machine.latent.AbstractLatentMachine) runProcessLogFailures() LocalWakeAction~ '
    'LocalWOLAction(LocalWakeAction) RemoteSshWakeAction~ RemoteSshWOLAction(RemoteSshWakeAction) RemoteSshSuspendAction~ '
    'HttpAction~ config=buildbot.config IMachineAction=buildbot.interfaces.IMachineAction '
    'AbstractLatentMachine=buildbot.machine.latent.AbstractLatentMachine httpclientservice=buildbot.util.httpclientservice '
    'misc=buildbot.util.misc private_tempdir=buildbot.util.private_tempdir runprocess=buildbot.util.runprocess '
    'getSshArgsForKeys=buildbot.util.git.getSshArgsForKeys '
    'getSshKnownHostsContents=buildbot.util.git.getSshKnownHostsContents',
    'buildbot.machine.latent':
    'States~ AbstractLatentMachine(buildbot.machine.base.Machine) interfaces=buildbot.interfaces '
    'Machine=buildbot.machine.base.Machine Notifier=buildbot.util._notifier.Notifier',
    'buildbot.machine.manager':
    'MachineManager(buildbot.util.service.BuildbotServiceManager) service=buildbot.util.service',
    'buildbot.manhole':
    'makeTelnetProtocol~ chainedProtocolFactory~ '
    'TelnetManhole(buildbot.util.service.AsyncMultiService,buildbot.util.ComparableMixin) '
    'PasswordManhole(buildbot.util.service.AsyncMultiService,buildbot.util.ComparableMixin) '
    'AuthorizedKeysManhole(buildbot.util.service.AsyncMultiService,buildbot.util.ComparableMixin) '
    'ArbitraryCheckerManhole(buildbot.util.service.AsyncMultiService,buildbot.util.ComparableMixin) show() '
    'config=buildbot.config ComparableMixin=buildbot.util.ComparableMixin service=buildbot.util.service '
    'unicode2bytes=buildbot.util.unicode2bytes',
    'buildbot.master':
    'LogRotation~ BuildMaster(buildbot.util.service.ReconfigurableServiceMixin,buildbot.util.service.MasterService) '
    'config=buildbot.config sendBuildbotNetUsageData=buildbot.buildbot_net_usage_data.sendBuildbotNetUsageData '
    'ChangeManager=buildbot.changes.manager.ChangeManager FileLoader=buildbot.config.master.FileLoader '
    'MasterConfig=buildbot.config.master.MasterConfig dataconnector=buildbot.data.connector '
    'dbconnector=buildbot.db.connector exceptions=buildbot.db.exceptions '
    'MachineManager=buildbot.machine.manager.MachineManager mqconnector=buildbot.mq.connector cache=buildbot.process.cache '
    'debug=buildbot.process.debug metrics=buildbot.process.metrics BotMaster=buildbot.process.botmaster.BotMaster '
    'UserManagerManager=buildbot.process.users.manager.UserManagerManager '
    'SchedulerManager=buildbot.schedulers.manager.SchedulerManager SecretManager=buildbot.secrets.manager.SecretManager '
    'check_functional_environment=buildbot.util.check_functional_environment '
    'httpclientservice=buildbot.util.httpclientservice service=buildbot.util.service '
    'eventually=buildbot.util.eventual.eventually wampconnector=buildbot.wamp.connector '
    'workermanager=buildbot.worker.manager MsgManager=buildbot.worker.protocols.manager.msgpack.MsgManager '
    'PBManager=buildbot.worker.protocols.manager.pb.PBManager wwwservice=buildbot.www.service',
    'buildbot.mq': '',
    'buildbot.mq.base':
    'MQBase(buildbot.util.service.AsyncService) QueueRef~ deferwaiter=buildbot.util.deferwaiter '
    'service=buildbot.util.service',
    'buildbot.mq.connector':
    'MQConnector(buildbot.util.service.ReconfigurableServiceMixin,buildbot.util.service.AsyncMultiService) '
    'service=buildbot.util.service',
    'buildbot.mq.simple':
    'SimpleMQ(buildbot.util.service.ReconfigurableServiceMixin,buildbot.mq.base.MQBase) QueueRef(buildbot.mq.base.QueueRef) '
    'PersistentQueueRef(QueueRef) base=buildbot.mq.base service=buildbot.util.service tuplematch=buildbot.util.tuplematch',
    'buildbot.mq.wamp':
    'WampMQ(buildbot.util.service.ReconfigurableServiceMixin,buildbot.mq.base.MQBase) QueueRef(buildbot.mq.base.QueueRef) '
    'base=buildbot.mq.base service=buildbot.util.service toJson=buildbot.util.toJson',
    'buildbot.pbutil':
    'NewCredPerspective~ ReconnectingPBClientFactory~ decode() bytes2unicode=buildbot.util.bytes2unicode',
    'buildbot.plugins':
    'changes? schedulers? steps? util? reporters? secrets? webhooks? worker? statistics=buildbot.statistics '
    'IBuildStep=buildbot.interfaces.IBuildStep IChangeSource=buildbot.interfaces.IChangeSource '
    'IScheduler=buildbot.interfaces.IScheduler IWorker=buildbot.interfaces.IWorker '
    'get_plugins=buildbot.plugins.db.get_plugins',
    'buildbot.plugins.db':
    'find_distribution_info() namespaces() info() get_plugins() PluginDBError=buildbot.errors.PluginDBError '
    'IPlugin=buildbot.interfaces.IPlugin entry_points_get=buildbot.util.importlib_compat.entry_points_get',
    'buildbot.process': '',
    'buildbot.process.base':
    'Build=buildbot.process.build.Build',
    'buildbot.process.botmaster':
    'LockRetrieverMixin~ '
    'BotMaster(buildbot.util.service.ReconfigurableServiceMixin,buildbot.util.service.AsyncMultiService,LockRetrieverMixin) '
    'locks=buildbot.locks util=buildbot.util AlreadyClaimedError=buildbot.db.buildrequests.AlreadyClaimedError '
    'metrics=buildbot.process.metrics Builder=buildbot.process.builder.Builder '
    'BuildRequestDistributor=buildbot.process.buildrequestdistributor.BuildRequestDistributor '
    'CANCELLED=buildbot.process.results.CANCELLED RETRY=buildbot.process.results.RETRY '
    'States=buildbot.process.workerforbuilder.States debounce=buildbot.util.debounce service=buildbot.util.service '
    'render_description=buildbot.util.render_description.render_description '
    'async_to_deferred=buildbot.util.twisted.async_to_deferred '
    'AbstractLatentWorker=buildbot.worker.latent.AbstractLatentWorker',
    'buildbot.process.build':
    'Build(buildbot.process.properties.PropertiesMixin) interfaces=buildbot.interfaces buildstep=buildbot.process.buildstep '
    'metrics=buildbot.process.metrics properties=buildbot.process.properties '
    'get_real_locks_from_accesses=buildbot.process.locks.get_real_locks_from_accesses '
    'CANCELLED=buildbot.process.results.CANCELLED EXCEPTION=buildbot.process.results.EXCEPTION '
    'FAILURE=buildbot.process.results.FAILURE RETRY=buildbot.process.results.RETRY SKIPPED=buildbot.process.results.SKIPPED '
    'SUCCESS=buildbot.process.results.SUCCESS WARNINGS=buildbot.process.results.WARNINGS '
    'computeResultAndTermination=buildbot.process.results.computeResultAndTermination '
    'statusToString=buildbot.process.results.statusToString worst_status=buildbot.process.results.worst_status '
    'getURLForBuild=buildbot.reporters.utils.getURLForBuild Notifier=buildbot.util._notifier.Notifier '
    'bytes2unicode=buildbot.util.bytes2unicode eventually=buildbot.util.eventual.eventually',
    'buildbot.process.builder':
    'enforceChosenWorker() Builder(buildbot.util.service.ReconfigurableServiceMixin) interfaces=buildbot.interfaces '
    'resultspec=buildbot.data.resultspec IRenderable=buildbot.interfaces.IRenderable '
    'buildrequest=buildbot.process.buildrequest workerforbuilder=buildbot.process.workerforbuilder '
    'Build=buildbot.process.build.Build '
    'get_real_locks_from_accesses_raw=buildbot.process.locks.get_real_locks_from_accesses_raw '
    'Properties=buildbot.process.properties.Properties RETRY=buildbot.process.results.RETRY '
    'bytes2unicode=buildbot.util.bytes2unicode epoch2datetime=buildbot.util.epoch2datetime '
    'util_service=buildbot.util.service render_description=buildbot.util.render_description.render_description',
    'buildbot.process.buildrequest':
    'BuildRequestCollapser~ TempSourceStamp~ TempChange~ BuildRequest~ resultspec=buildbot.data.resultspec '
    'properties=buildbot.process.properties SKIPPED=buildbot.process.results.SKIPPED',
    'buildbot.process.buildrequestdistributor':
    'BuildChooserBase~ BasicBuildChooser(BuildChooserBase) BuildRequestDistributor(buildbot.util.service.AsyncMultiService) '
    'resultspec=buildbot.data.resultspec BuildRequestModel=buildbot.db.buildrequests.BuildRequestModel '
    'metrics=buildbot.process.metrics BuildRequest=buildbot.process.buildrequest.BuildRequest '
    'deferwaiter=buildbot.util.deferwaiter epoch2datetime=buildbot.util.epoch2datetime service=buildbot.util.service '
    'async_sort=buildbot.util.async_sort.async_sort async_to_deferred=buildbot.util.twisted.async_to_deferred',
    'buildbot.process.buildstep':
    'BuildStepFailed(Exception) BuildStepCancelled(Exception) CallableAttributeError(Exception) BuildStepStatus~ '
    'get_factory_from_step_or_factory() create_step_from_step_or_factory() BuildStepWrapperMixin~ '
    'BuildStep(buildbot.process.results.ResultComputingConfigMixin,buildbot.process.properties.PropertiesMixin,buildbot.util.ComparableMixin) '
    'CommandMixin~ ShellMixin~ config=buildbot.config interfaces=buildbot.interfaces util=buildbot.util '
    'check_param_bool=buildbot.config.checks.check_param_bool check_param_length=buildbot.config.checks.check_param_length '
    'check_param_number_none=buildbot.config.checks.check_param_number_none '
    'check_param_str=buildbot.config.checks.check_param_str '
    'check_param_str_none=buildbot.config.checks.check_param_str_none model_config=buildbot.db.model_config '
    'IRenderable=buildbot.interfaces.IRenderable WorkerSetupError=buildbot.interfaces.WorkerSetupError '
    'plog=buildbot.process.log properties=buildbot.process.properties remotecommand=buildbot.process.remotecommand '
    'results=buildbot.process.results get_real_locks_from_accesses=buildbot.process.locks.get_real_locks_from_accesses '
    'WithProperties=buildbot.process.properties.WithProperties ALL_RESULTS=buildbot.process.results.ALL_RESULTS '
    'CANCELLED=buildbot.process.results.CANCELLED EXCEPTION=buildbot.process.results.EXCEPTION '
    'FAILURE=buildbot.process.results.FAILURE RETRY=buildbot.process.results.RETRY SKIPPED=buildbot.process.results.SKIPPED '
    'SUCCESS=buildbot.process.results.SUCCESS WARNINGS=buildbot.process.results.WARNINGS '
    'statusToString=buildbot.process.results.statusToString bytes2unicode=buildbot.util.bytes2unicode '
    'debounce=buildbot.util.debounce deferwaiter=buildbot.util.deferwaiter flatten=buildbot.util.flatten '
    'TestResultSubmitter=buildbot.util.test_result_submitter.TestResultSubmitter',
    'buildbot.process.cache':
    'CacheManager(buildbot.util.service.ReconfigurableServiceMixin,buildbot.util.service.AsyncService) '
    'lru=buildbot.util.lru service=buildbot.util.service',
    'buildbot.process.codebase':
    'Codebase(buildbot.util.ComparableMixin) util=buildbot.util check_param_str=buildbot.config.checks.check_param_str',
    'buildbot.process.debug':
    'DebugServices(buildbot.util.service.ReconfigurableServiceMixin,buildbot.util.service.AsyncMultiService) '
    'service=buildbot.util.service',
    'buildbot.process.factory':
    's() BuildFactory(buildbot.util.ComparableMixin) GNUAutoconf(BuildFactory) CPAN(BuildFactory) Distutils() '
    'Trial(BuildFactory) BasicBuildFactory(GNUAutoconf) QuickBuildFactory(BasicBuildFactory) BasicSVN(GNUAutoconf) '
    'interfaces=buildbot.interfaces util=buildbot.util buildstep=buildbot.process.buildstep '
    'Build=buildbot.process.build.Build '
    'DownloadSecretsToWorker=buildbot.steps.download_secret_to_worker.DownloadSecretsToWorker '
    'RemoveWorkerFileSecret=buildbot.steps.download_secret_to_worker.RemoveWorkerFileSecret '
    'Compile=buildbot.steps.shell.Compile Configure=buildbot.steps.shell.Configure '
    'PerlModuleTest=buildbot.steps.shell.PerlModuleTest ShellCommand=buildbot.steps.shell.ShellCommand '
    'Test=buildbot.steps.shell.Test CVS=buildbot.steps.source.cvs.CVS SVN=buildbot.steps.source.svn.SVN '
    'warn_deprecated=buildbot.warnings.warn_deprecated ConfigurableBuildFactory=buildbot.process.factory.BuildFactory',
    'buildbot.process.locks':
    'get_real_locks_from_accesses_raw() get_real_locks_from_accesses()',
    'buildbot.process.log':
    'Log~ PlainLog(Log) TextLog(PlainLog) HtmlLog(PlainLog) StreamLog(Log) util=buildbot.util '
    'lineboundaries=buildbot.util.lineboundaries',
    'buildbot.process.logobserver':
    'LogObserver~ LogLineObserver(LogObserver) LineConsumerLogObserver(LogLineObserver) OutputProgressObserver(LogObserver) '
    'BufferLogObserver(LogObserver) interfaces=buildbot.interfaces',
    'buildbot.process.measured_service':
    'MeasuredBuildbotServiceManager(buildbot.util.service.BuildbotServiceManager) metrics=buildbot.process.metrics '
    'BuildbotServiceManager=buildbot.util.service.BuildbotServiceManager',
    'buildbot.process.metrics':
    'MetricEvent~ MetricCountEvent(MetricEvent) MetricTimeEvent(MetricEvent) ALARM_OK:0 ALARM_WARN:1 ALARM_CRIT:2 '
    'ALARM_TEXT? MetricAlarmEvent(MetricEvent) countMethod() Timer~ timeMethod() FiniteList~ '
    'AveragingFiniteList(FiniteList) MetricHandler~ MetricCountHandler(MetricHandler) MetricTimeHandler(MetricHandler) '
    'MetricAlarmHandler(MetricHandler) AttachedWorkersWatcher~ periodicCheck() '
    'MetricLogObserver(buildbot.util.service.ReconfigurableServiceMixin) util=buildbot.util '
    'util_service=buildbot.util.service',
    'buildbot.process.project':
    'Project(buildbot.util.ComparableMixin) util=buildbot.util '
    'check_markdown_support=buildbot.config.checks.check_markdown_support '
    'check_param_str=buildbot.config.checks.check_param_str '
    'check_param_str_none=buildbot.config.checks.check_param_str_none error=buildbot.config.errors.error',
    'buildbot.process.properties':
    'Properties(buildbot.util.ComparableMixin) PropertiesMixin~ RenderableOperatorsMixin~ '
    'WithProperties(buildbot.util.ComparableMixin) Secret~ '
    'Interpolate(RenderableOperatorsMixin,buildbot.util.ComparableMixin) '
    'Property(RenderableOperatorsMixin,buildbot.util.ComparableMixin) '
    'FlattenList(RenderableOperatorsMixin,buildbot.util.ComparableMixin) renderer() Transform~ config=buildbot.config '
    'util=buildbot.util IProperties=buildbot.interfaces.IProperties IRenderable=buildbot.interfaces.IRenderable '
    'flatten=buildbot.util.flatten',
    'buildbot.process.remotecommand':
    'RemoteException(Exception) RemoteCommand(buildbot.worker.protocols.base.RemoteCommandImpl) '
    'RemoteShellCommand(RemoteCommand) util=buildbot.util decode=buildbot.pbutil.decode metrics=buildbot.process.metrics '
    'CANCELLED=buildbot.process.results.CANCELLED FAILURE=buildbot.process.results.FAILURE '
    'SUCCESS=buildbot.process.results.SUCCESS eventually=buildbot.util.eventual.eventually '
    'LineBoundaryFinder=buildbot.util.lineboundaries.LineBoundaryFinder '
    'async_to_deferred=buildbot.util.twisted.async_to_deferred base=buildbot.worker.protocols.base '
    'LoggedRemoteCommand=buildbot.process.remotecommand.RemoteCommand',
    'buildbot.process.remotetransfer':
    'FileWriter(buildbot.worker.protocols.base.FileWriterImpl) DirectoryWriter(FileWriter) '
    'FileReader(buildbot.worker.protocols.base.FileReaderImpl) '
    'StringFileWriter(buildbot.worker.protocols.base.FileWriterImpl) StringFileReader(FileReader) '
    'bytes2unicode=buildbot.util.bytes2unicode unicode2bytes=buildbot.util.unicode2bytes '
    'base=buildbot.worker.protocols.base',
    'buildbot.process.results':
    'SUCCESS:0 WARNINGS:1 FAILURE:2 SKIPPED:3 EXCEPTION:4 RETRY:5 CANCELLED:6 MultipleResults? statusToString() '
    'worst_status() computeResultAndTermination() ResultComputingConfigMixin~ '
    'ALL_RESULTS=buildbot.process.buildstep.ALL_RESULTS Results=buildbot.clients.tryclient.Results',
    'buildbot.process.subunitlogobserver':
    'SubunitShellCommand=buildbot.steps.subunit.SubunitShellCommand',
    'buildbot.process.users': '',
    'buildbot.process.users.manager':
    'UserManagerManager(buildbot.util.service.ReconfigurableServiceMixin) util_service=buildbot.util.service',
    'buildbot.process.users.manual':
    'CommandlineUserManagerPerspective(buildbot.pbutil.NewCredPerspective) '
    'CommandlineUserManager(buildbot.util.service.AsyncMultiService) pbutil=buildbot.pbutil service=buildbot.util.service',
    'buildbot.process.users.users':
    'srcs? createUserObject() getUserContact() encrypt() check_passwd() bytes2unicode=buildbot.util.bytes2unicode '
    'unicode2bytes=buildbot.util.unicode2bytes',
    'buildbot.process.workerforbuilder':
    'States~ AbstractWorkerForBuilder~ PingException(Exception) Ping~ WorkerForBuilder(AbstractWorkerForBuilder) '
    'LatentWorkerForBuilder(AbstractWorkerForBuilder)',
    'buildbot.reporters': '',
    'buildbot.reporters.base':
    "ENCODING:'utf-8' ReporterBase(buildbot.util.service.BuildbotService) config=buildbot.config "
    'utils=buildbot.reporters.utils service=buildbot.util.service tuplematch=buildbot.util.tuplematch',
    'buildbot.reporters.bitbucket':
    "BITBUCKET_INPROGRESS:'INPROGRESS' BITBUCKET_SUCCESSFUL:'SUCCESSFUL' BITBUCKET_FAILED:'FAILED' "
    'BitbucketStatusPush(buildbot.reporters.base.ReporterBase) config=buildbot.config '
    'Properties=buildbot.process.properties.Properties Property=buildbot.process.properties.Property '
    'SUCCESS=buildbot.process.results.SUCCESS ReporterBase=buildbot.reporters.base.ReporterBase '
    'BuildStartEndStatusGenerator=buildbot.reporters.generators.build.BuildStartEndStatusGenerator '
    'MessageFormatter=buildbot.reporters.message.MessageFormatter httpclientservice=buildbot.util.httpclientservice',
    'buildbot.reporters.bitbucketserver':
    "util? INPROGRESS:'INPROGRESS' SUCCESSFUL:'SUCCESSFUL' FAILED:'FAILED' "
    "STATUS_API_URL:'/rest/build-status/1.0/commits/{sha}' "
    "STATUS_CORE_API_URL:'/rest/api/1.0/projects/{proj_key}/repos/{repo_slug}/commits/{sha}/builds' "
    "COMMENT_API_URL:'/rest/api/1.0{path}/comments' HTTP_PROCESSED:204 HTTP_CREATED:201 "
    'BitbucketServerStatusPush(buildbot.reporters.base.ReporterBase) '
    'BitbucketServerCoreAPIStatusPush(buildbot.reporters.base.ReporterBase) '
    'BitbucketServerPRCommentPush(buildbot.reporters.base.ReporterBase) config=buildbot.config '
    'Interpolate=buildbot.process.properties.Interpolate Properties=buildbot.process.properties.Properties '
    'SUCCESS=buildbot.process.results.SUCCESS ReporterBase=buildbot.reporters.base.ReporterBase '
    'BuildStartEndStatusGenerator=buildbot.reporters.generators.build.BuildStartEndStatusGenerator '
    'BuildStatusGenerator=buildbot.reporters.generators.build.BuildStatusGenerator '
    'BuildRequestGenerator=buildbot.reporters.generators.buildrequest.BuildRequestGenerator '
    'MessageFormatterRenderable=buildbot.reporters.message.MessageFormatterRenderable '
    'bytes2unicode=buildbot.util.bytes2unicode datetime2epoch=buildbot.util.datetime2epoch '
    'httpclientservice=buildbot.util.httpclientservice unicode2bytes=buildbot.util.unicode2bytes '
    'merge_reports_prop=buildbot.reporters.utils.merge_reports_prop',
    'buildbot.reporters.generators': '',
    'buildbot.reporters.generators.build':
    'BuildStatusGenerator(buildbot.reporters.generators.utils.BuildStatusGeneratorMixin) '
    'BuildStartEndStatusGenerator(buildbot.reporters.generators.utils.BuildStatusGeneratorMixin) '
    'interfaces=buildbot.interfaces utils=buildbot.reporters.utils '
    'MessageFormatter=buildbot.reporters.message.MessageFormatter '
    'MessageFormatterRenderable=buildbot.reporters.message.MessageFormatterRenderable '
    'BuildStatusGeneratorMixin=buildbot.reporters.generators.utils.BuildStatusGeneratorMixin',
    'buildbot.reporters.generators.buildrequest':
    'BuildRequestGenerator(buildbot.reporters.generators.utils.BuildStatusGeneratorMixin) interfaces=buildbot.interfaces '
    'Build=buildbot.process.build.Build BuildRequest=buildbot.process.buildrequest.BuildRequest '
    'Properties=buildbot.process.properties.Properties CANCELLED=buildbot.process.results.CANCELLED '
    'utils=buildbot.reporters.utils MessageFormatterRenderable=buildbot.reporters.message.MessageFormatterRenderable '
    'BuildStatusGeneratorMixin=buildbot.reporters.generators.utils.BuildStatusGeneratorMixin',
    'buildbot.reporters.generators.buildset':
    'BuildSetStatusGenerator(buildbot.reporters.generators.utils.BuildStatusGeneratorMixin) '
    'BuildSetCombinedStatusGenerator~ interfaces=buildbot.interfaces statusToString=buildbot.process.results.statusToString '
    'utils=buildbot.reporters.utils MessageFormatter=buildbot.reporters.message.MessageFormatter '
    'BuildStatusGeneratorMixin=buildbot.reporters.generators.utils.BuildStatusGeneratorMixin',
    'buildbot.reporters.generators.utils':
    'BuildStatusGeneratorMixin(buildbot.util.ComparableMixin) config=buildbot.config util=buildbot.util '
    'CANCELLED=buildbot.process.results.CANCELLED EXCEPTION=buildbot.process.results.EXCEPTION '
    'FAILURE=buildbot.process.results.FAILURE SUCCESS=buildbot.process.results.SUCCESS '
    'WARNINGS=buildbot.process.results.WARNINGS statusToString=buildbot.process.results.statusToString '
    'warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.reporters.generators.worker':
    "ENCODING:'utf-8' WorkerMissingGenerator(buildbot.util.ComparableMixin) config=buildbot.config "
    'interfaces=buildbot.interfaces util=buildbot.util '
    'MessageFormatterMissingWorker=buildbot.reporters.message.MessageFormatterMissingWorker',
    'buildbot.reporters.gerrit':
    "GERRIT_VERSION_CACHE_TIMEOUT:600 GERRIT_LABEL_VERIFIED:'Verified' GERRIT_LABEL_REVIEWED:'Code-Review' "
    'makeReviewResult() defaultReviewCB() defaultSummaryCB() DEFAULT_REVIEW~ DEFAULT_SUMMARY~ extract_project_revision() '
    'GerritStatusGeneratorBase~ GerritBuildSetStatusGenerator(GerritStatusGeneratorBase) '
    'GerritBuildStartStatusGenerator(GerritStatusGeneratorBase) GerritBuildEndStatusGenerator(GerritStatusGeneratorBase) '
    'GerritStatusPush(buildbot.reporters.base.ReporterBase) interfaces=buildbot.interfaces '
    'EXCEPTION=buildbot.process.results.EXCEPTION FAILURE=buildbot.process.results.FAILURE '
    'RETRY=buildbot.process.results.RETRY SUCCESS=buildbot.process.results.SUCCESS '
    'WARNINGS=buildbot.process.results.WARNINGS Results=buildbot.process.results.Results utils=buildbot.reporters.utils '
    'ReporterBase=buildbot.reporters.base.ReporterBase bytes2unicode=buildbot.util.bytes2unicode',
    'buildbot.reporters.gerrit_verify_status':
    'GerritVerifyStatusPush(buildbot.reporters.base.ReporterBase) Interpolate=buildbot.process.properties.Interpolate '
    'Properties=buildbot.process.properties.Properties CANCELLED=buildbot.process.results.CANCELLED '
    'EXCEPTION=buildbot.process.results.EXCEPTION FAILURE=buildbot.process.results.FAILURE '
    'RETRY=buildbot.process.results.RETRY SKIPPED=buildbot.process.results.SKIPPED SUCCESS=buildbot.process.results.SUCCESS '
    'WARNINGS=buildbot.process.results.WARNINGS ReporterBase=buildbot.reporters.base.ReporterBase '
    'BuildStartEndStatusGenerator=buildbot.reporters.generators.build.BuildStartEndStatusGenerator '
    'MessageFormatterRenderable=buildbot.reporters.message.MessageFormatterRenderable '
    'httpclientservice=buildbot.util.httpclientservice',
    'buildbot.reporters.github':
    "HOSTED_BASE_URL:'https://api.github.com' GitHubStatusPush(buildbot.reporters.base.ReporterBase) "
    'GitHubCommentPush(GitHubStatusPush) Interpolate=buildbot.process.properties.Interpolate '
    'Properties=buildbot.process.properties.Properties CANCELLED=buildbot.process.results.CANCELLED '
    'EXCEPTION=buildbot.process.results.EXCEPTION FAILURE=buildbot.process.results.FAILURE '
    'RETRY=buildbot.process.results.RETRY SKIPPED=buildbot.process.results.SKIPPED SUCCESS=buildbot.process.results.SUCCESS '
    'WARNINGS=buildbot.process.results.WARNINGS ReporterBase=buildbot.reporters.base.ReporterBase '
    'BuildStartEndStatusGenerator=buildbot.reporters.generators.build.BuildStartEndStatusGenerator '
    'BuildRequestGenerator=buildbot.reporters.generators.buildrequest.BuildRequestGenerator '
    'MessageFormatterRenderable=buildbot.reporters.message.MessageFormatterRenderable '
    'httpclientservice=buildbot.util.httpclientservice giturlparse=buildbot.util.giturlparse.giturlparse',
    'buildbot.reporters.gitlab':
    "HOSTED_BASE_URL:'https://gitlab.com' GitLabStatusPush(buildbot.reporters.base.ReporterBase) "
    'Interpolate=buildbot.process.properties.Interpolate Properties=buildbot.process.properties.Properties '
    'CANCELLED=buildbot.process.results.CANCELLED EXCEPTION=buildbot.process.results.EXCEPTION '
    'FAILURE=buildbot.process.results.FAILURE RETRY=buildbot.process.results.RETRY SKIPPED=buildbot.process.results.SKIPPED '
    'SUCCESS=buildbot.process.results.SUCCESS WARNINGS=buildbot.process.results.WARNINGS '
    'ReporterBase=buildbot.reporters.base.ReporterBase '
    'BuildStartEndStatusGenerator=buildbot.reporters.generators.build.BuildStartEndStatusGenerator '
    'BuildRequestGenerator=buildbot.reporters.generators.buildrequest.BuildRequestGenerator '
    'MessageFormatterRenderable=buildbot.reporters.message.MessageFormatterRenderable '
    'giturlparse=buildbot.util.giturlparse.giturlparse httpclientservice=buildbot.util.httpclientservice',
    'buildbot.reporters.http':
    'HttpStatusPush(buildbot.reporters.base.ReporterBase) ReporterBase=buildbot.reporters.base.ReporterBase '
    'BuildStatusGenerator=buildbot.reporters.generators.build.BuildStatusGenerator '
    'MessageFormatterFunction=buildbot.reporters.message.MessageFormatterFunction '
    'httpclientservice=buildbot.util.httpclientservice',
    'buildbot.reporters.irc':
    'UsageError(ValueError) IRCChannel(buildbot.reporters.words.Channel) IRCContact(buildbot.reporters.words.Contact) '
    'IrcStatusBot(buildbot.reporters.words.StatusBot) IrcStatusFactory(buildbot.reporters.words.ThrottledClientFactory) '
    'IRC(buildbot.util.service.BuildbotService) config=buildbot.config CANCELLED=buildbot.process.results.CANCELLED '
    'EXCEPTION=buildbot.process.results.EXCEPTION FAILURE=buildbot.process.results.FAILURE '
    'RETRY=buildbot.process.results.RETRY SKIPPED=buildbot.process.results.SKIPPED SUCCESS=buildbot.process.results.SUCCESS '
    'WARNINGS=buildbot.process.results.WARNINGS Channel=buildbot.reporters.words.Channel '
    'Contact=buildbot.reporters.words.Contact StatusBot=buildbot.reporters.words.StatusBot '
    'ThrottledClientFactory=buildbot.reporters.words.ThrottledClientFactory '
    'dangerousCommand=buildbot.reporters.words.dangerousCommand service=buildbot.util.service ssl=buildbot.util.ssl',
    'buildbot.reporters.mail':
    "ENCODING:'utf-8' VALID_EMAIL? VALID_EMAIL_ADDR? Domain(buildbot.util.ComparableMixin) "
    'MailNotifier(buildbot.reporters.base.ReporterBase) config=buildbot.config interfaces=buildbot.interfaces '
    'util=buildbot.util Properties=buildbot.process.properties.Properties ReporterBase=buildbot.reporters.base.ReporterBase '
    'BuildStatusGenerator=buildbot.reporters.generators.build.BuildStatusGenerator '
    'WorkerMissingGenerator=buildbot.reporters.generators.worker.WorkerMissingGenerator '
    'MessageFormatter=buildbot.reporters.message.MessageFormatter '
    'MessageFormatterMissingWorker=buildbot.reporters.message.MessageFormatterMissingWorker ssl=buildbot.util.ssl '
    'unicode2bytes=buildbot.util.unicode2bytes merge_reports_prop=buildbot.reporters.utils.merge_reports_prop '
    'merge_reports_prop_take_first=buildbot.reporters.utils.merge_reports_prop_take_first',
    'buildbot.reporters.message':
    'get_detected_status_text() get_message_summary_text() get_message_source_stamp_text() get_projects_text() '
    'create_context_for_build() create_context_for_buildset() create_context_for_worker() '
    'MessageFormatterBase(buildbot.util.ComparableMixin) MessageFormatterEmpty(MessageFormatterBase) '
    'MessageFormatterFunctionRaw(MessageFormatterBase) MessageFormatterFunction(MessageFormatterBase) '
    'MessageFormatterRenderable(MessageFormatterBase) default_body_template_plain? default_body_template_html? '
    'default_subject_template? MessageFormatterBaseJinja(MessageFormatterBase) MessageFormatter(MessageFormatterBaseJinja) '
    'default_missing_template_plain? default_missing_template_html? default_missing_worker_subject_template? '
    'MessageFormatterMissingWorker(MessageFormatterBaseJinja) config=buildbot.config util=buildbot.util '
    'Properties=buildbot.process.properties.Properties CANCELLED=buildbot.process.results.CANCELLED '
    'EXCEPTION=buildbot.process.results.EXCEPTION FAILURE=buildbot.process.results.FAILURE '
    'RETRY=buildbot.process.results.RETRY SKIPPED=buildbot.process.results.SKIPPED SUCCESS=buildbot.process.results.SUCCESS '
    'WARNINGS=buildbot.process.results.WARNINGS Results=buildbot.process.results.Results '
    'statusToString=buildbot.process.results.statusToString utils=buildbot.reporters.utils',
    'buildbot.reporters.pushjet':
    "ENCODING:'utf8' LEVELS? DEFAULT_MSG_TEMPLATE? PushjetNotifier(buildbot.reporters.base.ReporterBase) "
    'CANCELLED=buildbot.process.results.CANCELLED EXCEPTION=buildbot.process.results.EXCEPTION '
    'FAILURE=buildbot.process.results.FAILURE SUCCESS=buildbot.process.results.SUCCESS '
    'WARNINGS=buildbot.process.results.WARNINGS ReporterBase=buildbot.reporters.base.ReporterBase '
    'BuildStatusGenerator=buildbot.reporters.generators.build.BuildStatusGenerator '
    'MessageFormatter=buildbot.reporters.message.MessageFormatter httpclientservice=buildbot.util.httpclientservice '
    'merge_reports_prop=buildbot.reporters.utils.merge_reports_prop '
    'merge_reports_prop_take_first=buildbot.reporters.utils.merge_reports_prop_take_first',
    'buildbot.reporters.pushover':
    "ENCODING:'utf8' VALID_PARAMS? PRIORITIES? DEFAULT_MSG_TEMPLATE? PushoverNotifier(buildbot.reporters.base.ReporterBase) "
    'config=buildbot.config CANCELLED=buildbot.process.results.CANCELLED EXCEPTION=buildbot.process.results.EXCEPTION '
    'FAILURE=buildbot.process.results.FAILURE SUCCESS=buildbot.process.results.SUCCESS '
    'WARNINGS=buildbot.process.results.WARNINGS ReporterBase=buildbot.reporters.base.ReporterBase '
    'BuildStatusGenerator=buildbot.reporters.generators.build.BuildStatusGenerator '
    'MessageFormatter=buildbot.reporters.message.MessageFormatter httpclientservice=buildbot.util.httpclientservice '
    'merge_reports_prop=buildbot.reporters.utils.merge_reports_prop '
    'merge_reports_prop_take_first=buildbot.reporters.utils.merge_reports_prop_take_first',
    'buildbot.reporters.telegram':
    'TelegramChannel(buildbot.reporters.words.Channel) collect_fields() TelegramContact(buildbot.reporters.words.Contact) '
    'TelegramStatusBot(buildbot.reporters.words.StatusBot) TelegramWebhookBot(TelegramStatusBot) '
    'TelegramPollingBot(TelegramStatusBot) TelegramBot(buildbot.util.service.BuildbotService) config=buildbot.config '
    'CANCELLED=buildbot.process.results.CANCELLED EXCEPTION=buildbot.process.results.EXCEPTION '
    'FAILURE=buildbot.process.results.FAILURE RETRY=buildbot.process.results.RETRY SUCCESS=buildbot.process.results.SUCCESS '
    'WARNINGS=buildbot.process.results.WARNINGS Channel=buildbot.reporters.words.Channel '
    'Contact=buildbot.reporters.words.Contact StatusBot=buildbot.reporters.words.StatusBot '
    'UsageError=buildbot.reporters.words.UsageError WebhookResource=buildbot.reporters.words.WebhookResource '
    'CollectedValidationError=buildbot.schedulers.forcesched.CollectedValidationError '
    'ForceScheduler=buildbot.schedulers.forcesched.ForceScheduler Notifier=buildbot.util._notifier.Notifier '
    'asyncSleep=buildbot.util.asyncSleep bytes2unicode=buildbot.util.bytes2unicode '
    'epoch2datetime=buildbot.util.epoch2datetime httpclientservice=buildbot.util.httpclientservice '
    'service=buildbot.util.service unicode2bytes=buildbot.util.unicode2bytes',
    'buildbot.reporters.utils':
    'getPreviousBuild() getDetailsForBuildset() getDetailsForBuild() get_details_for_buildrequest() should_attach_log() '
    'getDetailsForBuilds() getResponsibleUsersForSourceStamp() getResponsibleUsersForBuild() '
    'get_responsible_users_for_buildset() getURLForBuild() getURLForBuildrequest() get_url_for_log() get_url_for_log_raw() '
    'URLForBuild? merge_reports_prop() merge_reports_prop_take_first() resultspec=buildbot.data.resultspec '
    'renderer=buildbot.process.properties.renderer RETRY=buildbot.process.results.RETRY flatten=buildbot.util.flatten',
    'buildbot.reporters.words':
    'version? GREETINGS? UsageError(ValueError) ForceOptions~ dangerous_commands? dangerousCommand() '
    'Channel(buildbot.util.service.AsyncService) Contact~ StatusBot(buildbot.util.service.AsyncMultiService) '
    'ThrottledClientFactory~ WebhookResource(buildbot.util.service.AsyncService) util=buildbot.util '
    'resultspec=buildbot.data.resultspec get_plugins=buildbot.plugins.db.get_plugins '
    'Properties=buildbot.process.properties.Properties CANCELLED=buildbot.process.results.CANCELLED '
    'EXCEPTION=buildbot.process.results.EXCEPTION FAILURE=buildbot.process.results.FAILURE '
    'RETRY=buildbot.process.results.RETRY SKIPPED=buildbot.process.results.SKIPPED SUCCESS=buildbot.process.results.SUCCESS '
    'WARNINGS=buildbot.process.results.WARNINGS statusToString=buildbot.process.results.statusToString '
    'utils=buildbot.reporters.utils epoch2datetime=buildbot.util.epoch2datetime service=buildbot.util.service '
    'unicode2bytes=buildbot.util.unicode2bytes',
    'buildbot.reporters.zulip':
    'ZulipStatusPush(buildbot.reporters.base.ReporterBase) config=buildbot.config '
    'ReporterBase=buildbot.reporters.base.ReporterBase '
    'BuildStartEndStatusGenerator=buildbot.reporters.generators.build.BuildStartEndStatusGenerator '
    'httpclientservice=buildbot.util.httpclientservice',
    'buildbot.revlinks':
    'RevlinkMatch~ GithubRevlink? BitbucketRevlink? GitwebMatch(RevlinkMatch) SourceforgeGitRevlink? '
    'SourceforgeGitRevlink_AlluraPlatform? RevlinkMultiplexer~ default_revlink_matcher?',
    'buildbot.scheduler':
    'AnyBranchScheduler=buildbot.schedulers.basic.AnyBranchScheduler Scheduler=buildbot.schedulers.basic.Scheduler '
    'Dependent=buildbot.schedulers.dependent.Dependent Nightly=buildbot.schedulers.timed.Nightly '
    'Periodic=buildbot.schedulers.timed.Periodic Triggerable=buildbot.schedulers.triggerable.Triggerable '
    'Try_Jobdir=buildbot.schedulers.trysched.Try_Jobdir Try_Userpass=buildbot.schedulers.trysched.Try_Userpass',
    'buildbot.schedulers': '',
    'buildbot.schedulers.base':
    'BaseScheduler(buildbot.util.service.ClusteredBuildbotService,buildbot.util.state.StateMixin) '
    'ReconfigurableBaseScheduler(buildbot.util.service.ClusteredBuildbotService,buildbot.util.state.StateMixin) '
    'config=buildbot.config interfaces=buildbot.interfaces changes=buildbot.changes.changes '
    'Properties=buildbot.process.properties.Properties '
    'ClusteredBuildbotService=buildbot.util.service.ClusteredBuildbotService StateMixin=buildbot.util.state.StateMixin '
    'warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.schedulers.basic':
    'NotABranch? BaseBasicScheduler(buildbot.schedulers.base.ReconfigurableBaseScheduler) '
    'SingleBranchScheduler(buildbot.util.codebase.AbsoluteSourceStampsMixin,BaseBasicScheduler) '
    'Scheduler(SingleBranchScheduler) AnyBranchScheduler(BaseBasicScheduler) config=buildbot.config util=buildbot.util '
    'changes=buildbot.changes.changes ChangeFilter=buildbot.changes.filter.ChangeFilter base=buildbot.schedulers.base '
    'dependent=buildbot.schedulers.dependent AbsoluteSourceStampsMixin=buildbot.util.codebase.AbsoluteSourceStampsMixin '
    'warn_deprecated=buildbot.warnings.warn_deprecated Dependent=buildbot.schedulers.dependent.Dependent',
    'buildbot.schedulers.canceller':
    'OldBuildCanceller(buildbot.util.service.BuildbotService) config=buildbot.config resultspec=buildbot.data.resultspec '
    'BuildbotService=buildbot.util.service.BuildbotService SourceStampFilter=buildbot.util.ssfilter.SourceStampFilter '
    'extract_filter_values=buildbot.util.ssfilter.extract_filter_values',
    'buildbot.schedulers.canceller_buildset':
    'FailingBuildsetCanceller(buildbot.util.service.BuildbotService) config=buildbot.config '
    'resultspec=buildbot.data.resultspec FAILURE=buildbot.process.results.FAILURE '
    'BuildbotService=buildbot.util.service.BuildbotService SourceStampFilter=buildbot.util.ssfilter.SourceStampFilter '
    'extract_filter_values=buildbot.util.ssfilter.extract_filter_values',
    'buildbot.schedulers.dependent':
    'Dependent(buildbot.schedulers.base.ReconfigurableBaseScheduler) config=buildbot.config interfaces=buildbot.interfaces '
    'util=buildbot.util SUCCESS=buildbot.process.results.SUCCESS WARNINGS=buildbot.process.results.WARNINGS '
    'base=buildbot.schedulers.base',
    'buildbot.schedulers.filter':
    'ChangeFilter=buildbot.changes.filter.ChangeFilter',
    'buildbot.schedulers.forcesched':
    'VALID_EMAIL_ADDR? ValidationError(ValueError) CollectedValidationError(ValueError) ValidationErrorCollector~ '
    'DefaultField? BaseParameter~ FixedParameter(BaseParameter) StringParameter(BaseParameter) '
    'TextParameter(StringParameter) IntParameter(StringParameter) BooleanParameter(BaseParameter) '
    'UserNameParameter(StringParameter) ChoiceStringParameter(BaseParameter) InheritBuildParameter(ChoiceStringParameter) '
    'WorkerChoiceParameter(ChoiceStringParameter) FileParameter(BaseParameter) NestedParameter(BaseParameter) '
    'AnyPropertyParameter(NestedParameter) CodebaseParameter(NestedParameter) oneCodebase() PatchParameter(NestedParameter) '
    'ForceScheduler(buildbot.schedulers.base.ReconfigurableBaseScheduler) config=buildbot.config '
    'Properties=buildbot.process.properties.Properties base=buildbot.schedulers.base identifiers=buildbot.util.identifiers '
    'ParameterGroup=buildbot.schedulers.forcesched.NestedParameter',
    'buildbot.schedulers.manager':
    'SchedulerManager(buildbot.process.measured_service.MeasuredBuildbotServiceManager) '
    'MeasuredBuildbotServiceManager=buildbot.process.measured_service.MeasuredBuildbotServiceManager',
    'buildbot.schedulers.timed':
    'Timed(buildbot.util.codebase.AbsoluteSourceStampsMixin,buildbot.schedulers.base.ReconfigurableBaseScheduler) '
    'Periodic(Timed) NightlyBase(Timed) Nightly(NightlyBase) NightlyTriggerable(NightlyBase) config=buildbot.config '
    'util=buildbot.util ChangeFilter=buildbot.changes.filter.ChangeFilter '
    'ITriggerableScheduler=buildbot.interfaces.ITriggerableScheduler buildstep=buildbot.process.buildstep '
    'properties=buildbot.process.properties base=buildbot.schedulers.base '
    'AbsoluteSourceStampsMixin=buildbot.util.codebase.AbsoluteSourceStampsMixin',
    'buildbot.schedulers.triggerable':
    'Triggerable(buildbot.schedulers.base.ReconfigurableBaseScheduler) '
    'ITriggerableScheduler=buildbot.interfaces.ITriggerableScheduler Properties=buildbot.process.properties.Properties '
    'base=buildbot.schedulers.base debounce=buildbot.util.debounce',
    'buildbot.schedulers.trysched':
    'TryBase(buildbot.schedulers.base.ReconfigurableBaseScheduler) BadJobfile(Exception) '
    'JobdirService(buildbot.util.maildir.MaildirService) Try_Jobdir(TryBase) RemoteBuildSetStatus~ RemoteBuildRequest~ '
    'RemoteBuild~ Try_Userpass_Perspective(buildbot.pbutil.NewCredPerspective) Try_Userpass(TryBase) pbutil=buildbot.pbutil '
    'Properties=buildbot.process.properties.Properties base=buildbot.schedulers.base '
    'bytes2unicode=buildbot.util.bytes2unicode netstrings=buildbot.util.netstrings '
    'unicode2bytes=buildbot.util.unicode2bytes MaildirService=buildbot.util.maildir.MaildirService '
    'IndependentAsyncMultiService=buildbot.util.service.IndependentAsyncMultiService',
    'buildbot.scripts': '',
    'buildbot.scripts.base':
    'captureErrors() BusyError(RuntimeError) checkPidFile() checkBasedir() loadConfig() isBuildmasterDir() '
    'getConfigFromTac() getConfigFileFromTac() SubcommandOptions~ BasedirMixin~ '
    'ConfigErrors=buildbot.config.errors.ConfigErrors FileLoader=buildbot.config.master.FileLoader',
    'buildbot.scripts.checkconfig':
    'ConfigErrors=buildbot.config.errors.ConfigErrors FileLoader=buildbot.config.master.FileLoader '
    'getConfigFileFromTac=buildbot.scripts.base.getConfigFileFromTac in_reactor=buildbot.util.in_reactor',
    'buildbot.scripts.cleanupdb':
    'doCleanupDatabase() config_module=buildbot.config BuildMaster=buildbot.master.BuildMaster base=buildbot.scripts.base '
    'in_reactor=buildbot.util.in_reactor',
    'buildbot.scripts.copydb':
    'config_module=buildbot.config connector=buildbot.db.connector exceptions=buildbot.db.exceptions '
    'model=buildbot.db.model BuildMaster=buildbot.master.BuildMaster base=buildbot.scripts.base '
    'in_reactor=buildbot.util.in_reactor misc=buildbot.util.misc',
    'buildbot.scripts.create_master':
    'makeBasedir() makeTAC() makeSampleConfig() createDB() config_master=buildbot.config.master '
    'BuildMaster=buildbot.master.BuildMaster in_reactor=buildbot.util.in_reactor',
    'buildbot.scripts.dataspec':
    'connector=buildbot.data.connector in_reactor=buildbot.util.in_reactor',
    'buildbot.scripts.logwatcher':
    'FakeTransport~ BuildmasterTimeoutError(Exception) BuildmasterStartupError(Exception) ReconfigError(Exception) '
    'TailProcess~ LineOnlyLongLineReceiver~ LogWatcher(LineOnlyLongLineReceiver) unicode2bytes=buildbot.util.unicode2bytes',
    'buildbot.scripts.reconfig':
    'Reconfigurator~ BuildmasterTimeoutError=buildbot.scripts.logwatcher.BuildmasterTimeoutError '
    'LogWatcher=buildbot.scripts.logwatcher.LogWatcher ReconfigError=buildbot.scripts.logwatcher.ReconfigError '
    'in_reactor=buildbot.util.in_reactor rewrap=buildbot.util.rewrap',
    'buildbot.scripts.restart':
    'restart() base=buildbot.scripts.base start=buildbot.scripts.start stop=buildbot.scripts.stop',
    'buildbot.scripts.runner':
    'validateMasterOption() '
    'UpgradeMasterOptions(buildbot.scripts.base.BasedirMixin,buildbot.scripts.base.SubcommandOptions) '
    'CreateMasterOptions(buildbot.scripts.base.BasedirMixin,buildbot.scripts.base.SubcommandOptions) '
    'StopOptions(buildbot.scripts.base.BasedirMixin,buildbot.scripts.base.SubcommandOptions) '
    'RestartOptions(buildbot.scripts.base.BasedirMixin,buildbot.scripts.base.SubcommandOptions) '
    'StartOptions(buildbot.scripts.base.BasedirMixin,buildbot.scripts.base.SubcommandOptions) '
    'ReconfigOptions(buildbot.scripts.base.BasedirMixin,buildbot.scripts.base.SubcommandOptions) '
    'SendChangeOptions(buildbot.scripts.base.SubcommandOptions) TryOptions(buildbot.scripts.base.SubcommandOptions) '
    'TryServerOptions(buildbot.scripts.base.SubcommandOptions) CheckConfigOptions(buildbot.scripts.base.SubcommandOptions) '
    'UserOptions(buildbot.scripts.base.SubcommandOptions) '
    'DataSpecOption(buildbot.scripts.base.BasedirMixin,buildbot.scripts.base.SubcommandOptions) '
    'DevProxyOptions(buildbot.scripts.base.BasedirMixin,buildbot.scripts.base.SubcommandOptions) '
    'CleanupDBOptions(buildbot.scripts.base.BasedirMixin,buildbot.scripts.base.SubcommandOptions) '
    'CopyDBOptions(buildbot.scripts.base.BasedirMixin,buildbot.scripts.base.SubcommandOptions) Options~ run() '
    'base=buildbot.scripts.base check_functional_environment=buildbot.util.check_functional_environment',
    'buildbot.scripts.sendchange':
    'sendchange_client=buildbot.clients.sendchange in_reactor=buildbot.util.in_reactor',
    'buildbot.scripts.start':
    'platformType? Follower~ launchNoDaemon() launch() start() base=buildbot.scripts.base '
    'BuildmasterStartupError=buildbot.scripts.logwatcher.BuildmasterStartupError '
    'BuildmasterTimeoutError=buildbot.scripts.logwatcher.BuildmasterTimeoutError '
    'LogWatcher=buildbot.scripts.logwatcher.LogWatcher ReconfigError=buildbot.scripts.logwatcher.ReconfigError '
    'rewrap=buildbot.util.rewrap',
    'buildbot.scripts.stop':
    'platformType? stop() base=buildbot.scripts.base',
    'buildbot.scripts.trycmd':
    'trycmd()',
    'buildbot.scripts.tryserver':
    'tryserver() unicode2bytes=buildbot.util.unicode2bytes',
    'buildbot.scripts.upgrade_master':
    'installFile() upgradeFiles() upgradeDatabase() connector=buildbot.db.connector '
    'IRenderable=buildbot.interfaces.IRenderable BuildMaster=buildbot.master.BuildMaster base=buildbot.scripts.base '
    'in_reactor=buildbot.util.in_reactor stripUrlPassword=buildbot.util.stripUrlPassword',
    'buildbot.scripts.user':
    'usersclient=buildbot.clients.usersclient users=buildbot.process.users.users in_reactor=buildbot.util.in_reactor',
    'buildbot.secrets': '',
    'buildbot.secrets.manager':
    'SecretManager(buildbot.util.service.BuildbotServiceManager) '
    'SecretProviderBase=buildbot.secrets.providers.base.SecretProviderBase '
    'SecretDetails=buildbot.secrets.secret.SecretDetails service=buildbot.util.service',
    'buildbot.secrets.providers': '',
    'buildbot.secrets.providers.base':
    'SecretProviderBase(buildbot.util.service.BuildbotService) BuildbotService=buildbot.util.service.BuildbotService',
    'buildbot.secrets.providers.file':
    'SecretInAFile(buildbot.secrets.providers.base.SecretProviderBase) config=buildbot.config '
    'SecretProviderBase=buildbot.secrets.providers.base.SecretProviderBase',
    'buildbot.secrets.providers.passwordstore':
    'SecretInPass(buildbot.secrets.providers.base.SecretProviderBase) config=buildbot.config '
    'SecretProviderBase=buildbot.secrets.providers.base.SecretProviderBase runprocess=buildbot.util.runprocess',
    'buildbot.secrets.providers.vault_hvac':
    'VaultAuthenticator~ VaultAuthenticatorToken(VaultAuthenticator) VaultAuthenticatorApprole(VaultAuthenticator) '
    'HashiCorpVaultKvSecretProvider(buildbot.secrets.providers.base.SecretProviderBase) config=buildbot.config '
    'SecretProviderBase=buildbot.secrets.providers.base.SecretProviderBase',
    'buildbot.secrets.secret':
    'SecretDetails~',
    'buildbot.statistics':
    'CaptureBuildDuration=buildbot.statistics.capture.CaptureBuildDuration '
    'CaptureBuildDurationAllBuilders=buildbot.statistics.capture.CaptureBuildDurationAllBuilders '
    'CaptureBuildEndTime=buildbot.statistics.capture.CaptureBuildEndTime '
    'CaptureBuildEndTimeAllBuilders=buildbot.statistics.capture.CaptureBuildEndTimeAllBuilders '
    'CaptureBuildStartTime=buildbot.statistics.capture.CaptureBuildStartTime '
    'CaptureBuildStartTimeAllBuilders=buildbot.statistics.capture.CaptureBuildStartTimeAllBuilders '
    'CaptureData=buildbot.statistics.capture.CaptureData '
    'CaptureDataAllBuilders=buildbot.statistics.capture.CaptureDataAllBuilders '
    'CaptureProperty=buildbot.statistics.capture.CaptureProperty '
    'CapturePropertyAllBuilders=buildbot.statistics.capture.CapturePropertyAllBuilders '
    'StatsService=buildbot.statistics.stats_service.StatsService '
    'InfluxStorageService=buildbot.statistics.storage_backends.influxdb_client.InfluxStorageService',
    'buildbot.statistics.capture':
    'Capture~ CapturePropertyBase(Capture) CaptureProperty(CapturePropertyBase) '
    'CapturePropertyAllBuilders(CapturePropertyBase) CaptureBuildTimes(Capture) CaptureBuildStartTime(CaptureBuildTimes) '
    'CaptureBuildStartTimeAllBuilders(CaptureBuildStartTime) CaptureBuildEndTime(CaptureBuildTimes) '
    'CaptureBuildEndTimeAllBuilders(CaptureBuildEndTime) CaptureBuildDuration(CaptureBuildTimes) '
    'CaptureBuildDurationAllBuilders(CaptureBuildDuration) CaptureDataBase(Capture) CaptureData(CaptureDataBase) '
    'CaptureDataAllBuilders(CaptureDataBase) config=buildbot.config '
    'CaptureCallbackError=buildbot.errors.CaptureCallbackError',
    'buildbot.statistics.stats_service':
    'StatsService(buildbot.util.service.BuildbotService) '
    'StatsStorageBase=buildbot.statistics.storage_backends.base.StatsStorageBase service=buildbot.util.service',
    'buildbot.statistics.storage_backends': '',
    'buildbot.statistics.storage_backends.base':
    'StatsStorageBase~',
    'buildbot.statistics.storage_backends.influxdb_client':
    'InfluxStorageService(buildbot.statistics.storage_backends.base.StatsStorageBase) config=buildbot.config '
    'StatsStorageBase=buildbot.statistics.storage_backends.base.StatsStorageBase',
    'buildbot.status': '',
    'buildbot.status.builder':
    'SUCCESS=buildbot.process.results.SUCCESS WARNINGS=buildbot.process.results.WARNINGS '
    'FAILURE=buildbot.process.results.FAILURE SKIPPED=buildbot.process.results.SKIPPED '
    'EXCEPTION=buildbot.process.results.EXCEPTION RETRY=buildbot.process.results.RETRY '
    'CANCELLED=buildbot.process.results.CANCELLED Results=buildbot.process.results.Results',
    'buildbot.status.client':
    'PBListener~',
    'buildbot.status.github':
    'GitHubStatus~',
    'buildbot.status.html':
    'WebStatus~',
    'buildbot.status.mail':
    'MailNotifier(buildbot.reporters.mail.MailNotifier)',
    'buildbot.status.results':
    'SUCCESS=buildbot.process.results.SUCCESS WARNINGS=buildbot.process.results.WARNINGS '
    'FAILURE=buildbot.process.results.FAILURE SKIPPED=buildbot.process.results.SKIPPED '
    'EXCEPTION=buildbot.process.results.EXCEPTION RETRY=buildbot.process.results.RETRY '
    'CANCELLED=buildbot.process.results.CANCELLED Results=buildbot.process.results.Results '
    'worst_status=buildbot.process.results.worst_status',
    'buildbot.status.status_gerrit':
    'GerritStatusPush(buildbot.reporters.gerrit.GerritStatusPush)',
    'buildbot.status.status_push':
    'HttpStatusPush(buildbot.reporters.http.HttpStatusPush)',
    'buildbot.status.words':
    'IRC(buildbot.reporters.irc.IRC)',
    'buildbot.steps': '',
    'buildbot.steps.cmake':
    'CMake(buildbot.process.buildstep.ShellMixin,buildbot.process.buildstep.BuildStep) config=buildbot.config '
    'IRenderable=buildbot.interfaces.IRenderable BuildStep=buildbot.process.buildstep.BuildStep '
    'ShellMixin=buildbot.process.buildstep.ShellMixin',
    'buildbot.steps.configurable':
    'util? BuildbotCiYmlInvalid(Exception) parse_env_string() interpolate_constructor() BuildbotCiLoader~ BuildbotCiYml~ '
    'BuildbotTestCiReadConfigMixin~ '
    'BuildbotTestCiTrigger(BuildbotTestCiReadConfigMixin,buildbot.steps.worker.CompositeStepMixin,buildbot.steps.trigger.Trigger) '
    'evaluate_condition() '
    'BuildbotCiSetupSteps(BuildbotTestCiReadConfigMixin,buildbot.steps.worker.CompositeStepMixin,buildbot.process.buildstep.BuildStep) '
    'Model=buildbot.db.model.Model get_plugins=buildbot.plugins.db.get_plugins buildstep=buildbot.process.buildstep '
    'Properties=buildbot.process.properties.Properties renderer=buildbot.process.properties.renderer '
    'SUCCESS=buildbot.process.results.SUCCESS ShellCommand=buildbot.steps.shell.ShellCommand '
    'Trigger=buildbot.steps.trigger.Trigger CompositeStepMixin=buildbot.steps.worker.CompositeStepMixin',
    'buildbot.steps.cppcheck':
    'Cppcheck(buildbot.process.buildstep.ShellMixin,buildbot.process.buildstep.BuildStep) '
    'logobserver=buildbot.process.logobserver BuildStep=buildbot.process.buildstep.BuildStep '
    'ShellMixin=buildbot.process.buildstep.ShellMixin FAILURE=buildbot.process.results.FAILURE '
    'SUCCESS=buildbot.process.results.SUCCESS WARNINGS=buildbot.process.results.WARNINGS',
    'buildbot.steps.download_secret_to_worker':
    'DownloadSecretsToWorker(buildbot.process.buildstep.BuildStep,buildbot.steps.worker.CompositeStepMixin) '
    'RemoveWorkerFileSecret(buildbot.process.buildstep.BuildStep,buildbot.steps.worker.CompositeStepMixin) '
    'FAILURE=buildbot.process.results.FAILURE SUCCESS=buildbot.process.results.SUCCESS '
    'BuildStep=buildbot.process.buildstep.BuildStep worst_status=buildbot.process.results.worst_status '
    'CompositeStepMixin=buildbot.steps.worker.CompositeStepMixin',
    'buildbot.steps.gitdiffinfo':
    'GitDiffInfo(buildbot.process.buildstep.ShellMixin,buildbot.process.buildstep.BuildStep) config=buildbot.config '
    'buildstep=buildbot.process.buildstep logobserver=buildbot.process.logobserver results=buildbot.process.results',
    'buildbot.steps.http':
    'getSession() setSession() closeSession() HTTPStep(buildbot.process.buildstep.BuildStep) POST(HTTPStep) GET(HTTPStep) '
    'PUT(HTTPStep) DELETE(HTTPStep) HEAD(HTTPStep) OPTIONS(HTTPStep) config=buildbot.config '
    'FAILURE=buildbot.process.results.FAILURE SUCCESS=buildbot.process.results.SUCCESS '
    'BuildStep=buildbot.process.buildstep.BuildStep',
    'buildbot.steps.master':
    'MasterShellCommand(buildbot.process.buildstep.BuildStep) SetProperty(buildbot.process.buildstep.BuildStep) '
    'SetProperties(buildbot.process.buildstep.BuildStep) Assert(buildbot.process.buildstep.BuildStep) '
    'LogRenderable(buildbot.process.buildstep.BuildStep) CANCELLED=buildbot.process.results.CANCELLED '
    'FAILURE=buildbot.process.results.FAILURE SUCCESS=buildbot.process.results.SUCCESS '
    'BuildStep=buildbot.process.buildstep.BuildStep deferwaiter=buildbot.util.deferwaiter '
    'runprocess=buildbot.util.runprocess',
    'buildbot.steps.maxq':
    'MaxQObserver(buildbot.process.logobserver.LogLineObserver) '
    'MaxQ(buildbot.process.buildstep.ShellMixin,buildbot.process.buildstep.BuildStep) config=buildbot.config '
    'buildstep=buildbot.process.buildstep logobserver=buildbot.process.logobserver FAILURE=buildbot.process.results.FAILURE '
    'SUCCESS=buildbot.process.results.SUCCESS',
    'buildbot.steps.mswin':
    'Robocopy(buildbot.process.buildstep.ShellMixin,buildbot.process.buildstep.BuildStep) '
    'BuildStep=buildbot.process.buildstep.BuildStep ShellMixin=buildbot.process.buildstep.ShellMixin '
    'EXCEPTION=buildbot.process.results.EXCEPTION FAILURE=buildbot.process.results.FAILURE '
    'SUCCESS=buildbot.process.results.SUCCESS WARNINGS=buildbot.process.results.WARNINGS',
    'buildbot.steps.package': '',
    'buildbot.steps.package.deb': '',
    'buildbot.steps.package.deb.lintian':
    'MaxQObserver(buildbot.process.logobserver.LogLineObserver) '
    'DebLintian(buildbot.process.buildstep.ShellMixin,buildbot.process.buildstep.BuildStep) config=buildbot.config '
    'buildstep=buildbot.process.buildstep logobserver=buildbot.process.logobserver FAILURE=buildbot.process.results.FAILURE '
    'SUCCESS=buildbot.process.results.SUCCESS WARNINGS=buildbot.process.results.WARNINGS '
    'pkgutil=buildbot.steps.package.util',
    'buildbot.steps.package.deb.pbuilder':
    'DebPbuilder(buildbot.steps.shell.WarningCountingShellCommand) DebCowbuilder(DebPbuilder) UbuPbuilder(DebPbuilder) '
    'UbuCowbuilder(DebCowbuilder) config=buildbot.config logobserver=buildbot.process.logobserver '
    'remotecommand=buildbot.process.remotecommand results=buildbot.process.results '
    'WarningCountingShellCommand=buildbot.steps.shell.WarningCountingShellCommand',
    'buildbot.steps.package.rpm':
    'MockBuildSRPM=buildbot.steps.package.rpm.mock.MockBuildSRPM MockRebuild=buildbot.steps.package.rpm.mock.MockRebuild '
    'RpmBuild=buildbot.steps.package.rpm.rpmbuild.RpmBuild RpmLint=buildbot.steps.package.rpm.rpmlint.RpmLint',
    'buildbot.steps.package.rpm.mock':
    'MockStateObserver(buildbot.process.logobserver.LogLineObserver) '
    'Mock(buildbot.process.buildstep.ShellMixin,buildbot.process.buildstep.CommandMixin,buildbot.process.buildstep.BuildStep) '
    'MockBuildSRPM(Mock) MockRebuild(Mock) config=buildbot.config buildstep=buildbot.process.buildstep '
    'logobserver=buildbot.process.logobserver',
    'buildbot.steps.package.rpm.rpmbuild':
    'RpmBuild(buildbot.process.buildstep.ShellMixin,buildbot.process.buildstep.BuildStep) config=buildbot.config '
    'buildstep=buildbot.process.buildstep logobserver=buildbot.process.logobserver',
    'buildbot.steps.package.rpm.rpmlint':
    'RpmLint(buildbot.steps.shell.Test) pkgutil=buildbot.steps.package.util Test=buildbot.steps.shell.Test',
    'buildbot.steps.package.util':
    'WEObserver(buildbot.process.logobserver.LogLineObserver) logobserver=buildbot.process.logobserver',
    'buildbot.steps.python':
    'BuildEPYDoc(buildbot.process.buildstep.ShellMixin,buildbot.process.buildstep.BuildStep) '
    'PyFlakes(buildbot.process.buildstep.ShellMixin,buildbot.process.buildstep.BuildStep) '
    'PyLint(buildbot.process.buildstep.ShellMixin,buildbot.process.buildstep.BuildStep) '
    'Sphinx(buildbot.process.buildstep.ShellMixin,buildbot.process.buildstep.BuildStep) config=buildbot.config '
    'buildstep=buildbot.process.buildstep logobserver=buildbot.process.logobserver FAILURE=buildbot.process.results.FAILURE '
    'SUCCESS=buildbot.process.results.SUCCESS WARNINGS=buildbot.process.results.WARNINGS '
    'statusToString=buildbot.process.results.statusToString',
    'buildbot.steps.python_twisted':
    'HLint(buildbot.process.buildstep.ShellMixin,buildbot.process.buildstep.BuildStep) '
    'TrialTestCaseCounter(buildbot.process.logobserver.LogLineObserver) UNSPECIFIED? '
    'Trial(buildbot.process.buildstep.ShellMixin,buildbot.process.buildstep.BuildStep) '
    'RemovePYCs(buildbot.steps.shell.ShellCommand) util=buildbot.util buildstep=buildbot.process.buildstep '
    'logobserver=buildbot.process.logobserver FAILURE=buildbot.process.results.FAILURE '
    'SKIPPED=buildbot.process.results.SKIPPED SUCCESS=buildbot.process.results.SUCCESS '
    'WARNINGS=buildbot.process.results.WARNINGS shell=buildbot.steps.shell',
    'buildbot.steps.shell':
    'TreeSize(buildbot.process.buildstep.ShellMixin,buildbot.process.buildstep.BuildStep) '
    'SetPropertyFromCommand(buildbot.process.buildstep.ShellMixin,buildbot.process.buildstep.BuildStep) '
    'ShellCommand(buildbot.process.buildstep.ShellMixin,buildbot.process.buildstep.BuildStep) Configure(ShellCommand) '
    'WarningCountingShellCommand(buildbot.process.buildstep.ShellMixin,buildbot.steps.worker.CompositeStepMixin,buildbot.process.buildstep.BuildStep) '
    'Compile(WarningCountingShellCommand) Test(WarningCountingShellCommand) '
    'PerlModuleTestObserver(buildbot.process.logobserver.LogLineObserver) PerlModuleTest(Test) config=buildbot.config '
    'buildstep=buildbot.process.buildstep logobserver=buildbot.process.logobserver '
    'WithProperties=buildbot.process.properties.WithProperties FAILURE=buildbot.process.results.FAILURE '
    'SUCCESS=buildbot.process.results.SUCCESS WARNINGS=buildbot.process.results.WARNINGS '
    'statusToString=buildbot.process.results.statusToString worst_status=buildbot.process.results.worst_status '
    'CompositeStepMixin=buildbot.steps.worker.CompositeStepMixin join_list=buildbot.util.join_list',
    'buildbot.steps.shellsequence':
    'ShellArg(buildbot.process.results.ResultComputingConfigMixin) '
    'ShellSequence(buildbot.process.buildstep.ShellMixin,buildbot.process.buildstep.BuildStep) config=buildbot.config '
    'buildstep=buildbot.process.buildstep results=buildbot.process.results',
    'buildbot.steps.source':
    'Source=buildbot.steps.source.base.Source',
    'buildbot.steps.source.base':
    'Source(buildbot.process.buildstep.BuildStep,buildbot.steps.worker.CompositeStepMixin) '
    'buildstep=buildbot.process.buildstep properties=buildbot.process.properties '
    'remotecommand=buildbot.process.remotecommand FAILURE=buildbot.process.results.FAILURE '
    'CompositeStepMixin=buildbot.steps.worker.CompositeStepMixin bytes2unicode=buildbot.util.bytes2unicode',
    'buildbot.steps.source.bzr':
    'Bzr(buildbot.steps.source.base.Source) WorkerSetupError=buildbot.interfaces.WorkerSetupError '
    'buildstep=buildbot.process.buildstep remotecommand=buildbot.process.remotecommand results=buildbot.process.results '
    'Source=buildbot.steps.source.base.Source',
    'buildbot.steps.source.cvs':
    'CVS(buildbot.steps.source.base.Source) WorkerSetupError=buildbot.interfaces.WorkerSetupError '
    'buildstep=buildbot.process.buildstep remotecommand=buildbot.process.remotecommand results=buildbot.process.results '
    'StringFileWriter=buildbot.process.remotetransfer.StringFileWriter Source=buildbot.steps.source.base.Source',
    'buildbot.steps.source.darcs':
    'Darcs(buildbot.steps.source.base.Source) ConfigErrors=buildbot.config.errors.ConfigErrors '
    'WorkerSetupError=buildbot.interfaces.WorkerSetupError buildstep=buildbot.process.buildstep '
    'remotecommand=buildbot.process.remotecommand results=buildbot.process.results SUCCESS=buildbot.process.results.SUCCESS '
    'Source=buildbot.steps.source.base.Source',
    'buildbot.steps.source.gerrit':
    'Gerrit(buildbot.steps.source.git.Git) Git=buildbot.steps.source.git.Git',
    'buildbot.steps.source.git':
    'RC_SUCCESS:0 GIT_HASH_LENGTH:40 isTrueOrIsExactlyZero() git_describe_flags? '
    'Git(buildbot.steps.source.base.Source,buildbot.util.git.GitStepMixin) '
    'GitPush(buildbot.process.buildstep.BuildStep,buildbot.util.git.GitStepMixin,buildbot.steps.worker.CompositeStepMixin) '
    'GitTag(buildbot.process.buildstep.BuildStep,buildbot.util.git.GitStepMixin,buildbot.steps.worker.CompositeStepMixin) '
    'GitCommit(buildbot.process.buildstep.BuildStep,buildbot.util.git.GitStepMixin,buildbot.steps.worker.CompositeStepMixin) '
    'bbconfig=buildbot.config WorkerSetupError=buildbot.interfaces.WorkerSetupError buildstep=buildbot.process.buildstep '
    'remotecommand=buildbot.process.remotecommand Source=buildbot.steps.source.base.Source '
    'CompositeStepMixin=buildbot.steps.worker.CompositeStepMixin GitStepMixin=buildbot.util.git.GitStepMixin '
    'GitCredentialOptions=buildbot.util.git_credential.GitCredentialOptions '
    'add_user_password_to_credentials=buildbot.util.git_credential.add_user_password_to_credentials',
    'buildbot.steps.source.github':
    'GitHub(buildbot.steps.source.git.Git) Git=buildbot.steps.source.git.Git',
    'buildbot.steps.source.gitlab':
    'GitLab(buildbot.steps.source.git.Git) Git=buildbot.steps.source.git.Git',
    'buildbot.steps.source.mercurial':
    'Mercurial(buildbot.steps.source.base.Source) ConfigErrors=buildbot.config.errors.ConfigErrors '
    'WorkerSetupError=buildbot.interfaces.WorkerSetupError buildstep=buildbot.process.buildstep '
    'remotecommand=buildbot.process.remotecommand results=buildbot.process.results SUCCESS=buildbot.process.results.SUCCESS '
    'Source=buildbot.steps.source.base.Source',
    'buildbot.steps.source.mtn':
    'Monotone(buildbot.steps.source.base.Source) ConfigErrors=buildbot.config.errors.ConfigErrors '
    'WorkerSetupError=buildbot.interfaces.WorkerSetupError buildstep=buildbot.process.buildstep '
    'remotecommand=buildbot.process.remotecommand SUCCESS=buildbot.process.results.SUCCESS '
    'Source=buildbot.steps.source.base.Source',
    'buildbot.steps.source.p4':
    'P4(buildbot.steps.source.base.Source) config=buildbot.config interfaces=buildbot.interfaces '
    'WorkerSetupError=buildbot.interfaces.WorkerSetupError buildstep=buildbot.process.buildstep '
    'remotecommand=buildbot.process.remotecommand results=buildbot.process.results '
    'Interpolate=buildbot.process.properties.Interpolate Source=buildbot.steps.source.base.Source',
    'buildbot.steps.source.repo':
    'RepoDownloadsFromProperties(buildbot.util.ComparableMixin) '
    'RepoDownloadsFromChangeSource(buildbot.util.ComparableMixin) Repo(buildbot.steps.source.base.Source) '
    'util=buildbot.util IRenderable=buildbot.interfaces.IRenderable buildstep=buildbot.process.buildstep '
    'remotecommand=buildbot.process.remotecommand results=buildbot.process.results Source=buildbot.steps.source.base.Source',
    'buildbot.steps.source.svn':
    'SVN(buildbot.steps.source.base.Source) ConfigErrors=buildbot.config.errors.ConfigErrors '
    'WorkerSetupError=buildbot.interfaces.WorkerSetupError buildstep=buildbot.process.buildstep '
    'remotecommand=buildbot.process.remotecommand Source=buildbot.steps.source.base.Source',
    'buildbot.steps.subunit':
    'SubunitLogObserver(buildbot.process.logobserver.LogLineObserver) '
    'SubunitShellCommand(buildbot.process.buildstep.ShellMixin,buildbot.process.buildstep.BuildStep) '
    'buildstep=buildbot.process.buildstep logobserver=buildbot.process.logobserver FAILURE=buildbot.process.results.FAILURE '
    'SUCCESS=buildbot.process.results.SUCCESS statusToString=buildbot.process.results.statusToString',
    'buildbot.steps.transfer':
    'makeStatusRemoteCommand() FileUpload(buildbot.process.buildstep.BuildStep) '
    'DirectoryUpload(buildbot.process.buildstep.BuildStep) '
    'MultipleFileUpload(buildbot.process.buildstep.BuildStep,buildbot.steps.worker.CompositeStepMixin) '
    'FileDownload(buildbot.process.buildstep.BuildStep) StringDownload(buildbot.process.buildstep.BuildStep) '
    'JSONStringDownload(StringDownload) JSONPropertiesDownload(StringDownload) config=buildbot.config '
    'WorkerSetupError=buildbot.interfaces.WorkerSetupError remotecommand=buildbot.process.remotecommand '
    'remotetransfer=buildbot.process.remotetransfer FAILURE=buildbot.process.results.FAILURE '
    'SKIPPED=buildbot.process.results.SKIPPED SUCCESS=buildbot.process.results.SUCCESS '
    'BuildStep=buildbot.process.buildstep.BuildStep CompositeStepMixin=buildbot.steps.worker.CompositeStepMixin '
    'flatten=buildbot.util.flatten',
    'buildbot.steps.trigger':
    'Trigger(buildbot.process.buildstep.BuildStep) config=buildbot.config IRenderable=buildbot.interfaces.IRenderable '
    'ITriggerableScheduler=buildbot.interfaces.ITriggerableScheduler CANCELLED=buildbot.process.results.CANCELLED '
    'EXCEPTION=buildbot.process.results.EXCEPTION SUCCESS=buildbot.process.results.SUCCESS '
    'BuildStep=buildbot.process.buildstep.BuildStep Properties=buildbot.process.properties.Properties '
    'Property=buildbot.process.properties.Property ALL_RESULTS=buildbot.process.results.ALL_RESULTS '
    'statusToString=buildbot.process.results.statusToString worst_status=buildbot.process.results.worst_status '
    'getURLForBuild=buildbot.reporters.utils.getURLForBuild '
    'getURLForBuildrequest=buildbot.reporters.utils.getURLForBuildrequest',
    'buildbot.steps.vstudio':
    'MSLogLineObserver(buildbot.process.logobserver.LogLineObserver) '
    'VisualStudio(buildbot.process.buildstep.ShellMixin,buildbot.process.buildstep.BuildStep) VC6(VisualStudio) '
    'VC7(VisualStudio) VC8(VC7) VCExpress9(VC8) VC9(VC8) VC10(VC9) VC11(VC10) VC12(VC11) VC14(VC12) VC141(VC14) '
    'VS2019(VC141) VS2022(VC141) MsBuild4(VisualStudio) MsBuild12(MsBuild4) MsBuild14(MsBuild4) MsBuild141(VisualStudio) '
    'MsBuild16(MsBuild141) MsBuild17(MsBuild141) config=buildbot.config buildstep=buildbot.process.buildstep '
    'results=buildbot.process.results LogLineObserver=buildbot.process.logobserver.LogLineObserver '
    'VS2003=buildbot.steps.vstudio.VC7 VS2005=buildbot.steps.vstudio.VC8 VS2008=buildbot.steps.vstudio.VC9 '
    'VS2010=buildbot.steps.vstudio.VC10 VS2012=buildbot.steps.vstudio.VC11 VS2013=buildbot.steps.vstudio.VC12 '
    'VS2015=buildbot.steps.vstudio.VC14 VS2017=buildbot.steps.vstudio.VC141 MsBuild=buildbot.steps.vstudio.MsBuild4 '
    'MsBuild15=buildbot.steps.vstudio.MsBuild141',
    'buildbot.steps.worker':
    'WorkerBuildStep(buildbot.process.buildstep.BuildStep) SetPropertiesFromEnv(WorkerBuildStep) '
    'FileExists(WorkerBuildStep) CopyDirectory(WorkerBuildStep) RemoveDirectory(WorkerBuildStep) '
    'MakeDirectory(WorkerBuildStep) CompositeStepMixin~ buildstep=buildbot.process.buildstep '
    'remotecommand=buildbot.process.remotecommand remotetransfer=buildbot.process.remotetransfer '
    'FAILURE=buildbot.process.results.FAILURE SUCCESS=buildbot.process.results.SUCCESS',
    'buildbot.util':
    'naturalSort() flattened_iterator() flatten() now() formatInterval() fuzzyInterval() ComparableMixin~ diffSets() '
    'badchars_map? safeTranslate() none_or_str() unicode2bytes() bytes2unicode() toJson() NotABranch? epoch2datetime() '
    'datetime2epoch() human_readable_delta() makeList() in_reactor() string2boolean() asyncSleep() '
    'check_functional_environment() stripUrlPassword() join_list() command_to_string() rewrap() dictionary_merge() '
    'IConfigured=buildbot.interfaces.IConfigured giturlparse=buildbot.util.giturlparse.giturlparse '
    'deferredLocked=buildbot.util.misc.deferredLocked Notifier=buildbot.util._notifier.Notifier',
    'buildbot.util._notifier':
    'Notifier~',
    'buildbot.util.async_sort':
    'async_sort()',
    'buildbot.util.backoff':
    'BackoffTimeoutExceededError(Exception) ExponentialBackoffEngine~ '
    'ExponentialBackoffEngineSync(ExponentialBackoffEngine) ExponentialBackoffEngineAsync(ExponentialBackoffEngine) '
    'asyncSleep=buildbot.util.asyncSleep',
    'buildbot.util.bbcollections':
    'KeyedSets~',
    'buildbot.util.codebase':
    'AbsoluteSourceStampsMixin~',
    'buildbot.util.config':
    'ConfiguredMixin~ IConfigured=buildbot.interfaces.IConfigured',
    'buildbot.util.debounce':
    'PH_IDLE:0 PH_WAITING:1 PH_RUNNING:2 PH_RUNNING_QUEUED:3 Debouncer~ method()',
    'buildbot.util.deferwaiter':
    'DeferWaiter~ RepeatedActionHandler~ NonRepeatedActionHandler~ Notifier=buildbot.util._notifier.Notifier',
    'buildbot.util.eventual':
    'eventually() fireEventually() flushEventualQueue()',
    'buildbot.util.git':
    'RC_SUCCESS:0 getSshArgsForKeys() escapeShellArgIfNeeded() getSshCommand() scp_style_to_url_syntax() check_ssh_config() '
    'GitMixin~ getSshWrapperScriptContents() getSshKnownHostsContents() ensureSshKeyNewline() GitStepMixin(GitMixin) '
    'AbstractGitAuth(buildbot.util.ComparableMixin) GitStepAuth(AbstractGitAuth) GitServiceAuth(AbstractGitAuth) '
    'config=buildbot.config buildstep=buildbot.process.buildstep remotecommand=buildbot.process.remotecommand '
    'Properties=buildbot.process.properties.Properties CompositeStepMixin=buildbot.steps.worker.CompositeStepMixin '
    'ComparableMixin=buildbot.util.ComparableMixin bytes2unicode=buildbot.util.bytes2unicode '
    'writeLocalFile=buildbot.util.misc.writeLocalFile async_to_deferred=buildbot.util.twisted.async_to_deferred',
    'buildbot.util.git_credential':
    'GitCredentialInputRenderer(buildbot.util.ComparableMixin) GitCredentialOptions~ add_user_password_to_credentials() '
    'IRenderable=buildbot.interfaces.IRenderable ComparableMixin=buildbot.util.ComparableMixin '
    'async_to_deferred=buildbot.util.twisted.async_to_deferred',
    'buildbot.util.giturlparse':
    'GitUrl~ giturlparse()',
    'buildbot.util.httpclientservice':
    'TxRequestsResponseWrapper~ TreqResponseWrapper~ HTTPClientService(buildbot.util.service.SharedService) HTTPSession~ '
    'IHttpResponse=buildbot.interfaces.IHttpResponse service=buildbot.util.service toJson=buildbot.util.toJson '
    'unicode2bytes=buildbot.util.unicode2bytes',
    'buildbot.util.identifiers':
    'ident_re? initial_re? subsequent_re? trailing_digits_re? isIdentifier() forceIdentifier() incrementIdentifier() '
    'util=buildbot.util',
    'buildbot.util.importlib_compat':
    'entry_points_get()',
    'buildbot.util.kubeclientservice':
    'KubeConfigLoaderBase(buildbot.util.service.BuildbotService) KubeHardcodedConfig(KubeConfigLoaderBase) '
    'KubeCtlProxyConfigLoader(KubeConfigLoaderBase) KubeInClusterConfigLoader(KubeConfigLoaderBase) '
    'KubeClientService(buildbot.util.service.SharedService) config=buildbot.config service=buildbot.util.service '
    'LineProcessProtocol=buildbot.util.protocol.LineProcessProtocol',
    'buildbot.util.latent':
    'CompatibleLatentWorkerMixin~',
    'buildbot.util.lineboundaries':
    'LineBoundaryFinder~',
    'buildbot.util.lru':
    'LRUCache~ AsyncLRUCache(LRUCache)',
    'buildbot.util.maildir':
    'NoSuchMaildir(Exception) MaildirService(buildbot.util.service.BuildbotService) service=buildbot.util.service',
    'buildbot.util.misc':
    'deferredLocked() cancelAfter() writeLocalFile() chunkify_list()',
    'buildbot.util.netstrings':
    'NullAddress~ NullTransport~ NetstringParser~ unicode2bytes=buildbot.util.unicode2bytes',
    'buildbot.util.path_expand_user':
    'posix_expanduser() nt_expanduser()',
    'buildbot.util.pathmatch':
    'ident() Matcher~',
    'buildbot.util.poll':
    'Poller~ method() track_poll_methods() reset_poll_methods()',
    'buildbot.util.private_tempdir':
    'PrivateTemporaryDirectory~',
    'buildbot.util.protocol':
    'LineBuffer~ LineProcessProtocol~',
    'buildbot.util.pullrequest':
    'PullRequestMixin~',
    'buildbot.util.queue':
    'UndoableQueue~ ConnectableThreadQueue~ backoff=buildbot.util.backoff',
    'buildbot.util.raml':
    'RamlLoader~ construct_include() construct_mapping() RamlSpec~',
    'buildbot.util.render_description':
    'render_description()',
    'buildbot.util.runprocess':
    'RunProcessPP~ RunProcess~ create_process() run_process() unicode2bytes=buildbot.util.unicode2bytes',
    'buildbot.util.sautils':
    'InsertFromSelect~ sa_version() Table() withoutSqliteForeignKeys() get_sqlite_version() get_upsert_method() '
    'hash_columns()',
    'buildbot.util.service':
    'ReconfigurableServiceMixin~ AsyncService~ AsyncMultiService(AsyncService) '
    'IndependentAsyncMultiService(AsyncMultiService) MasterService(AsyncMultiService) SharedService(AsyncMultiService) '
    'BuildbotService(AsyncMultiService,buildbot.util.config.ConfiguredMixin,buildbot.util.ComparableMixin,ReconfigurableServiceMixin) '
    'ClusteredBuildbotService(BuildbotService) '
    'BuildbotServiceManager(AsyncMultiService,buildbot.util.config.ConfiguredMixin,ReconfigurableServiceMixin) '
    'util=buildbot.util Properties=buildbot.process.properties.Properties bytes2unicode=buildbot.util.bytes2unicode '
    'config=buildbot.util.config unicode2bytes=buildbot.util.unicode2bytes '
    'warn_deprecated=buildbot.warnings.warn_deprecated',
    'buildbot.util.ssfilter':
    'NotABranch? extract_filter_values() extract_filter_values_branch() extract_filter_values_regex() '
    'extract_filter_values_dict() extract_filter_values_dict_regex() SourceStampFilter(buildbot.util.ComparableMixin) '
    'ComparableMixin=buildbot.util.ComparableMixin',
    'buildbot.util.ssl':
    'ensureHasSSL() skipUnless() error=buildbot.config.errors.error',
    'buildbot.util.state':
    'StateMixin~',
    'buildbot.util.subscription':
    'SubscriptionPoint~ Subscription~ Notifier=buildbot.util._notifier.Notifier',
    'buildbot.util.test_result_submitter':
    'TestResultSubmitter~ deferwaiter=buildbot.util.deferwaiter',
    'buildbot.util.tuplematch':
    'matchTuple()',
    'buildbot.util.twisted':
    'async_to_deferred() any_to_async() ThreadPool~',
    'buildbot.util.watchdog':
    'Watchdog~',
    'buildbot.wamp': '',
    'buildbot.wamp.connector':
    'MasterService(buildbot.util.service.AsyncMultiService) make() '
    'WampConnector(buildbot.util.service.ReconfigurableServiceMixin,buildbot.util.service.AsyncMultiService) '
    'bytes2unicode=buildbot.util.bytes2unicode service=buildbot.util.service',
    'buildbot.warnings':
    'ConfigWarning(Warning) DeprecatedApiWarning(Warning) warn_deprecated()',
    'buildbot.worker':
    'AbstractWorker=buildbot.worker.base.AbstractWorker Worker=buildbot.worker.base.Worker '
    'AbstractLatentWorker=buildbot.worker.latent.AbstractLatentWorker',
    'buildbot.worker.base':
    'AbstractWorker(buildbot.util.service.BuildbotService) Worker(AbstractWorker) config=buildbot.config '
    'IWorker=buildbot.interfaces.IWorker metrics=buildbot.process.metrics Properties=buildbot.process.properties.Properties '
    'Notifier=buildbot.util._notifier.Notifier bytes2unicode=buildbot.util.bytes2unicode '
    'deferwaiter=buildbot.util.deferwaiter service=buildbot.util.service',
    'buildbot.worker.docker':
    'DockerBaseWorker(buildbot.worker.latent.AbstractLatentWorker) '
    'DockerLatentWorker(buildbot.util.latent.CompatibleLatentWorkerMixin,DockerBaseWorker) config=buildbot.config '
    'LatentWorkerCannotSubstantiate=buildbot.interfaces.LatentWorkerCannotSubstantiate '
    'LatentWorkerFailedToSubstantiate=buildbot.interfaces.LatentWorkerFailedToSubstantiate '
    'unicode2bytes=buildbot.util.unicode2bytes CompatibleLatentWorkerMixin=buildbot.util.latent.CompatibleLatentWorkerMixin '
    'AbstractLatentWorker=buildbot.worker.latent.AbstractLatentWorker',
    'buildbot.worker.ec2':
    "PENDING:'pending' RUNNING:'running' SHUTTINGDOWN:'shutting-down' TERMINATED:'terminated' SPOT_REQUEST_PENDING_STATES? "
    "FULFILLED:'fulfilled' PRICE_TOO_LOW:'price-too-low' EC2LatentWorker(buildbot.worker.latent.AbstractLatentWorker) "
    'config=buildbot.config LatentWorkerFailedToSubstantiate=buildbot.interfaces.LatentWorkerFailedToSubstantiate '
    'AbstractLatentWorker=buildbot.worker.latent.AbstractLatentWorker',
    'buildbot.worker.kubernetes':
    'KubeError(RuntimeError) KubeJsonError(KubeError) KubeTextError(KubeError) '
    'KubeLatentWorker(buildbot.util.latent.CompatibleLatentWorkerMixin,buildbot.worker.docker.DockerBaseWorker) '
    'LatentWorkerFailedToSubstantiate=buildbot.interfaces.LatentWorkerFailedToSubstantiate '
    'asyncSleep=buildbot.util.asyncSleep httpclientservice=buildbot.util.httpclientservice '
    'kubeclientservice=buildbot.util.kubeclientservice '
    'CompatibleLatentWorkerMixin=buildbot.util.latent.CompatibleLatentWorkerMixin '
    'DockerBaseWorker=buildbot.worker.docker.DockerBaseWorker',
    'buildbot.worker.latent':
    'States~ AbstractLatentWorker(buildbot.worker.base.AbstractWorker) LocalLatentWorker(AbstractLatentWorker) '
    'ILatentMachine=buildbot.interfaces.ILatentMachine ILatentWorker=buildbot.interfaces.ILatentWorker '
    'LatentWorkerFailedToSubstantiate=buildbot.interfaces.LatentWorkerFailedToSubstantiate '
    'LatentWorkerSubstantiatiationCancelled=buildbot.interfaces.LatentWorkerSubstantiatiationCancelled '
    'Notifier=buildbot.util._notifier.Notifier AbstractWorker=buildbot.worker.base.AbstractWorker',
    'buildbot.worker.libvirt':
    'handle_connect_close() ThreadWithQueue(buildbot.util.queue.ConnectableThreadQueue) ServerThreadPool~ threadpool? '
    'Connection~ LibVirtWorker(buildbot.worker.latent.AbstractLatentWorker) config=buildbot.config '
    'LatentWorkerFailedToSubstantiate=buildbot.interfaces.LatentWorkerFailedToSubstantiate '
    'runprocess=buildbot.util.runprocess ConnectableThreadQueue=buildbot.util.queue.ConnectableThreadQueue '
    'AbstractLatentWorker=buildbot.worker.latent.AbstractLatentWorker',
    'buildbot.worker.local':
    'LocalWorker(buildbot.worker.base.Worker) error=buildbot.config.errors.error Worker=buildbot.worker.base.Worker',
    'buildbot.worker.manager':
    'WorkerRegistration~ WorkerManager(buildbot.process.measured_service.MeasuredBuildbotServiceManager) '
    'MeasuredBuildbotServiceManager=buildbot.process.measured_service.MeasuredBuildbotServiceManager '
    'misc=buildbot.util.misc bbmsgpack=buildbot.worker.protocols.msgpack bbpb=buildbot.worker.protocols.pb',
    'buildbot.worker.marathon':
    'MarathonLatentWorker(buildbot.util.latent.CompatibleLatentWorkerMixin,buildbot.worker.docker.DockerBaseWorker) '
    'util=buildbot.util LatentWorkerFailedToSubstantiate=buildbot.interfaces.LatentWorkerFailedToSubstantiate '
    'HTTPSession=buildbot.util.httpclientservice.HTTPSession '
    'CompatibleLatentWorkerMixin=buildbot.util.latent.CompatibleLatentWorkerMixin '
    'DockerBaseWorker=buildbot.worker.docker.DockerBaseWorker',
    'buildbot.worker.openstack':
    "ACTIVE:'ACTIVE' BUILD:'BUILD' DELETED:'DELETED' UNKNOWN:'UNKNOWN' "
    'OpenStackLatentWorker(buildbot.util.latent.CompatibleLatentWorkerMixin,buildbot.worker.latent.AbstractLatentWorker) '
    'config=buildbot.config LatentWorkerFailedToSubstantiate=buildbot.interfaces.LatentWorkerFailedToSubstantiate '
    'unicode2bytes=buildbot.util.unicode2bytes CompatibleLatentWorkerMixin=buildbot.util.latent.CompatibleLatentWorkerMixin '
    'AbstractLatentWorker=buildbot.worker.latent.AbstractLatentWorker',
    'buildbot.worker.protocols': '',
    'buildbot.worker.protocols.base':
    'Listener~ UpdateRegistrationListener(Listener) Connection~ RemoteCommandImpl~ FileWriterImpl~ FileReaderImpl~ '
    'ComparableMixin=buildbot.util.ComparableMixin subscription=buildbot.util.subscription '
    'eventually=buildbot.util.eventual.eventually',
    'buildbot.worker.protocols.manager': '',
    'buildbot.worker.protocols.manager.base':
    'BaseManager(buildbot.util.service.AsyncMultiService) Registration~ BaseDispatcher(buildbot.util.service.AsyncService) '
    'service=buildbot.util.service',
    'buildbot.worker.protocols.manager.msgpack':
    'ConnectioLostError(Exception) RemoteWorkerError(Exception) decode_http_authorization_header() '
    'encode_http_authorization_header() BuildbotWebSocketServerProtocol~ '
    'Dispatcher(buildbot.worker.protocols.manager.base.BaseDispatcher) '
    'MsgManager(buildbot.worker.protocols.manager.base.BaseManager) deferwaiter=buildbot.util.deferwaiter '
    'eventually=buildbot.util.eventual.eventually BaseDispatcher=buildbot.worker.protocols.manager.base.BaseDispatcher '
    'BaseManager=buildbot.worker.protocols.manager.base.BaseManager',
    'buildbot.worker.protocols.manager.pb':
    'Dispatcher(buildbot.worker.protocols.manager.base.BaseDispatcher) '
    'PBManager(buildbot.worker.protocols.manager.base.BaseManager) Properties=buildbot.process.properties.Properties '
    'bytes2unicode=buildbot.util.bytes2unicode unicode2bytes=buildbot.util.unicode2bytes '
    'eventually=buildbot.util.eventual.eventually BaseDispatcher=buildbot.worker.protocols.manager.base.BaseDispatcher '
    'BaseManager=buildbot.worker.protocols.manager.base.BaseManager',
    'buildbot.worker.protocols.msgpack':
    'Listener(buildbot.worker.protocols.base.UpdateRegistrationListener) BasicRemoteCommand~ '
    'Connection(buildbot.worker.protocols.base.Connection) decode=buildbot.pbutil.decode '
    'remotecommand=buildbot.process.remotecommand deferwaiter=buildbot.util.deferwaiter '
    'path_expand_user=buildbot.util.path_expand_user base=buildbot.worker.protocols.base',
    'buildbot.worker.protocols.null':
    'Listener(buildbot.worker.protocols.base.Listener) ProxyMixin~ RemoteCommandProxy(ProxyMixin) '
    'FileReaderProxy(ProxyMixin) FileWriterProxy(ProxyMixin) Connection(buildbot.worker.protocols.base.Connection) '
    'fireEventually=buildbot.util.eventual.fireEventually warn_deprecated=buildbot.warnings.warn_deprecated '
    'base=buildbot.worker.protocols.base',
    'buildbot.worker.protocols.pb':
    'Listener(buildbot.worker.protocols.base.UpdateRegistrationListener) ReferenceableProxy~ '
    'RemoteCommand(ReferenceableProxy) FileReaderProxy(ReferenceableProxy) FileWriterProxy(ReferenceableProxy) '
    'Connection(buildbot.worker.protocols.base.Connection) decode=buildbot.pbutil.decode '
    'deferwaiter=buildbot.util.deferwaiter base=buildbot.worker.protocols.base',
    'buildbot.worker.upcloud':
    "DEFAULT_ZONE:'de-fra1' DEFAULT_PLAN:'1xCPU-1GB' DEFAULT_BASE_URL:'https://api.upcloud.com/1.3' DEFAULT_OS_DISK_SIZE:10 "
    'DEFAULT_CORE_NUMBER:1 DEFAULT_MEMORY_AMOUNT:512 UpcloudLatentWorker(buildbot.worker.latent.AbstractLatentWorker) '
    'config=buildbot.config util=buildbot.util '
    'LatentWorkerFailedToSubstantiate=buildbot.interfaces.LatentWorkerFailedToSubstantiate '
    'HTTPSession=buildbot.util.httpclientservice.HTTPSession '
    'AbstractLatentWorker=buildbot.worker.latent.AbstractLatentWorker',
    'buildbot.www': '',
    'buildbot.www.auth':
    'AuthRootResource(buildbot.www.resource.Resource) AuthBase(buildbot.util.config.ConfiguredMixin) '
    'UserInfoProviderBase(buildbot.util.config.ConfiguredMixin) LoginResource(buildbot.www.resource.Resource) '
    'NoAuth(AuthBase) RemoteUserAuth(AuthBase) AuthRealm~ TwistedICredAuthBase(AuthBase) HTPasswdAuth(TwistedICredAuthBase) '
    'UserPasswordAuth(TwistedICredAuthBase) CustomAuth(TwistedICredAuthBase) PreAuthenticatedLoginResource(LoginResource) '
    "LogoutResource(buildbot.www.resource.Resource) SESSION_SECRET_LENGTH:128 SESSION_SECRET_ALGORITHM:'HS256' "
    'parse_user_info_from_token() build_anonymous_user_info() build_cookie_name() bytes2unicode=buildbot.util.bytes2unicode '
    'config=buildbot.util.config unicode2bytes=buildbot.util.unicode2bytes resource=buildbot.www.resource',
    'buildbot.www.authz':
    'Authz=buildbot.www.authz.authz.Authz Forbidden=buildbot.www.authz.authz.Forbidden '
    'fnmatchStrMatcher=buildbot.www.authz.authz.fnmatchStrMatcher reStrMatcher=buildbot.www.authz.authz.reStrMatcher',
    'buildbot.www.authz.authz':
    'Forbidden(Exception) fnmatchStrMatcher() reStrMatcher() Authz~ IConfigured=buildbot.interfaces.IConfigured '
    'unicode2bytes=buildbot.util.unicode2bytes RolesFromOwner=buildbot.www.authz.roles.RolesFromOwner',
    'buildbot.www.authz.endpointmatchers':
    'EndpointMatcherBase~ Match~ AnyEndpointMatcher(EndpointMatcherBase) AnyControlEndpointMatcher(EndpointMatcherBase) '
    'StopBuildEndpointMatcher(EndpointMatcherBase) ForceBuildEndpointMatcher(EndpointMatcherBase) '
    'RebuildBuildEndpointMatcher(EndpointMatcherBase) EnableSchedulerEndpointMatcher(EndpointMatcherBase) '
    'ViewBuildsEndpointMatcher(EndpointMatcherBase) BranchEndpointMatcher(EndpointMatcherBase) '
    'InvalidPathError=buildbot.data.exceptions.InvalidPathError bytes2unicode=buildbot.util.bytes2unicode',
    'buildbot.www.authz.roles':
    'RolesFromBase~ RolesFromGroups(RolesFromBase) RolesFromEmails(RolesFromBase) RolesFromDomain(RolesFromEmails) '
    'RolesFromOwner(RolesFromBase) RolesFromUsername(RolesFromBase)',
    'buildbot.www.avatar':
    'AvatarBase(buildbot.util.config.ConfiguredMixin) AvatarGitHub(AvatarBase) AvatarGravatar(AvatarBase) '
    'AvatarResource(buildbot.www.resource.Resource) config=buildbot.config bytes2unicode=buildbot.util.bytes2unicode '
    'httpclientservice=buildbot.util.httpclientservice unicode2bytes=buildbot.util.unicode2bytes '
    'ConfiguredMixin=buildbot.util.config.ConfiguredMixin resource=buildbot.www.resource',
    'buildbot.www.change_hook':
    'ChangeHookResource(buildbot.www.resource.Resource) get_plugins=buildbot.plugins.db.get_plugins '
    'bytes2unicode=buildbot.util.bytes2unicode datetime2epoch=buildbot.util.datetime2epoch '
    'unicode2bytes=buildbot.util.unicode2bytes resource=buildbot.www.resource',
    'buildbot.www.config':
    'get_environment_versions() get_www_frontend_config_dict() serialize_www_frontend_config_dict_to_json() '
    'serialize_www_frontend_theme_to_css() replace_placeholder_range() ConfigResource(buildbot.www.resource.Resource) '
    'IndexResource(buildbot.www.resource.Resource) IConfigured=buildbot.interfaces.IConfigured '
    'unicode2bytes=buildbot.util.unicode2bytes resource=buildbot.www.resource',
    'buildbot.www.encoding':
    'BrotliEncoderFactory~ ZstandardEncoderFactory~',
    'buildbot.www.hooks': '',
    'buildbot.www.hooks.base':
    'BaseHookHandler~ bytes2unicode=buildbot.util.bytes2unicode base=buildbot.www.hooks.base.BaseHookHandler',
    'buildbot.www.hooks.bitbucket':
    'BitBucketHandler(buildbot.www.hooks.base.BaseHookHandler) bytes2unicode=buildbot.util.bytes2unicode '
    'BaseHookHandler=buildbot.www.hooks.base.BaseHookHandler bitbucket=buildbot.www.hooks.bitbucket.BitBucketHandler',
    'buildbot.www.hooks.bitbucketcloud':
    "GIT_BRANCH_REF:'refs/heads/{}' GIT_MERGE_REF:'refs/pull-requests/{}/merge' GIT_TAG_REF:'refs/tags/{}' "
    'BitbucketCloudEventHandler(buildbot.util.pullrequest.PullRequestMixin) bytes2unicode=buildbot.util.bytes2unicode '
    'PullRequestMixin=buildbot.util.pullrequest.PullRequestMixin '
    'bitbucketcloud=buildbot.www.hooks.bitbucketcloud.BitbucketCloudEventHandler',
    'buildbot.www.hooks.bitbucketserver':
    "GIT_BRANCH_REF:'refs/heads/{}' GIT_MERGE_REF:'refs/pull-requests/{}/merge' GIT_TAG_REF:'refs/tags/{}' "
    'BitbucketServerEventHandler(buildbot.util.pullrequest.PullRequestMixin) bytes2unicode=buildbot.util.bytes2unicode '
    'PullRequestMixin=buildbot.util.pullrequest.PullRequestMixin '
    'bitbucketserver=buildbot.www.hooks.bitbucketserver.BitbucketServerEventHandler',
    'buildbot.www.hooks.github':
    "DEFAULT_SKIPS_PATTERN? DEFAULT_GITHUB_API_URL:'https://api.github.com' "
    'GitHubEventHandler(buildbot.util.pullrequest.PullRequestMixin) GitHubHandler(buildbot.www.hooks.base.BaseHookHandler) '
    'Properties=buildbot.process.properties.Properties bytes2unicode=buildbot.util.bytes2unicode '
    'httpclientservice=buildbot.util.httpclientservice unicode2bytes=buildbot.util.unicode2bytes '
    'PullRequestMixin=buildbot.util.pullrequest.PullRequestMixin BaseHookHandler=buildbot.www.hooks.base.BaseHookHandler '
    'github=buildbot.www.hooks.github.GitHubHandler',
    'buildbot.www.hooks.gitlab':
    'GitLabHandler(buildbot.www.hooks.base.BaseHookHandler) Properties=buildbot.process.properties.Properties '
    'bytes2unicode=buildbot.util.bytes2unicode BaseHookHandler=buildbot.www.hooks.base.BaseHookHandler '
    'gitlab=buildbot.www.hooks.gitlab.GitLabHandler',
    'buildbot.www.hooks.gitorious':
    'GitoriousHandler(buildbot.www.hooks.base.BaseHookHandler) bytes2unicode=buildbot.util.bytes2unicode '
    'BaseHookHandler=buildbot.www.hooks.base.BaseHookHandler gitorious=buildbot.www.hooks.gitorious.GitoriousHandler',
    'buildbot.www.hooks.poller':
    'PollingHandler(buildbot.www.hooks.base.BaseHookHandler) '
    'ReconfigurablePollingChangeSource=buildbot.changes.base.ReconfigurablePollingChangeSource '
    'bytes2unicode=buildbot.util.bytes2unicode unicode2bytes=buildbot.util.unicode2bytes '
    'BaseHookHandler=buildbot.www.hooks.base.BaseHookHandler BuildbotSite=buildbot.www.service.BuildbotSite '
    'poller=buildbot.www.hooks.poller.PollingHandler',
    'buildbot.www.ldapuserinfo':
    'LdapUserInfo(buildbot.www.avatar.AvatarBase,buildbot.www.auth.UserInfoProviderBase) '
    'bytes2unicode=buildbot.util.bytes2unicode flatten=buildbot.util.flatten auth=buildbot.www.auth '
    'avatar=buildbot.www.avatar',
    'buildbot.www.oauth2':
    'OAuth2LoginResource(buildbot.www.auth.LoginResource) OAuth2Auth(buildbot.www.auth.AuthBase) GoogleAuth(OAuth2Auth) '
    'GitHubAuth(OAuth2Auth) GitLabAuth(OAuth2Auth) BitbucketAuth(OAuth2Auth) KeyCloakAuth(OAuth2Auth) '
    'config=buildbot.config Properties=buildbot.process.properties.Properties bytes2unicode=buildbot.util.bytes2unicode '
    'auth=buildbot.www.auth resource=buildbot.www.resource',
    'buildbot.www.plugin':
    'Application~ bytes2unicode=buildbot.util.bytes2unicode',
    'buildbot.www.resource':
    'protect_redirect_url() Redirect(Exception) Resource~ RedirectResource(Resource) '
    'unicode2bytes=buildbot.util.unicode2bytes',
    'buildbot.www.rest':
    'BadJsonRpc2(Exception) ContentTypeParser~ URL_ENCODED? JSON_ENCODED? RestRootResource(buildbot.www.resource.Resource) '
    'V2RootResource(buildbot.www.resource.Resource) exceptions=buildbot.data.exceptions '
    'EndpointKind=buildbot.data.base.EndpointKind ResultSpec=buildbot.data.resultspec.ResultSpec '
    'bytes2unicode=buildbot.util.bytes2unicode toJson=buildbot.util.toJson unicode2bytes=buildbot.util.unicode2bytes '
    'resource=buildbot.www.resource Forbidden=buildbot.www.authz.authz.Forbidden '
    'BrotliEncoderFactory=buildbot.www.encoding.BrotliEncoderFactory '
    'ZstandardEncoderFactory=buildbot.www.encoding.ZstandardEncoderFactory '
    'JSONRPC_CODES=buildbot.data.forceschedulers.JSONRPC_CODES',
    'buildbot.www.service':
    'BuildbotSession~ BuildbotSite~ '
    'WWWService(buildbot.util.service.ReconfigurableServiceMixin,buildbot.util.service.AsyncMultiService) '
    'config=buildbot.config get_plugins=buildbot.plugins.db.get_plugins bytes2unicode=buildbot.util.bytes2unicode '
    'service=buildbot.util.service unicode2bytes=buildbot.util.unicode2bytes auth=buildbot.www.auth '
    'avatar=buildbot.www.avatar change_hook=buildbot.www.change_hook wwwconfig=buildbot.www.config '
    'buildbot_resource=buildbot.www.resource rest=buildbot.www.rest sse=buildbot.www.sse ws=buildbot.www.ws',
    'buildbot.www.sse':
    'Consumer~ EventResource~ InvalidPathError=buildbot.data.exceptions.InvalidPathError '
    'bytes2unicode=buildbot.util.bytes2unicode toJson=buildbot.util.toJson unicode2bytes=buildbot.util.unicode2bytes',
    'buildbot.www.ws':
    'Subscription~ parse_cookies() get_ws_sitepath() WsProtocol~ WsProtocolFactory~ WsResource~ '
    'bytes2unicode=buildbot.util.bytes2unicode toJson=buildbot.util.toJson auth=buildbot.www.auth',
}
