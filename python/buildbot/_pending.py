"""Parameters of the classes that the master does not describe; those that it does are in `_schema`. Read by `_signature`.

Written by hand: a class that gets a description in Rust leaves this file. A signature as Python writes it. `**step`,
`**shell`, `**worker`, `**latent` and `**scheduler` stand for the parameters in `GROUPS`, `**any` for every keyword.
`RENDERABLES` says which parameters may hold a renderable, where the class says so. `CONSTANTS` are attributes of the classes
themselves, of described ones, too.
"""

GROUPS = {
    'step':
    'alwaysRun=False, description=None, descriptionDone=None, descriptionSuffix=None, doStepIf=True, '
    'flunkOnFailure=True, flunkOnWarnings=False, haltOnFailure=False, updateBuildSummaryPolicy=None, '
    'hideStepIf=False, locks=None, logEncoding=None, name=None, progressMetrics=(), useProgress=True, '
    'warnOnFailure=False, warnOnWarnings=False, workdir=None',
    'shell':
    'alwaysRun=False, description=None, descriptionDone=None, descriptionSuffix=None, doStepIf=True, '
    'flunkOnFailure=True, flunkOnWarnings=False, haltOnFailure=False, updateBuildSummaryPolicy=None, '
    'hideStepIf=False, locks=None, logEncoding=None, name=None, progressMetrics=(), useProgress=True, '
    'warnOnFailure=False, warnOnWarnings=False, workdir=None, command=None, env={}, want_stdout=True, '
    'want_stderr=True, usePTY=None, logfiles={}, lazylogfiles=False, timeout=1200, maxTime=None, max_lines=None, '
    "logEnviron=True, interruptSignal='KILL', sigtermTime=None, initialStdin=None, decodeRC={0: 0}",
    'worker':
    'max_builds=None, notify_on_missing=None, missing_timeout=None, properties=None, defaultProperties=None, '
    'locks=None, keepalive_interval=3600, machine_name=None',
    'latent':
    'max_builds=None, notify_on_missing=None, missing_timeout=None, properties=None, defaultProperties=None, '
    'locks=None, keepalive_interval=3600, machine_name=None, build_wait_timeout=600, check_instance_interval=10',
    'scheduler': 'properties=None, codebases=None, priority=None',
}

SIGNATURES = {
    'buildbot.buildslave.BuildSlave': 'name, password, **worker',
    'buildbot.changes.base.ChangeSource': '*, name=None',
    'buildbot.changes.base.ReconfigurablePollingChangeSource':
    'name=None, pollInterval=600, pollAtLaunch=False, pollRandomDelayMin=0, pollRandomDelayMax=0',
    'buildbot.changes.bitbucket.BitbucketPullrequestPoller':
    "owner, slug, *, branch=None, pollInterval=600, useTimestamps=True, category=None, project='', "
    'pullrequest_filter=True, pollAtLaunch=False, auth=None, bitbucket_property_whitelist=None, name=None',
    'buildbot.changes.changes.Change':
    "who, files, comments, committer=None, revision=None, when=None, branch=None, category=None, revlink='', "
    "properties=None, repository='', codebase='', project='', _fromChdict=False",
    'buildbot.changes.gerritchangesource.GerritChangeFilter':
    'branch=None, branch_re=None, branch_fn=None, eventtype=None, eventtype_re=None, eventtype_fn=None, *, '
    'filter_fn=None, project=None, project_not_eq=None, project_re=None, project_not_re=None, project_fn=None, '
    'repository=None, repository_not_eq=None, repository_re=None, repository_not_re=None, repository_fn=None, '
    'branch_not_eq=None, branch_not_re=None, category=None, category_not_eq=None, category_re=None, '
    'category_not_re=None, category_fn=None, codebase=None, codebase_not_eq=None, codebase_re=None, '
    'codebase_not_re=None, codebase_fn=None, property_eq=None, property_not_eq=None, property_re=None, '
    'property_not_re=None',
    'buildbot.changes.gerritchangesource.GerritChangeSource':
    'gerritserver, username, gerritport=29418, identity_file=None, ssh_server_alive_interval_s=15, '
    'ssh_server_alive_count_max=3, http_url=None, http_auth=None, http_poll_interval=30, *, gitBaseURL=None, '
    "handled_events=('patchset-created', 'ref-updated'), debug=False, get_files=False, name=None",
    'buildbot.changes.gerritchangesource.GerritChangeSourceBase':
    "gitBaseURL=None, handled_events=('patchset-created', 'ref-updated'), debug=False, get_files=False, *, name=None",
    'buildbot.changes.gerritchangesource.GerritEventLogPoller':
    'baseURL, auth, pollInterval=30, pollAtLaunch=True, firstFetchLookback=30, *, gitBaseURL=None, '
    "handled_events=('patchset-created', 'ref-updated'), debug=False, get_files=False, name=None",
    'buildbot.changes.github.GitHubPullrequestPoller':
    "owner, repo, *, branches=None, category='pull', project=None, baseURL=None, pullrequest_filter=True, token=None, "
    "magic_link=False, repository_type='https', github_property_whitelist=None, name=None, pollInterval=600, "
    'pollAtLaunch=False, pollRandomDelayMin=0, pollRandomDelayMax=0',
    'buildbot.changes.hgpoller.HgPoller':
    "repourl, *, branch=None, branches=None, bookmarks=None, workdir=None, pollInterval=600, hgbin='hg', "
    "usetimestamps=True, category=None, project='', encoding='utf-8', name=None, pollAtLaunch=False, revlink=None, "
    'pollRandomDelayMin=0, pollRandomDelayMax=0',
    'buildbot.changes.mail.BzrLaunchpadEmailMaildirSource':
    "maildir, prefix=None, branchMap=None, defaultBranch=None, *, category='', repository='', name=None",
    'buildbot.changes.mail.CVSMaildirSource':
    "maildir, prefix=None, category='', repository='', properties=None, *, name=None",
    'buildbot.changes.mail.MaildirSource': "maildir, prefix=None, category='', repository='', *, name=None",
    'buildbot.changes.mail.SVNCommitEmailMaildirSource':
    "maildir, prefix=None, category='', repository='', *, name=None",
    'buildbot.changes.p4poller.P4Source':
    "*, p4port=None, p4user=None, p4passwd=None, p4base='//', p4bin='p4', split_file=None, pollInterval=600, "
    "histmax=None, encoding='utf8', project=None, name=None, use_tickets=False, ticket_login_interval=86400, "
    'server_tz=None, pollAtLaunch=False, revlink=None, resolvewho=None, pollRandomDelayMin=0, pollRandomDelayMax=0',
    'buildbot.changes.svnpoller.SVNPoller':
    "repourl, *, split_file=None, svnuser=None, svnpasswd=None, pollInterval=600, histmax=100, svnbin='svn', "
    "revlinktmpl='', category=None, project='', cachepath=None, extra_args=None, name=None, pollAtLaunch=False, "
    'pollRandomDelayMin=0, pollRandomDelayMax=0',
    'buildbot.configurators.janitor.BuildDataJanitor':
    'build_data_horizon, *, alwaysRun=False, description=None, descriptionDone=None, descriptionSuffix=None, '
    'doStepIf=True, flunkOnFailure=True, flunkOnWarnings=False, haltOnFailure=False, updateBuildSummaryPolicy=None, '
    "hideStepIf=False, locks=None, logEncoding=None, name='BuildDataJanitor', progressMetrics=(), useProgress=True, "
    'warnOnFailure=False, warnOnWarnings=False, workdir=None',
    'buildbot.configurators.janitor.LogChunksJanitor':
    'logHorizon, *, alwaysRun=False, description=None, descriptionDone=None, descriptionSuffix=None, doStepIf=True, '
    'flunkOnFailure=True, flunkOnWarnings=False, haltOnFailure=False, updateBuildSummaryPolicy=None, '
    "hideStepIf=False, locks=None, logEncoding=None, name='LogChunksJanitor', progressMetrics=(), useProgress=True, "
    'warnOnFailure=False, warnOnWarnings=False, workdir=None',
    'buildbot.db.dbconfig.DbConfig': "BuildmasterConfig, basedir, name='config'",
    'buildbot.locks.BaseLock': 'name, maxCount=1',
    'buildbot.machine.base.Machine': 'name',
    'buildbot.machine.generic.GenericLatentMachine':
    'name, start_action, stop_action, *, build_wait_timeout=0, missing_timeout=1200',
    'buildbot.machine.generic.HttpAction':
    'url, method, params=None, data=None, json=None, headers=None, cookies=None, files=None, auth=None, timeout=None, '
    'allow_redirects=None, proxies=None',
    'buildbot.machine.generic.LocalWOLAction': "wakeMac, wolBin='wakeonlan'",
    'buildbot.machine.generic.LocalWakeAction': 'command',
    'buildbot.machine.generic.RemoteSshSuspendAction':
    "host, remoteCommand=None, sshBin='ssh', sshKey=None, sshHostKey=None",
    'buildbot.machine.generic.RemoteSshWOLAction':
    "host, wakeMac, wolBin='wakeonlan', sshBin='ssh', sshKey=None, sshHostKey=None",
    'buildbot.machine.generic.RemoteSshWakeAction': "host, remoteCommand, sshBin='ssh', sshKey=None, sshHostKey=None",
    'buildbot.machine.latent.AbstractLatentMachine': 'name, build_wait_timeout=0, missing_timeout=1200',
    'buildbot.manhole.ArbitraryCheckerManhole': 'port, checker',
    'buildbot.manhole.AuthorizedKeysManhole': 'port, keyfile, ssh_hostkey_dir',
    'buildbot.manhole.PasswordManhole': 'port, username, password, ssh_hostkey_dir',
    'buildbot.manhole.TelnetManhole': 'port, username, password',
    'buildbot.process.buildstep.BuildStep': "*, name='generic', **step",
    'buildbot.process.factory.BasicBuildFactory':
    "cvsroot, cvsmodule, configure=None, configureEnv=None, compile='make all', test='make check', cvsCopy=False",
    'buildbot.process.factory.BasicSVN':
    "svnurl, configure=None, configureEnv=None, compile='make all', test='make check'",
    'buildbot.process.factory.CPAN': "source, perl='perl'",
    'buildbot.process.factory.ConfigurableBuildFactory': 'steps=None',
    'buildbot.process.factory.GNUAutoconf':
    "source, configure='./configure', configureEnv=None, configureFlags=None, reconf=None, compile=None, test=None, "
    'distcheck=None',
    'buildbot.process.factory.QuickBuildFactory':
    "cvsroot, cvsmodule, configure=None, configureEnv=None, compile='make all', test='make check', cvsCopy=False",
    'buildbot.process.factory.Trial':
    "source, buildpython=None, trialpython=None, trial=None, testpath='.', randomly=None, recurse=None, tests=None, "
    'useTestCaseNames=False, env=None',
    'buildbot.process.properties.renderer': 'fn, args=(), kwargs={}',
    'buildbot.reporters.base.ReporterBase': 'generators, *, name=None',
    'buildbot.reporters.bitbucket.BitbucketStatusPush':
    "oauth_key=None, oauth_secret=None, auth=None, base_url='https://api.bitbucket.org/2.0/repositories', "
    "oauth_url='https://bitbucket.org/site/oauth2/access_token', debug=None, verify=None, status_key=None, "
    'status_name=None, generators=None, *, name=None',
    'buildbot.reporters.bitbucketserver.BitbucketServerCoreAPIStatusPush':
    'base_url, token=None, auth=None, statusName=None, statusSuffix=None, key=None, parentName=None, '
    'buildNumber=None, ref=None, duration=None, testResults=None, verbose=False, debug=None, verify=None, '
    'generators=None, *, name=None',
    'buildbot.reporters.bitbucketserver.BitbucketServerPRCommentPush':
    'base_url, user, password, verbose=False, debug=None, verify=None, generators=None, *, name=None',
    'buildbot.reporters.bitbucketserver.BitbucketServerStatusPush':
    'base_url, user, password, key=None, statusName=None, verbose=False, debug=None, verify=None, generators=None, *, '
    'name=None',
    'buildbot.reporters.generators.utils.BuildStatusGeneratorMixin':
    'mode, tags, builders, schedulers, branches, subject, add_logs, add_patch',
    'buildbot.reporters.gerrit.GerritBuildEndStatusGenerator':
    'callback, callback_arg, builders, want_steps, want_logs',
    'buildbot.reporters.gerrit.GerritBuildSetStatusGenerator':
    'callback, callback_arg, builders, want_steps, want_logs',
    'buildbot.reporters.gerrit.GerritBuildStartStatusGenerator':
    'callback, callback_arg, builders, want_steps, want_logs',
    'buildbot.reporters.gerrit.GerritStatusGeneratorBase': 'callback, callback_arg, builders, want_steps, want_logs',
    'buildbot.reporters.gerrit.GerritStatusPush':
    'server, username, port=29418, identity_file=None, notify=None, generators=None, *, name=None',
    'buildbot.reporters.gerrit_verify_status.GerritVerifyStatusPush':
    'baseURL, auth, verification_name=None, abstain=False, category=None, reporter=None, verbose=False, debug=None, '
    'verify=None, generators=None, *, name=None',
    'buildbot.reporters.github.GitHubCommentPush':
    'token, context=None, baseURL=None, verbose=False, debug=None, verify=None, generators=None, *, name=None',
    'buildbot.reporters.github.GitHubStatusPush':
    'token, context=None, baseURL=None, verbose=False, debug=None, verify=None, generators=None, *, name=None',
    'buildbot.reporters.gitlab.GitLabStatusPush':
    'token, context=None, baseURL=None, verbose=False, debug=None, verify=None, generators=None, *, name=None',
    'buildbot.reporters.irc.IRC':
    'host, nick, channels, pm_to_nicks=None, port=6667, allowForce=None, tags=None, password=None, '
    'notify_events=None, showBlameList=True, useRevisions=False, useSSL=False, useSASL=False, lostDelay=None, '
    'failedDelay=None, useColors=True, allowShutdown=None, noticeOnChannel=False, authz=None, *, name=None',
    'buildbot.reporters.message.MessageFormatter':
    'template=None, subject=None, template_type=None, extra_info_cb=None, *, ctx=None, want_properties=True, '
    'want_steps=False, want_logs=False, want_logs_content=False',
    'buildbot.reporters.message.MessageFormatterBase':
    'ctx=None, want_properties=True, want_steps=False, want_logs=False, want_logs_content=False',
    'buildbot.reporters.message.MessageFormatterBaseJinja':
    'template=None, subject=None, template_type=None, extra_info_cb=None, *, ctx=None, want_properties=True, '
    'want_steps=False, want_logs=False, want_logs_content=False',
    'buildbot.reporters.message.MessageFormatterEmpty':
    'ctx=None, want_properties=True, want_steps=False, want_logs=False, want_logs_content=False',
    'buildbot.reporters.message.MessageFormatterFunction':
    'function, template_type, *, ctx=None, want_properties=True, want_steps=False, want_logs=False, '
    'want_logs_content=False',
    'buildbot.reporters.message.MessageFormatterFunctionRaw':
    'function, *, ctx=None, want_properties=True, want_steps=False, want_logs=False, want_logs_content=False',
    'buildbot.reporters.message.MessageFormatterMissingWorker':
    'template=None, subject=None, template_type=None, *, extra_info_cb=None, ctx=None, want_properties=True, '
    'want_steps=False, want_logs=False, want_logs_content=False',
    'buildbot.reporters.message.MessageFormatterRenderable': 'template, subject=None',
    'buildbot.reporters.pushjet.PushjetNotifier':
    "secret, levels=None, base_url='https://api.pushjet.io', generators=None, *, name=None",
    'buildbot.reporters.pushover.PushoverNotifier':
    'user_key, api_token, priorities=None, otherParams=None, generators=None, *, name=None',
    'buildbot.reporters.telegram.TelegramBot':
    'bot_token, chat_ids=None, authz=None, bot_username=None, tags=None, notify_events=None, showBlameList=True, '
    'useRevisions=False, useWebhook=False, certificate=None, pollTimeout=120, retryDelay=30, *, name=None',
    'buildbot.reporters.zulip.ZulipStatusPush': 'endpoint, token, stream=None, debug=None, verify=None, *, name=None',
    'buildbot.revlinks.GitwebMatch': 'repo_urls, revlink',
    'buildbot.revlinks.RevlinkMatch': 'repo_urls, revlink',
    'buildbot.schedulers.base.BaseScheduler':
    'name, builderNames, properties=None, codebases=None, priority=None, **scheduler',
    'buildbot.schedulers.base.ReconfigurableBaseScheduler':
    'builderNames, properties=None, codebases=None, priority=None, *, name=None, **scheduler',
    'buildbot.schedulers.basic.BaseBasicScheduler':
    'name, *, treeStableTimer=None, builderNames=None, branch=None, branches=None, fileIsImportant=None, '
    'categories=None, reason="The %(classname)s scheduler named \'%(name)s\' triggered this build", change_filter=None, '
    'onlyImportant=False, **scheduler',
    'buildbot.schedulers.canceller.OldBuildCanceller': 'name, filters, branch_key=None',
    'buildbot.schedulers.canceller_buildset.FailingBuildsetCanceller': 'name, filters',
    'buildbot.schedulers.forcesched.CodebaseParameter':
    'codebase, name=None, label=None, branch=None, revision=None, repository=None, project=None, patch=None, *, '
    'fields, tablabel=None, regex=None, **kw',
    'buildbot.schedulers.timed.NightlyBase':
    "name, builderNames, *, minute=0, hour='*', dayOfMonth='*', month='*', dayOfWeek='*', force_at_minute=None, "
    "force_at_hour=None, force_at_day_of_month=None, force_at_month=None, force_at_day_of_week=None, reason='', "
    'createAbsoluteSourceStamps=False, onlyIfChanged=False, branch=None, change_filter=None, fileIsImportant=None, '
    'onlyImportant=False, **scheduler',
    'buildbot.schedulers.timed.Timed':
    "name, builderNames, *, reason='', createAbsoluteSourceStamps=False, onlyIfChanged=False, branch=None, "
    'change_filter=None, fileIsImportant=None, onlyImportant=False, **scheduler',
    'buildbot.schedulers.trysched.TryBase':
    'builderNames, properties=None, codebases=None, priority=None, *, name=None, **scheduler',
    'buildbot.secrets.providers.base.SecretProviderBase': '*, name=None',
    'buildbot.secrets.providers.passwordstore.SecretInPass': 'gpgPassphrase=None, dirname=None, *, name=None',
    'buildbot.secrets.providers.vault_hvac.HashiCorpVaultKvSecretProvider':
    "vault_server=None, authenticator=None, secrets_mount=None, api_version=2, path_delimiter='|', path_escape='\\\\', "
    '*, name=None',
    'buildbot.secrets.providers.vault_hvac.VaultAuthenticatorApprole': 'roleId, secretId',
    'buildbot.secrets.providers.vault_hvac.VaultAuthenticatorToken': 'token',
    'buildbot.secrets.secret.SecretDetails': 'source, key, value',
    'buildbot.statistics.capture.Capture': 'routingKey, callback',
    'buildbot.statistics.capture.CaptureBuildDuration': "builder_name, report_in='seconds', callback=None",
    'buildbot.statistics.capture.CaptureBuildDurationAllBuilders': "report_in='seconds', callback=None",
    'buildbot.statistics.capture.CaptureBuildEndTime': 'builder_name, callback=None',
    'buildbot.statistics.capture.CaptureBuildEndTimeAllBuilders': 'callback=None',
    'buildbot.statistics.capture.CaptureBuildStartTime': 'builder_name, callback=None',
    'buildbot.statistics.capture.CaptureBuildStartTimeAllBuilders': 'callback=None',
    'buildbot.statistics.capture.CaptureBuildTimes': 'builder_name, callback, time_type',
    'buildbot.statistics.capture.CaptureData': 'data_name, builder_name, callback=None',
    'buildbot.statistics.capture.CaptureDataAllBuilders': 'data_name, callback=None',
    'buildbot.statistics.capture.CaptureDataBase': 'data_name, callback=None',
    'buildbot.statistics.capture.CaptureProperty': 'builder_name, property_name, callback=None, regex=False',
    'buildbot.statistics.capture.CapturePropertyAllBuilders': 'property_name, callback=None, regex=False',
    'buildbot.statistics.capture.CapturePropertyBase': 'property_name, callback=None, regex=False',
    'buildbot.statistics.stats_service.StatsService': 'storage_backends, *, name=None',
    'buildbot.statistics.storage_backends.influxdb_client.InfluxStorageService':
    "url, port, user, password, db, captures, name='InfluxStorageService'",
    'buildbot.status.client.PBListener': '**any',
    'buildbot.status.github.GitHubStatus': '**any',
    'buildbot.status.html.WebStatus': '**any',
    'buildbot.status.mail.MailNotifier': 'fromaddr, **any',
    'buildbot.status.status_gerrit.GerritStatusPush': 'server, **any',
    'buildbot.status.status_push.HttpStatusPush': 'serverUrl, **any',
    'buildbot.status.words.IRC': 'host, **any',
    'buildbot.steps.cmake.CMake':
    "path=None, generator=None, definitions=None, options=None, cmake='cmake', *, description=['running', 'cmake'], "
    "descriptionDone=['cmake'], haltOnFailure=True, name='cmake', **shell",
    'buildbot.steps.configurable.BuildbotCiSetupSteps': "*, haltOnFailure=True, name='setup-steps', **step",
    'buildbot.steps.configurable.BuildbotTestCiTrigger':
    'scheduler, *, schedulerNames=None, sourceStamp=None, sourceStamps=None, updateSourceStamp=None, '
    'alwaysUseLatest=False, waitForFinish=False, set_properties=None, copy_properties=None, '
    "parent_relationship='Triggered from', unimportantSchedulerNames=None, name='trigger', **step",
    'buildbot.steps.cppcheck.Cppcheck':
    "*, description=['running', 'cppcheck'], descriptionDone=['cppcheck'], name='cppcheck', **shell",
    'buildbot.steps.download_secret_to_worker.DownloadSecretsToWorker':
    "populated_secret_list, *, name='generic', **step",
    'buildbot.steps.download_secret_to_worker.RemoveWorkerFileSecret':
    "populated_secret_list, logEnviron=False, *, name='generic', **step",
    'buildbot.steps.gitdiffinfo.GitDiffInfo':
    "compareToRef='master', dataName='diffinfo-master', *, description='running GitDiffInfo', "
    "descriptionDone='GitDiffInfo', name='GitDiffInfo', **shell",
    'buildbot.steps.http.DELETE':
    "url, *, hide_request_headers=None, hide_response_headers=None, description='Requesting', "
    "descriptionDone='Requested', name='HTTPStep', allow_redirects=None, auth=None, cert=None, cookies=None, "
    'data=None, files=None, headers=None, hooks=None, json=None, params=None, proxies=None, stream=None, '
    'timeout=None, verify=None, **step',
    'buildbot.steps.http.GET':
    "url, *, hide_request_headers=None, hide_response_headers=None, description='Requesting', "
    "descriptionDone='Requested', name='HTTPStep', allow_redirects=None, auth=None, cert=None, cookies=None, "
    'data=None, files=None, headers=None, hooks=None, json=None, params=None, proxies=None, stream=None, '
    'timeout=None, verify=None, **step',
    'buildbot.steps.http.HEAD':
    "url, *, hide_request_headers=None, hide_response_headers=None, description='Requesting', "
    "descriptionDone='Requested', name='HTTPStep', allow_redirects=None, auth=None, cert=None, cookies=None, "
    'data=None, files=None, headers=None, hooks=None, json=None, params=None, proxies=None, stream=None, '
    'timeout=None, verify=None, **step',
    'buildbot.steps.http.HTTPStep':
    "url, method, hide_request_headers=None, hide_response_headers=None, *, description='Requesting', "
    "descriptionDone='Requested', name='HTTPStep', allow_redirects=None, auth=None, cert=None, cookies=None, "
    'data=None, files=None, headers=None, hooks=None, json=None, params=None, proxies=None, stream=None, '
    'timeout=None, verify=None, **step',
    'buildbot.steps.http.OPTIONS':
    "url, *, hide_request_headers=None, hide_response_headers=None, description='Requesting', "
    "descriptionDone='Requested', name='HTTPStep', allow_redirects=None, auth=None, cert=None, cookies=None, "
    'data=None, files=None, headers=None, hooks=None, json=None, params=None, proxies=None, stream=None, '
    'timeout=None, verify=None, **step',
    'buildbot.steps.http.POST':
    "url, *, hide_request_headers=None, hide_response_headers=None, description='Requesting', "
    "descriptionDone='Requested', name='HTTPStep', allow_redirects=None, auth=None, cert=None, cookies=None, "
    'data=None, files=None, headers=None, hooks=None, json=None, params=None, proxies=None, stream=None, '
    'timeout=None, verify=None, **step',
    'buildbot.steps.http.PUT':
    "url, *, hide_request_headers=None, hide_response_headers=None, description='Requesting', "
    "descriptionDone='Requested', name='HTTPStep', allow_redirects=None, auth=None, cert=None, cookies=None, "
    'data=None, files=None, headers=None, hooks=None, json=None, params=None, proxies=None, stream=None, '
    'timeout=None, verify=None, **step',
    'buildbot.steps.maxq.MaxQ': "testdir=None, *, name='maxq', **shell",
    'buildbot.steps.mswin.Robocopy':
    "source, destination, exclude=None, exclude_files=None, *, name='generic', **shell",
    'buildbot.steps.package.deb.lintian.DebLintian':
    "fileloc=None, suppressTags=None, *, description='Lintian running', descriptionDone='Lintian', "
    "flunkOnFailure=False, name='lintian', warnOnFailure=True, **shell",
    'buildbot.steps.package.deb.pbuilder.DebCowbuilder':
    'architecture=None, distribution=None, basetgz=None, mirror=None, othermirror=None, extrapackages=None, '
    'keyring=None, components=None, *, warningPattern=None, warningExtractor=None, maxWarnCount=None, '
    'directoryEnterPattern=None, directoryLeavePattern=None, suppressionFile=None, suppressionList=None, '
    "description=['building'], descriptionDone=['built'], haltOnFailure=True, name='cowbuilder', **shell",
    'buildbot.steps.package.deb.pbuilder.DebPbuilder':
    'architecture=None, distribution=None, basetgz=None, mirror=None, othermirror=None, extrapackages=None, '
    'keyring=None, components=None, *, warningPattern=None, warningExtractor=None, maxWarnCount=None, '
    'directoryEnterPattern=None, directoryLeavePattern=None, suppressionFile=None, suppressionList=None, '
    "description=['building'], descriptionDone=['built'], haltOnFailure=True, name='pbuilder', **shell",
    'buildbot.steps.package.deb.pbuilder.UbuCowbuilder':
    'architecture=None, distribution=None, basetgz=None, mirror=None, othermirror=None, extrapackages=None, '
    'keyring=None, components=None, *, warningPattern=None, warningExtractor=None, maxWarnCount=None, '
    'directoryEnterPattern=None, directoryLeavePattern=None, suppressionFile=None, suppressionList=None, '
    "description=['building'], descriptionDone=['built'], haltOnFailure=True, name='cowbuilder', **shell",
    'buildbot.steps.package.deb.pbuilder.UbuPbuilder':
    'architecture=None, distribution=None, basetgz=None, mirror=None, othermirror=None, extrapackages=None, '
    'keyring=None, components=None, *, warningPattern=None, warningExtractor=None, maxWarnCount=None, '
    'directoryEnterPattern=None, directoryLeavePattern=None, suppressionFile=None, suppressionList=None, '
    "description=['building'], descriptionDone=['built'], haltOnFailure=True, name='pbuilder', **shell",
    'buildbot.steps.package.rpm.mock.Mock': "root=None, resultdir=None, *, haltOnFailure=True, name='mock', **shell",
    'buildbot.steps.package.rpm.mock.MockBuildSRPM':
    "spec=None, sources=None, *, root=None, resultdir=None, description=['mock buildsrpm'], descriptionDone=['mock "
    "buildsrpm'], haltOnFailure=True, name='mockbuildsrpm', **shell",
    'buildbot.steps.package.rpm.mock.MockRebuild':
    "srpm=None, *, root=None, resultdir=None, description=['mock rebuilding srpm'], descriptionDone=['mock rebuild "
    "srpm'], haltOnFailure=True, name='mock', **shell",
    'buildbot.steps.package.rpm.rpmbuild.RpmBuild':
    "specfile=None, topdir='`pwd`', builddir='`pwd`', rpmdir='`pwd`', sourcedir='`pwd`', specdir='`pwd`', "
    "srcrpmdir='`pwd`', dist='.el6', define=None, autoRelease=False, vcsRevision=False, *, description=['RPMBUILD'], "
    "descriptionDone=['RPMBUILD'], haltOnFailure=True, name='rpmbuilder', **shell",
    'buildbot.steps.package.rpm.rpmlint.RpmLint':
    'fileloc=None, config=None, *, warningPattern=None, warningExtractor=None, maxWarnCount=None, '
    'directoryEnterPattern=None, directoryLeavePattern=None, suppressionFile=None, suppressionList=None, '
    "description=['Checking for RPM/SPEC issues'], descriptionDone=['Finished checking RPM/SPEC issues'], "
    "name='rpmlint', warnOnFailure=True, command=['make', 'test'], **shell",
    'buildbot.steps.python.BuildEPYDoc':
    "*, description='building epydocs', descriptionDone='epydoc', name='epydoc', command=['make', 'epydocs'], **shell",
    'buildbot.steps.python.PyFlakes':
    "*, description='running pyflakes', descriptionDone='pyflakes', flunkOnFailure=False, name='pyflakes', "
    "command=['make', 'pyflakes'], **shell",
    'buildbot.steps.python.PyLint':
    "store_results=True, *, description='running pylint', descriptionDone='pylint', name='pylint', **shell",
    'buildbot.steps.python.Sphinx':
    "sphinx_sourcedir='.', sphinx_builddir=None, sphinx_builder=None, sphinx='sphinx-build', tags=None, defines=None, "
    "strict_warnings=False, mode='incremental', *, description='running sphinx', descriptionDone='sphinx', "
    "haltOnFailure=True, name='sphinx', **shell",
    'buildbot.steps.python_twisted.HLint':
    "python=None, *, description='running hlint', descriptionDone='hlint', name='hlint', warnOnFailure=True, "
    'warnOnWarnings=True, **shell',
    'buildbot.steps.python_twisted.RemovePYCs':
    "*, description='removing .pyc files', descriptionDone='remove .pycs', name='remove_pyc', command=['find', '.', "
    '\'-name\', "\'*.pyc\'", \'-exec\', \'rm\', \'{}\', \';\'], **shell',
    'buildbot.steps.python_twisted.Trial':
    'reactor=(), python=None, trial=None, testpath=(), tests=None, testChanges=None, recurse=None, randomly=None, '
    "trialMode=None, trialArgs=None, jobs=None, *, description='testing', descriptionDone='tests', name='trial', "
    "progressMetrics=('output', 'tests', 'test.log'), logfiles={'test.log': '_trial_temp/test.log'}, **shell",
    'buildbot.steps.shell.PerlModuleTest':
    'warningPattern=None, warningExtractor=None, maxWarnCount=None, directoryEnterPattern=None, '
    "directoryLeavePattern=None, suppressionFile=None, suppressionList=None, *, description=['testing'], "
    "descriptionDone=['test'], name='test', warnOnFailure=True, command=['prove', '--lib', 'lib', '-r', 't'], **shell",
    'buildbot.steps.source.base.Source':
    "workdir=None, mode='update', alwaysUseLatest=False, timeout=1200, retry=None, env=None, logEnviron=True, "
    "description=None, descriptionDone=None, descriptionSuffix=None, codebase='', *, haltOnFailure=True, "
    "name='generic', **step",
    'buildbot.steps.source.bzr.Bzr':
    "repourl=None, baseURL=None, mode='incremental', method=None, defaultBranch=None, *, alwaysUseLatest=False, "
    "timeout=1200, retry=None, env=None, logEnviron=True, codebase='', haltOnFailure=True, name='bzr', **step",
    'buildbot.steps.source.cvs.CVS':
    "cvsroot=None, cvsmodule='', mode='incremental', method=None, branch=None, global_options=None, "
    'extra_options=None, login=None, *, alwaysUseLatest=False, timeout=1200, retry=None, env=None, logEnviron=True, '
    "codebase='', haltOnFailure=True, name='cvs', **step",
    'buildbot.steps.source.darcs.Darcs':
    "repourl=None, mode='incremental', method=None, *, alwaysUseLatest=False, timeout=1200, retry=None, env=None, "
    "logEnviron=True, codebase='', haltOnFailure=True, name='darcs', **step",
    'buildbot.steps.source.gerrit.Gerrit':
    "repourl=None, port=22, branch='HEAD', mode='incremental', method=None, reference=None, submodules=False, "
    'remoteSubmodules=False, tags=False, shallow=False, filters=None, progress=True, retryFetch=False, '
    'clobberOnFailure=False, getDescription=False, config=None, origin=None, sshPrivateKey=None, sshHostKey=None, '
    'sshKnownHosts=None, auth_credentials=None, git_credentials=None, *, alwaysUseLatest=False, timeout=1200, '
    "retry=None, env=None, logEnviron=True, codebase='', haltOnFailure=True, name='git', **step",
    'buildbot.steps.source.git.GitCommit':
    "workdir=None, paths=None, messages=None, env=None, timeout=1200, logEnviron=True, emptyCommits='disallow', "
    "config=None, no_verify=False, *, name='gitcommit', **step",
    'buildbot.steps.source.git.GitPush':
    'workdir=None, repourl=None, port=22, branch=None, force=False, env=None, timeout=1200, logEnviron=True, '
    'sshPrivateKey=None, sshHostKey=None, sshKnownHosts=None, auth_credentials=None, git_credentials=None, '
    "config=None, *, name='gitpush', **step",
    'buildbot.steps.source.git.GitTag':
    'workdir=None, tagName=None, annotated=False, messages=None, force=False, env=None, timeout=1200, '
    "logEnviron=True, config=None, *, name='gittag', **step",
    'buildbot.steps.source.github.GitHub':
    "repourl=None, port=22, branch='HEAD', mode='incremental', method=None, reference=None, submodules=False, "
    'remoteSubmodules=False, tags=False, shallow=False, filters=None, progress=True, retryFetch=False, '
    'clobberOnFailure=False, getDescription=False, config=None, origin=None, sshPrivateKey=None, sshHostKey=None, '
    'sshKnownHosts=None, auth_credentials=None, git_credentials=None, *, alwaysUseLatest=False, timeout=1200, '
    "retry=None, env=None, logEnviron=True, codebase='', haltOnFailure=True, name='git', **step",
    'buildbot.steps.source.gitlab.GitLab':
    "repourl=None, port=22, branch='HEAD', mode='incremental', method=None, reference=None, submodules=False, "
    'remoteSubmodules=False, tags=False, shallow=False, filters=None, progress=True, retryFetch=False, '
    'clobberOnFailure=False, getDescription=False, config=None, origin=None, sshPrivateKey=None, sshHostKey=None, '
    'sshKnownHosts=None, auth_credentials=None, git_credentials=None, *, alwaysUseLatest=False, timeout=1200, '
    "retry=None, env=None, logEnviron=True, codebase='', haltOnFailure=True, name='git', **step",
    'buildbot.steps.source.mercurial.Mercurial':
    "repourl=None, mode='incremental', method=None, defaultBranch=None, branchType='dirname', "
    'clobberOnBranchChange=True, *, alwaysUseLatest=False, timeout=1200, retry=None, env=None, logEnviron=True, '
    "codebase='', haltOnFailure=True, name='hg', **step",
    'buildbot.steps.source.mtn.Monotone':
    "repourl=None, branch=None, progress=False, mode='incremental', method=None, *, alwaysUseLatest=False, "
    "timeout=1200, retry=None, env=None, logEnviron=True, codebase='', haltOnFailure=True, name='monotone', **step",
    'buildbot.steps.source.p4.P4':
    "mode='incremental', method=None, p4base=None, p4branch=None, p4port=None, p4user=None, p4passwd=None, "
    "p4extra_views=(), p4line_end='local', p4viewspec=None, p4viewspec_suffix='...', p4client=None, "
    "p4client_spec_options='allwrite rmdir', p4client_type=None, p4extra_args=None, p4bin='p4', use_tickets=False, "
    'stream=False, debug=False, *, alwaysUseLatest=False, timeout=1200, retry=None, env=None, logEnviron=True, '
    "codebase='', haltOnFailure=True, name='p4', **step",
    'buildbot.steps.source.repo.Repo':
    "manifestURL=None, manifestBranch='master', manifestFile='default.xml', tarball=None, jobs=None, "
    'syncAllBranches=False, updateTarballAge=604800.0, manifestOverrideUrl=None, repoDownloads=None, depth=0, '
    "submodules=False, syncQuietly=False, *, mode='update', alwaysUseLatest=False, timeout=1200, retry=None, "
    "env=None, logEnviron=True, codebase='', haltOnFailure=True, name='repo', **step",
    'buildbot.steps.source.repo.RepoDownloadsFromChangeSource': 'codebase=None',
    'buildbot.steps.source.repo.RepoDownloadsFromProperties': 'names',
    'buildbot.steps.source.svn.SVN':
    "repourl=None, mode='incremental', method=None, username=None, password=None, extra_args=None, "
    'keep_on_purge=None, depth=None, preferLastChangedRev=False, *, alwaysUseLatest=False, timeout=1200, retry=None, '
    "env=None, logEnviron=True, codebase='', haltOnFailure=True, name='svn', **step",
    'buildbot.steps.subunit.SubunitShellCommand': "failureOnNoTests=False, *, name='shell', **shell",
    'buildbot.steps.vstudio.MsBuild':
    "platform, defines=None, *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, "
    "project=None, INCLUDE=None, LIB=None, PATH=None, description='building', descriptionDone='compile', "
    "name='compile', progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.MsBuild12':
    "platform, defines=None, *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, "
    "project=None, INCLUDE=None, LIB=None, PATH=None, description='building', descriptionDone='compile', "
    "name='compile', progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.MsBuild14':
    "platform, defines=None, *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, "
    "project=None, INCLUDE=None, LIB=None, PATH=None, description='building', descriptionDone='compile', "
    "name='compile', progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.MsBuild141':
    "platform, defines=None, *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, "
    "project=None, INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', "
    "name='compile', progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.MsBuild15':
    "platform, defines=None, *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, "
    "project=None, INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', "
    "name='compile', progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.MsBuild16':
    "platform, defines=None, *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, "
    "project=None, INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', "
    "name='compile', progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.MsBuild17':
    "platform, defines=None, *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, "
    "project=None, INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', "
    "name='compile', progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.MsBuild4':
    "platform, defines=None, *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, "
    "project=None, INCLUDE=None, LIB=None, PATH=None, description='building', descriptionDone='compile', "
    "name='compile', progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VC10':
    "arch='x86', *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, "
    "INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VC11':
    "arch='x86', *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, "
    "INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VC12':
    "arch='x86', *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, "
    "INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VC14':
    "arch='x86', *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, "
    "INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VC141':
    "arch='x86', *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, "
    "INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VC6':
    "installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, INCLUDE=None, "
    "LIB=None, PATH=None, *, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VC7':
    "installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, INCLUDE=None, "
    "LIB=None, PATH=None, *, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VC8':
    "arch='x86', *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, "
    "INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VC9':
    "arch='x86', *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, "
    "INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VCExpress9':
    "arch='x86', *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, "
    "INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VS2003':
    "installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, INCLUDE=None, "
    "LIB=None, PATH=None, *, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VS2005':
    "arch='x86', *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, "
    "INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VS2008':
    "arch='x86', *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, "
    "INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VS2010':
    "arch='x86', *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, "
    "INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VS2012':
    "arch='x86', *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, "
    "INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VS2013':
    "arch='x86', *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, "
    "INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VS2015':
    "arch='x86', *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, "
    "INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VS2017':
    "arch='x86', *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, "
    "INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VS2019':
    "arch='x86', *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, "
    "INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VS2022':
    "arch='x86', *, installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, "
    "INCLUDE=None, LIB=None, PATH=None, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.vstudio.VisualStudio':
    "installdir=None, mode='rebuild', projectfile=None, config='release', useenv=False, project=None, INCLUDE=None, "
    "LIB=None, PATH=None, *, description='compiling', descriptionDone='compile', name='compile', "
    "progressMetrics=('projects', 'files', 'warnings'), **shell",
    'buildbot.steps.worker.WorkerBuildStep': "*, name='generic', **step",
    'buildbot.util.git_credential.GitCredentialOptions': 'credentials, use_http_path=None',
    'buildbot.util.kubeclientservice.KubeConfigLoaderBase': '*, name=None',
    'buildbot.util.kubeclientservice.KubeCtlProxyConfigLoader': "proxy_port=8001, namespace='default', *, name=None",
    'buildbot.util.kubeclientservice.KubeHardcodedConfig':
    "master_url=None, bearerToken=None, basicAuth=None, headers=None, cert=None, verify=None, namespace='default', *, "
    'name=None',
    'buildbot.util.kubeclientservice.KubeInClusterConfigLoader': '*, name=None',
    'buildbot.util.service.BuildbotService': '*, name=None, **any',
    'buildbot.util.service.ClusteredBuildbotService': '*, name=None, **any',
    'buildbot.util.ssfilter.SourceStampFilter':
    'filter_fn=None, project_eq=None, project_not_eq=None, project_re=None, project_not_re=None, repository_eq=None, '
    'repository_not_eq=None, repository_re=None, repository_not_re=None, branch_eq=None, branch_not_eq=None, '
    'branch_re=None, branch_not_re=None, codebase_eq=None, codebase_not_eq=None, codebase_re=None, '
    'codebase_not_re=None',
    'buildbot.worker.base.AbstractWorker':
    'name, password, max_builds=None, notify_on_missing=None, missing_timeout=None, properties=None, '
    'defaultProperties=None, locks=None, keepalive_interval=3600, machine_name=None',
    'buildbot.worker.docker.DockerBaseWorker':
    "name, password=None, image=None, masterFQDN=None, master_protocol='pb', **latent",
    'buildbot.worker.docker.DockerLatentWorker':
    'name, password, docker_host, image=None, command=None, volumes=None, dockerfile=None, version=None, tls=None, '
    "followStartupLogs=False, masterFQDN=None, master_protocol='pb', hostconfig=None, autopull=False, "
    "alwaysPull=False, custom_context=False, encoding='gzip', buildargs=None, hostname=None, **latent",
    'buildbot.worker.ec2.EC2LatentWorker':
    'name, password, instance_type, ami=None, valid_ami_owners=None, valid_ami_location_regex=None, elastic_ip=None, '
    'identifier=None, secret_identifier=None, aws_id_file_path=None, user_data=None, region=None, keypair_name=None, '
    'security_name=None, spot_instance=False, max_spot_price=1.6, volumes=None, placement=None, price_multiplier=1.2, '
    "tags=None, product_description='Linux/UNIX', subnet_id=None, security_group_ids=None, "
    'instance_profile_name=None, block_device_map=None, session=None, **latent',
    'buildbot.worker.kubernetes.KubeLatentWorker':
    "name, image='buildbot/buildbot-worker', namespace=None, masterFQDN=None, master_protocol='pb', kube_config=None, "
    '*, password=None, **latent',
    'buildbot.worker.latent.AbstractLatentWorker':
    'name, password, build_wait_timeout=600, check_instance_interval=10, **worker',
    'buildbot.worker.latent.LocalLatentWorker': 'name, password, **latent',
    'buildbot.worker.libvirt.Connection': 'uri',
    'buildbot.worker.libvirt.LibVirtWorker':
    "name, password, hd_image=None, base_image=None, uri='system:///', xml=None, masterFQDN=None, **latent",
    'buildbot.worker.marathon.MarathonLatentWorker':
    'name, marathon_url, image, marathon_auth=None, marathon_extra_config=None, '
    "marathon_app_prefix='buildbot-worker/', masterFQDN=None, *, password=None, master_protocol='pb', **latent",
    'buildbot.worker.openstack.OpenStackLatentWorker':
    'name, password, flavor, os_username=None, os_password=None, os_tenant_name=None, os_auth_url=None, '
    'os_user_domain=None, os_project_domain=None, os_auth_args=None, block_devices=None, region=None, image=None, '
    "meta=None, nova_args=None, client_version='2', **latent",
    'buildbot.worker.upcloud.UpcloudLatentWorker':
    'name, password=None, api_username=None, api_password=None, image=None, hostconfig=None, '
    "base_url='https://api.upcloud.com/1.3', masterFQDN=None, **latent",
    'buildbot.www.auth.AuthBase': 'userInfoProvider=None',
    'buildbot.www.auth.CustomAuth': '*, userInfoProvider=None',
    'buildbot.www.auth.HTPasswdAuth': 'passwdFile, *, userInfoProvider=None',
    'buildbot.www.auth.NoAuth': 'userInfoProvider=None',
    'buildbot.www.auth.RemoteUserAuth': 'header=None, headerRegex=None, *, userInfoProvider=None',
    'buildbot.www.auth.TwistedICredAuthBase': '*, userInfoProvider=None',
    'buildbot.www.auth.UserPasswordAuth': 'users, *, userInfoProvider=None',
    'buildbot.www.authz.authz.Authz': 'allowRules=None, roleMatchers=None, stringsMatcher=None',
    'buildbot.www.authz.endpointmatchers.AnyControlEndpointMatcher': 'role, defaultDeny=True',
    'buildbot.www.authz.endpointmatchers.AnyEndpointMatcher': 'role, defaultDeny=True',
    'buildbot.www.authz.endpointmatchers.BranchEndpointMatcher': 'branch, *, role, defaultDeny=True',
    'buildbot.www.authz.endpointmatchers.EnableSchedulerEndpointMatcher': 'role, defaultDeny=True',
    'buildbot.www.authz.endpointmatchers.EndpointMatcherBase': 'role, defaultDeny=True',
    'buildbot.www.authz.endpointmatchers.ForceBuildEndpointMatcher': 'builder=None, *, role, defaultDeny=True',
    'buildbot.www.authz.endpointmatchers.RebuildBuildEndpointMatcher': 'builder=None, *, role, defaultDeny=True',
    'buildbot.www.authz.endpointmatchers.StopBuildEndpointMatcher': 'builder=None, *, role, defaultDeny=True',
    'buildbot.www.authz.endpointmatchers.ViewBuildsEndpointMatcher':
    'branch=None, project=None, builder=None, *, role, defaultDeny=True',
    'buildbot.www.authz.roles.RolesFromGroups': "groupPrefix=''",
    'buildbot.www.authz.roles.RolesFromOwner': 'role',
    'buildbot.www.authz.roles.RolesFromUsername': 'roles, usernames',
    'buildbot.www.avatar.AvatarGitHub':
    'github_api_endpoint=None, token=None, client_id=None, client_secret=None, debug=False, verify=True',
    'buildbot.www.hooks.base.base': 'master, options',
    'buildbot.www.hooks.bitbucket.bitbucket': 'master, options',
    'buildbot.www.hooks.bitbucketcloud.bitbucketcloud': 'master, options=None',
    'buildbot.www.hooks.bitbucketserver.bitbucketserver': 'master, options=None',
    'buildbot.www.hooks.github.github': 'master, options',
    'buildbot.www.hooks.gitlab.gitlab': 'master, options',
    'buildbot.www.hooks.gitorious.gitorious': 'master, options',
    'buildbot.www.hooks.poller.poller': 'master, options',
    'buildbot.www.ldapuserinfo.LdapUserInfo':
    'uri, bindUser, bindPw, accountBase, accountPattern, accountFullName, accountEmail, groupBase=None, '
    'groupMemberPattern=None, groupName=None, avatarPattern=None, avatarData=None, accountExtraFields=None, tls=None',
    'buildbot.www.oauth2.BitbucketAuth':
    'clientId, clientSecret, autologin=False, ssl_verify=True, *, userInfoProvider=None',
    'buildbot.www.oauth2.GitHubAuth':
    'clientId, clientSecret, serverURL=None, autologin=False, apiVersion=3, getTeamsMembership=False, debug=False, *, '
    'ssl_verify=True, userInfoProvider=None',
    'buildbot.www.oauth2.GitLabAuth':
    'instanceUri, clientId, clientSecret, *, autologin=False, ssl_verify=True, userInfoProvider=None',
    'buildbot.www.oauth2.GoogleAuth':
    'clientId, clientSecret, autologin=False, ssl_verify=True, *, userInfoProvider=None',
    'buildbot.www.oauth2.KeyCloakAuth':
    'clientId, clientSecret, autologin=False, ssl_verify=True, *, instanceUri=None, realm=None, **any',
    'buildbot.www.oauth2.OAuth2Auth':
    'clientId, clientSecret, autologin=False, ssl_verify=True, *, userInfoProvider=None',
}

#: What a step is called of which `_schema` says no name: the master leaves it to the step.
NAMES = {
    'buildbot.steps.master.Assert': 'Assert',
    'buildbot.steps.master.LogRenderable': 'LogRenderable',
    'buildbot.steps.master.MasterShellCommand': 'MasterShellCommand',
    'buildbot.steps.master.SetProperties': 'SetProperties',
    'buildbot.steps.master.SetProperty': 'SetProperty',
    'buildbot.steps.shell.Compile': 'compile',
    'buildbot.steps.shell.Configure': 'configure',
    'buildbot.steps.shell.SetPropertyFromCommand': 'setproperty',
    'buildbot.steps.shell.ShellCommand': 'shell',
    'buildbot.steps.shell.Test': 'test',
    'buildbot.steps.shell.TreeSize': 'treesize',
    'buildbot.steps.shell.WarningCountingShellCommand': 'generic',
    'buildbot.steps.shellsequence.ShellSequence': 'generic',
    'buildbot.steps.source.git.Git': 'git',
    'buildbot.steps.transfer.DirectoryUpload': 'upload',
    'buildbot.steps.transfer.FileDownload': 'download',
    'buildbot.steps.transfer.FileUpload': 'upload',
    'buildbot.steps.transfer.JSONPropertiesDownload': 'json_properties_download',
    'buildbot.steps.transfer.JSONStringDownload': 'json_download',
    'buildbot.steps.transfer.MultipleFileUpload': 'upload',
    'buildbot.steps.transfer.StringDownload': 'string_download',
    'buildbot.steps.trigger.Trigger': 'trigger',
    'buildbot.steps.worker.CopyDirectory': 'CopyDirectory',
    'buildbot.steps.worker.FileExists': 'FileExists',
    'buildbot.steps.worker.MakeDirectory': 'MakeDirectory',
    'buildbot.steps.worker.RemoveDirectory': 'RemoveDirectory',
    'buildbot.steps.worker.SetPropertiesFromEnv': 'SetPropertiesFromEnv',
}

RENDERABLES = {
    'buildbot.configurators.janitor.BuildDataJanitor': 'build_data_horizon',
    'buildbot.configurators.janitor.LogChunksJanitor': 'logHorizon',
    'buildbot.process.buildstep.BuildStep':
    'alwaysRun description descriptionDone descriptionSuffix doStepIf flunkOnFailure flunkOnWarnings haltOnFailure '
    'hideStepIf warnOnFailure warnOnWarnings workdir',
    'buildbot.steps.cmake.CMake': 'cmake definitions generator options path',
    'buildbot.steps.configurable.BuildbotCiSetupSteps':
    'alwaysRun description descriptionDone descriptionSuffix doStepIf flunkOnFailure flunkOnWarnings haltOnFailure '
    'hideStepIf warnOnFailure warnOnWarnings workdir',
    'buildbot.steps.configurable.BuildbotTestCiTrigger':
    'alwaysUseLatest parent_relationship schedulerNames set_properties sourceStamps updateSourceStamp waitForFinish',
    'buildbot.steps.cppcheck.Cppcheck': 'binary extra_args source',
    'buildbot.steps.download_secret_to_worker.DownloadSecretsToWorker': 'secret_to_be_populated',
    'buildbot.steps.download_secret_to_worker.RemoveWorkerFileSecret': 'secret_to_be_populated',
    'buildbot.steps.gitdiffinfo.GitDiffInfo':
    'command decodeRC env initialStdin interruptSignal lazylogfiles logEnviron logfiles maxTime max_lines sigtermTime '
    'timeout usePTY want_stderr want_stdout workdir',
    'buildbot.steps.http.DELETE':
    'allow_redirects auth cert cookies data files headers hooks json method params proxies stream timeout url verify',
    'buildbot.steps.http.GET':
    'allow_redirects auth cert cookies data files headers hooks json method params proxies stream timeout url verify',
    'buildbot.steps.http.HEAD':
    'allow_redirects auth cert cookies data files headers hooks json method params proxies stream timeout url verify',
    'buildbot.steps.http.HTTPStep':
    'allow_redirects auth cert cookies data files headers hooks json method params proxies stream timeout url verify',
    'buildbot.steps.http.OPTIONS':
    'allow_redirects auth cert cookies data files headers hooks json method params proxies stream timeout url verify',
    'buildbot.steps.http.POST':
    'allow_redirects auth cert cookies data files headers hooks json method params proxies stream timeout url verify',
    'buildbot.steps.http.PUT':
    'allow_redirects auth cert cookies data files headers hooks json method params proxies stream timeout url verify',
    'buildbot.steps.maxq.MaxQ':
    'command decodeRC env initialStdin interruptSignal lazylogfiles logEnviron logfiles maxTime max_lines sigtermTime '
    'timeout usePTY want_stderr want_stdout workdir',
    'buildbot.steps.mswin.Robocopy': 'custom_opts destination exclude_dirs exclude_files files source',
    'buildbot.steps.package.deb.lintian.DebLintian':
    'command decodeRC env initialStdin interruptSignal lazylogfiles logEnviron logfiles maxTime max_lines sigtermTime '
    'timeout usePTY want_stderr want_stdout workdir',
    'buildbot.steps.package.deb.pbuilder.DebCowbuilder':
    'architecture basetgz components distribution extrapackages keyring mirror othermirror',
    'buildbot.steps.package.deb.pbuilder.DebPbuilder':
    'architecture basetgz components distribution extrapackages keyring mirror othermirror',
    'buildbot.steps.package.deb.pbuilder.UbuCowbuilder':
    'architecture basetgz components distribution extrapackages keyring mirror othermirror',
    'buildbot.steps.package.deb.pbuilder.UbuPbuilder':
    'architecture basetgz components distribution extrapackages keyring mirror othermirror',
    'buildbot.steps.package.rpm.mock.Mock': 'resultdir root',
    'buildbot.steps.package.rpm.mock.MockBuildSRPM': 'resultdir root',
    'buildbot.steps.package.rpm.mock.MockRebuild': 'resultdir root',
    'buildbot.steps.package.rpm.rpmbuild.RpmBuild': 'dist',
    'buildbot.steps.package.rpm.rpmlint.RpmLint':
    'directoryEnterPattern directoryLeavePattern maxWarnCount suppressionFile suppressionList warningPattern',
    'buildbot.steps.python.BuildEPYDoc':
    'command decodeRC env initialStdin interruptSignal lazylogfiles logEnviron logfiles maxTime max_lines sigtermTime '
    'timeout usePTY want_stderr want_stdout workdir',
    'buildbot.steps.python.PyFlakes':
    'command decodeRC env initialStdin interruptSignal lazylogfiles logEnviron logfiles maxTime max_lines sigtermTime '
    'timeout usePTY want_stderr want_stdout workdir',
    'buildbot.steps.python.PyLint':
    'command decodeRC env initialStdin interruptSignal lazylogfiles logEnviron logfiles maxTime max_lines sigtermTime '
    'timeout usePTY want_stderr want_stdout workdir',
    'buildbot.steps.python.Sphinx':
    'command decodeRC env initialStdin interruptSignal lazylogfiles logEnviron logfiles maxTime max_lines sigtermTime '
    'timeout usePTY want_stderr want_stdout workdir',
    'buildbot.steps.python_twisted.HLint':
    'command decodeRC env initialStdin interruptSignal lazylogfiles logEnviron logfiles maxTime max_lines sigtermTime '
    'timeout usePTY want_stderr want_stdout workdir',
    'buildbot.steps.python_twisted.RemovePYCs':
    'command decodeRC env initialStdin interruptSignal lazylogfiles logEnviron logfiles maxTime max_lines sigtermTime '
    'timeout usePTY want_stderr want_stdout workdir',
    'buildbot.steps.python_twisted.Trial': 'jobs tests',
    'buildbot.steps.shell.PerlModuleTest':
    'directoryEnterPattern directoryLeavePattern maxWarnCount suppressionFile suppressionList warningPattern',
    'buildbot.steps.source.base.Source': 'description descriptionDone descriptionSuffix env workdir',
    'buildbot.steps.source.bzr.Bzr': 'baseURL repourl',
    'buildbot.steps.source.cvs.CVS': 'cvsroot',
    'buildbot.steps.source.darcs.Darcs': 'repourl',
    'buildbot.steps.source.gerrit.Gerrit': 'branch codebase method mode origin reference repourl',
    'buildbot.steps.source.git.GitCommit': 'messages paths',
    'buildbot.steps.source.git.GitPush': 'branch repourl',
    'buildbot.steps.source.git.GitTag': 'messages repourl tagName',
    'buildbot.steps.source.github.GitHub': 'branch codebase method mode origin reference repourl',
    'buildbot.steps.source.gitlab.GitLab': 'branch codebase method mode origin reference repourl',
    'buildbot.steps.source.mercurial.Mercurial': 'repourl',
    'buildbot.steps.source.mtn.Monotone': 'repourl',
    'buildbot.steps.source.p4.P4': 'mode p4base p4branch p4client p4passwd p4port p4user p4viewspec',
    'buildbot.steps.source.repo.Repo':
    'depth jobs manifestBranch manifestFile manifestOverrideUrl manifestURL repoDownloads submodules syncAllBranches '
    'tarball updateTarballAge',
    'buildbot.steps.source.svn.SVN': 'password repourl',
    'buildbot.steps.subunit.SubunitShellCommand':
    'command decodeRC env initialStdin interruptSignal lazylogfiles logEnviron logfiles maxTime max_lines sigtermTime '
    'timeout usePTY want_stderr want_stdout workdir',
    'buildbot.steps.vstudio.MsBuild': 'platform',
    'buildbot.steps.vstudio.MsBuild12': 'platform',
    'buildbot.steps.vstudio.MsBuild14': 'platform',
    'buildbot.steps.vstudio.MsBuild141': 'platform',
    'buildbot.steps.vstudio.MsBuild15': 'platform',
    'buildbot.steps.vstudio.MsBuild16': 'platform',
    'buildbot.steps.vstudio.MsBuild17': 'platform',
    'buildbot.steps.vstudio.MsBuild4': 'platform',
    'buildbot.steps.vstudio.VC10': 'arch',
    'buildbot.steps.vstudio.VC11': 'arch',
    'buildbot.steps.vstudio.VC12': 'arch',
    'buildbot.steps.vstudio.VC14': 'arch',
    'buildbot.steps.vstudio.VC141': 'arch',
    'buildbot.steps.vstudio.VC6': 'config mode project projectfile',
    'buildbot.steps.vstudio.VC7': 'config mode project projectfile',
    'buildbot.steps.vstudio.VC8': 'arch',
    'buildbot.steps.vstudio.VC9': 'arch',
    'buildbot.steps.vstudio.VCExpress9': 'arch',
    'buildbot.steps.vstudio.VS2003': 'config mode project projectfile',
    'buildbot.steps.vstudio.VS2005': 'arch',
    'buildbot.steps.vstudio.VS2008': 'arch',
    'buildbot.steps.vstudio.VS2010': 'arch',
    'buildbot.steps.vstudio.VS2012': 'arch',
    'buildbot.steps.vstudio.VS2013': 'arch',
    'buildbot.steps.vstudio.VS2015': 'arch',
    'buildbot.steps.vstudio.VS2017': 'arch',
    'buildbot.steps.vstudio.VS2019': 'arch',
    'buildbot.steps.vstudio.VS2022': 'arch',
    'buildbot.steps.vstudio.VisualStudio': 'config mode project projectfile',
    'buildbot.steps.worker.WorkerBuildStep':
    'alwaysRun description descriptionDone descriptionSuffix doStepIf flunkOnFailure flunkOnWarnings haltOnFailure '
    'hideStepIf warnOnFailure warnOnWarnings workdir',
}

#: Attributes of the classes themselves, for those who read them or build on them.
CONSTANTS = {
    'buildbot.process.build.Build': {
        'VIRTUAL_BUILDERNAME_PROP': 'virtual_builder_name', 'VIRTUAL_BUILDERDESCRIPTION_PROP':
        'virtual_builder_description', 'VIRTUAL_BUILDER_PROJECT_PROP': 'virtual_builder_project',
        'VIRTUAL_BUILDERTAGS_PROP': 'virtual_builder_tags', 'workdir': 'build', 'reason': 'changes', 'finished':
        False, 'results': None, 'stopped': False, 'set_runtime_properties': True, 'subs': None, 'useProgress': True,
    },
    'buildbot.process.buildstep.BuildStep': {
        'set_runtime_properties': True, 'build': None, 'step_status': None, 'progress': None, 'cmd': None, 'rendered':
        False,
    },
    'buildbot.process.results.ResultComputingConfigMixin': {
        'haltOnFailure': False, 'flunkOnWarnings': False, 'flunkOnFailure': True, 'warnOnWarnings': False,
        'warnOnFailure': False, 'resultConfig': ['haltOnFailure', 'flunkOnWarnings', 'flunkOnFailure',
        'warnOnWarnings', 'warnOnFailure'],
    },
    'buildbot.reporters.generators.build.BuildStatusGenerator': {'wanted_event_keys': [('builds', None, 'finished')]},
    'buildbot.reporters.generators.build.BuildStartEndStatusGenerator': {
        'wanted_event_keys': [('builds', None, 'new'), ('builds', None, 'finished')],
    },
    'buildbot.reporters.generators.buildrequest.BuildRequestGenerator': {
        'wanted_event_keys': [('buildrequests', None, 'new'), ('buildrequests', None, 'cancel')],
    },
    'buildbot.reporters.generators.buildset.BuildSetStatusGenerator': {
        'wanted_event_keys': [('buildsets', None, 'complete')],
    },
    'buildbot.reporters.generators.buildset.BuildSetCombinedStatusGenerator': {
        'wanted_event_keys': [('buildsets', None, 'complete')],
    },
    'buildbot.reporters.generators.utils.BuildStatusGeneratorMixin': {
        'possible_modes': ('change', 'failing', 'passing', 'problem', 'warnings', 'exception', 'cancelled'),
    },
    'buildbot.reporters.generators.worker.WorkerMissingGenerator': {
        'wanted_event_keys': [('workers', None, 'missing')],
    },
    'buildbot.schedulers.base.BaseScheduler': {'DEFAULT_CODEBASES': {'': {}}},
    'buildbot.schedulers.base.ReconfigurableBaseScheduler': {'DEFAULT_CODEBASES': {'': {}}},
    'buildbot.schedulers.forcesched.BaseParameter': {
        'spec_attributes': ['name', 'fullName', 'label', 'tablabel', 'type', 'default', 'required', 'multiple',
        'regex', 'hide', 'maxsize', 'autopopulate', 'tooltip'], 'parentName': None, 'type': '', 'default': '',
        'required': False, 'multiple': False, 'debug': True, 'hide': False, 'maxsize': None, 'autopopulate': None,
        'tooltip': '',
    },
    'buildbot.schedulers.forcesched.FixedParameter': {'type': 'fixed', 'hide': True, 'default': ''},
    'buildbot.schedulers.forcesched.StringParameter': {'spec_attributes': ['size'], 'type': 'text', 'size': 10},
    'buildbot.schedulers.forcesched.TextParameter': {
        'spec_attributes': ['cols', 'rows'], 'type': 'textarea', 'cols': 80, 'rows': 20,
    },
    'buildbot.schedulers.forcesched.IntParameter': {'type': 'int', 'default': 0},
    'buildbot.schedulers.forcesched.BooleanParameter': {'type': 'bool'},
    'buildbot.schedulers.forcesched.UserNameParameter': {
        'spec_attributes': ['need_email'], 'type': 'username', 'default': '', 'size': 30, 'need_email': True,
    },
    'buildbot.schedulers.forcesched.ChoiceStringParameter': {
        'spec_attributes': ['choices', 'strict'], 'type': 'list', 'choices': [], 'strict': True,
    },
    'buildbot.schedulers.forcesched.InheritBuildParameter': {'type': 'list', 'compatible_builds': None},
    'buildbot.schedulers.forcesched.WorkerChoiceParameter': {
        'anySentinel': '-any-', 'required': False, 'strict': False,
    },
    'buildbot.schedulers.forcesched.FileParameter': {'type': 'file', 'maxsize': 10485760},
    'buildbot.schedulers.forcesched.NestedParameter': {
        'spec_attributes': ['layout', 'columns'], 'type': 'nested', 'layout': 'vertical', 'columns': None,
    },
    'buildbot.schedulers.forcesched.ParameterGroup': {
        'spec_attributes': ['layout', 'columns'], 'type': 'nested', 'layout': 'vertical', 'columns': None,
    },
    'buildbot.schedulers.forcesched.AnyPropertyParameter': {'type': 'nested'},
    'buildbot.schedulers.forcesched.CodebaseParameter': {'type': 'nested'},
    'buildbot.schedulers.forcesched.PatchParameter': {'columns': 1},
    'buildbot.steps.cmake.CMake': {'DEFAULT_CMAKE': 'cmake'},
    'buildbot.steps.configurable.BuildbotCiYml': {
        'SCRIPTS': ('before_install', 'install', 'after_install', 'before_script', 'script', 'after_script'),
        'steps_loaded': False,
    },
    'buildbot.steps.configurable.BuildbotTestCiReadConfigMixin': {
        'config_filenames': ['.bbtravis.yml', '.buildbot-ci.yml'], 'config': None,
    },
    'buildbot.steps.configurable.BuildbotCiSetupSteps': {'MAX_NAME_LENGTH': 47, 'disable': False},
    'buildbot.steps.cppcheck.Cppcheck': {
        'flunkingIssues': ('error',), 'MESSAGES': ('error', 'warning', 'style', 'performance', 'portability',
        'information'),
    },
    'buildbot.steps.http.HTTPStep': {
        'requestsParams': ['params', 'data', 'json', 'headers', 'cookies', 'files', 'auth', 'timeout',
        'allow_redirects', 'proxies', 'hooks', 'stream', 'verify', 'cert'], 'session': None,
    },
    'buildbot.steps.maxq.MaxQ': {'binary': 'run_maxq.py', 'failures': 0},
    'buildbot.steps.mswin.Robocopy': {'return_flags': {2: [8, 16], 1: [2, 4], 0: [0, 1]}},
    'buildbot.steps.package.deb.pbuilder.DebPbuilder': {
        'maxAge': 604800, 'pbuilder': '/usr/sbin/pbuilder', 'baseOption': '--basetgz',
    },
    'buildbot.steps.package.deb.pbuilder.DebCowbuilder': {
        'pbuilder': '/usr/sbin/cowbuilder', 'baseOption': '--basepath',
    },
    'buildbot.steps.package.rpm.mock.Mock': {'mock_logfiles': ['build.log', 'root.log', 'state.log']},
    'buildbot.steps.python.PyLint': {
        'RC_OK': 0, 'RC_FATAL': 1, 'RC_ERROR': 2, 'RC_WARNING': 4, 'RC_REFACTOR': 8, 'RC_CONVENTION': 16, 'RC_USAGE':
        32,
    },
    'buildbot.steps.python_twisted.HLint': {'warnings': 0},
    'buildbot.steps.shell.WarningCountingShellCommand': {'warnCount': 0},
    'buildbot.steps.shell.PerlModuleTest': {'total': 0},
    'buildbot.steps.shellsequence.ShellArg': {
        'publicAttributes': ['haltOnFailure', 'flunkOnWarnings', 'flunkOnFailure', 'warnOnWarnings', 'warnOnFailure',
        'command', 'logname'],
    },
    'buildbot.steps.shellsequence.ShellSequence': {'last_command': None},
    'buildbot.steps.source.base.Source': {'branch': None},
    'buildbot.steps.source.darcs.Darcs': {'possible_methods': ('clobber', 'copy')},
    'buildbot.steps.source.mercurial.Mercurial': {
        'possible_methods': (None, 'clean', 'fresh', 'clobber'), 'possible_branchTypes': ('inrepo', 'dirname'),
    },
    'buildbot.steps.source.mtn.Monotone': {'possible_methods': ('clobber', 'copy', 'fresh', 'clean')},
    'buildbot.steps.source.p4.P4': {
        'possible_modes': ('incremental', 'full'), 'possible_client_types': (None, 'readonly', 'partitioned'),
    },
    'buildbot.steps.source.repo.Repo': {'mirror_sync_retry': 10, 'mirror_sync_sleep': 60},
    'buildbot.steps.source.svn.SVN': {'possible_methods': ('clean', 'fresh', 'clobber', 'copy', 'export', None)},
    'buildbot.steps.transfer.MultipleFileUpload': {'logEnviron': False},
    'buildbot.steps.vstudio.VisualStudio': {'logobserver': None, 'default_installdir': None},
    'buildbot.steps.vstudio.VC6': {'default_installdir': 'C:\\Program Files\\Microsoft Visual Studio'},
    'buildbot.steps.vstudio.VC7': {'default_installdir': 'C:\\Program Files\\Microsoft Visual Studio .NET 2003'},
    'buildbot.steps.vstudio.VS2003': {'default_installdir': 'C:\\Program Files\\Microsoft Visual Studio .NET 2003'},
    'buildbot.steps.vstudio.VC8': {'default_installdir': 'C:\\Program Files\\Microsoft Visual Studio 8'},
    'buildbot.steps.vstudio.VS2005': {'default_installdir': 'C:\\Program Files\\Microsoft Visual Studio 8'},
    'buildbot.steps.vstudio.VC9': {'default_installdir': 'C:\\Program Files\\Microsoft Visual Studio 9.0'},
    'buildbot.steps.vstudio.VS2008': {'default_installdir': 'C:\\Program Files\\Microsoft Visual Studio 9.0'},
    'buildbot.steps.vstudio.VC10': {'default_installdir': 'C:\\Program Files\\Microsoft Visual Studio 10.0'},
    'buildbot.steps.vstudio.VS2010': {'default_installdir': 'C:\\Program Files\\Microsoft Visual Studio 10.0'},
    'buildbot.steps.vstudio.VC11': {'default_installdir': 'C:\\Program Files\\Microsoft Visual Studio 11.0'},
    'buildbot.steps.vstudio.VS2012': {'default_installdir': 'C:\\Program Files\\Microsoft Visual Studio 11.0'},
    'buildbot.steps.vstudio.VC12': {'default_installdir': 'C:\\Program Files\\Microsoft Visual Studio 12.0'},
    'buildbot.steps.vstudio.VS2013': {'default_installdir': 'C:\\Program Files\\Microsoft Visual Studio 12.0'},
    'buildbot.steps.vstudio.VC14': {'default_installdir': 'C:\\Program Files (x86)\\Microsoft Visual Studio 14.0'},
    'buildbot.steps.vstudio.VS2015': {'default_installdir': 'C:\\Program Files (x86)\\Microsoft Visual Studio 14.0'},
    'buildbot.steps.vstudio.VC141': {
        'default_installdir': 'C:\\\\Program Files (x86)\\\\Microsoft Visual Studio\\\\2017\\\\Community',
    },
    'buildbot.steps.vstudio.VS2017': {
        'default_installdir': 'C:\\\\Program Files (x86)\\\\Microsoft Visual Studio\\\\2017\\\\Community',
    },
    'buildbot.steps.vstudio.VS2019': {
        'default_installdir': 'C:\\\\Program Files (x86)\\\\Microsoft Visual Studio\\\\2019\\\\Community',
    },
    'buildbot.steps.vstudio.VS2022': {
        'default_installdir': 'C:\\\\Program Files (x86)\\\\Microsoft Visual Studio\\\\2022\\\\Community',
    },
    'buildbot.steps.vstudio.MsBuild4': {'vcenv_bat': '${VS110COMNTOOLS}..\\..\\VC\\vcvarsall.bat'},
    'buildbot.steps.vstudio.MsBuild': {'vcenv_bat': '${VS110COMNTOOLS}..\\..\\VC\\vcvarsall.bat'},
    'buildbot.steps.vstudio.MsBuild12': {'vcenv_bat': '${VS120COMNTOOLS}..\\..\\VC\\vcvarsall.bat'},
    'buildbot.steps.vstudio.MsBuild14': {'vcenv_bat': '${VS140COMNTOOLS}..\\..\\VC\\vcvarsall.bat'},
    'buildbot.steps.vstudio.MsBuild141': {
        'vcenv_bat': '\\VC\\Auxiliary\\Build\\vcvarsall.bat', 'version_range': '[15.0,16.0)',
    },
    'buildbot.steps.vstudio.MsBuild15': {
        'vcenv_bat': '\\VC\\Auxiliary\\Build\\vcvarsall.bat', 'version_range': '[15.0,16.0)',
    },
    'buildbot.steps.vstudio.MsBuild16': {'version_range': '[16.0,17.0)'},
    'buildbot.steps.vstudio.MsBuild17': {'version_range': '[17.0,18.0)'},
    'buildbot.util.service.ReconfigurableServiceMixin': {'reconfig_priority': 128},
    'buildbot.util.service.BuildbotService': {'configured': False, 'objectid': None},
    'buildbot.util.service.ClusteredBuildbotService': {'POLL_INTERVAL_SEC': 300, 'serviceid': None, 'active': False},
    'buildbot.util.service.BuildbotServiceManager': {'config_attr': 'services', 'name': 'services'},
    'buildbot.worker.base.AbstractWorker': {
        'quarantine_timer': None, 'quarantine_timeout': 10, 'quarantine_initial_timeout': 10,
        'quarantine_max_timeout': 3600, 'start_missing_on_startup': True, 'DEFAULT_MISSING_TIMEOUT': 3600,
        'DEFAULT_KEEPALIVE_INTERVAL': 3600, 'builds_may_be_incompatible': False,
    },
    'buildbot.worker.latent.AbstractLatentWorker': {
        'substantiation_build': None, 'build_wait_timer': None, 'start_missing_on_startup': False,
        'starts_without_substantiate': False,
    },
    'buildbot.worker.latent.LocalLatentWorker': {'starts_without_substantiate': True},
    'buildbot.www.auth.UserInfoProviderBase': {'name': 'noinfo'},
    'buildbot.www.oauth2.OAuth2Auth': {
        'name': 'oauth2', 'getTokenUseAuthHeaders': False, 'authUri': None, 'tokenUri': None, 'grantType':
        'authorization_code', 'authUriAdditionalParams': {}, 'tokenUriAdditionalParams': {}, 'resourceEndpoint': '',
        'faIcon': 'not-defined', 'loginUri': None, 'homeUri': None,
    },
    'buildbot.www.oauth2.GoogleAuth': {
        'name': 'Google', 'faIcon': 'fa-google-plus', 'resourceEndpoint': 'https://www.googleapis.com/oauth2/v1',
        'authUri': 'https://accounts.google.com/o/oauth2/auth', 'tokenUri':
        'https://accounts.google.com/o/oauth2/token', 'authUriAdditionalParams': {'scope':
        'https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile'},
    },
    'buildbot.www.oauth2.GitHubAuth': {
        'name': 'GitHub', 'faIcon': 'fa-github', 'authUri': 'https://github.com/login/oauth/authorize',
        'authUriAdditionalParams': {'scope': 'user:email read:org'}, 'tokenUri':
        'https://github.com/login/oauth/access_token', 'resourceEndpoint': 'https://api.github.com',
    },
    'buildbot.www.oauth2.GitLabAuth': {'name': 'GitLab', 'faIcon': 'fa-git'},
    'buildbot.www.oauth2.BitbucketAuth': {
        'name': 'Bitbucket', 'faIcon': 'fa-bitbucket', 'authUri': 'https://bitbucket.org/site/oauth2/authorize',
        'tokenUri': 'https://bitbucket.org/site/oauth2/access_token', 'resourceEndpoint':
        'https://api.bitbucket.org/2.0',
    },
}
