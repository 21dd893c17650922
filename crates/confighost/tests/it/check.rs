//! Configurations that are written in Python, and what the master tells of them.

use ferrobot_config::{Config, Errors, Source};

use crate::{EveryKind, site};

/// A good configuration, on 9 lines.
const GOOD: &str = "\
from buildbot.plugins import *
c = BuildmasterConfig = {}
c['workers'] = [worker.Worker('w1', 'pass')]
c['protocols'] = {'pb': {'port': 19989}}
F = util.BuildFactory([steps.ShellCommand(command='true')])
c['builders'] = [util.BuilderConfig(name='b1', workernames=['w1'], factory=F)]
c['schedulers'] = [schedulers.ForceScheduler(name='force', builderNames=['b1'])]
c['buildbotURL'] = 'http://localhost:8010/'
c['title'] = 'T'
";

/// What is added to it, and what is told: line and text.
const BROKEN: &[(&str, &[(u32, &str)])] = &[
    ("", &[]),
    ("c['builders'] = [dict(name='b1', workernames=['w1'], factory=F)]", &[]),
    ("c['www'] = {'port': 8010,\n  'bogus_www': 2}", &[(11, "unknown www configuration parameter(s) bogus_www")]),
    (
        "c['bogusKey'] = 1\nc['slaves'] = []\nc['title'] = 5",
        &[
            (10, "Unknown BuildmasterConfig key bogusKey"),
            (11, "Unknown BuildmasterConfig key slaves; its name is 'workers' now"),
            (12, "c['title'] must be a string"),
        ],
    ),
    (
        "del c['workers']",
        // The last line that sets the key is the best place there is.
        &[(3, "no workers are configured"), (6, "builder 'b1' uses unknown workers 'w1'")],
    ),
    (
        "c['workers'].append(worker.Worker('status', 'p', max_builds='x'))",
        &[(10, "Worker: parameter 'max_builds' must be an int, not str")],
    ),
    (
        "for i in range(3):\n  c['builders'].append(util.BuilderConfig(name='_x', workernames=['w1'], builddir=str(i)))",
        &[
            (11, "builder names must not start with an underscore: '_x'"),
            (11, "builder '_x': has no factory"),
            (11, "duplicate builder name '_x'"),
            (11, "builder(s) _x, _x, _x have no schedulers to drive them"),
        ],
    ),
    (
        "F.addStep(steps.ShellCommand(command=['a', {'b':\n  util.Interpolate('%(nope:x)s')}]))",
        &[(11, "invalid Interpolate selector 'nope'")],
    ),
    (
        "c['properties'] = {'a': util.Transform(5)}",
        &[(10, "function given to Transform neither callable nor renderable")],
    ),
    (
        "l = util.MasterLock('l')\nc['builders'][0].locks = [l.access('exclusive'), util.WorkerLock('l').access('counting')]",
        &[(11, "Two locks share the same name, 'l'")],
    ),
    (
        "c['services'] = [reporters.MailNotifier(fromaddr='a@b.c', extraRecipients='x'),\n  reporters.HttpStatusPush('http://x', name='MailNotifier')]",
        &[(10, "extraRecipients must be a list or tuple"), (11, "Duplicate service name 'MailNotifier'")],
    ),
    (
        "import datetime\nc['configurators'] = [util.JanitorConfigurator(logHorizon=datetime.timedelta(weeks=4))]\nc['mq'] = {'type': 'nosuch'}",
        &[(12, "mq type 'nosuch' is not known")],
    ),
    (
        "c['projects'] = [util.Project(name='p', description_format='x'), util.Project('p')]",
        &[(10, "project description format must be None or \"markdown\"")],
    ),
    (
        "c['secretsProviders'] = [secrets.SecretInAFile(dirname='/x', suffixes='.txt')]",
        &[(10, "SecretInAFile: parameter 'suffixes' must be a list of strings")],
    ),
];

#[tokio::test]
async fn faults_are_told_with_their_lines() {
    for (added, expected) in BROKEN {
        let text = format!("{GOOD}{added}\n");
        let site = site(&text).await;
        let mut errors = site.loaded.errors.clone();
        let file = site.directory.path().join("master.cfg").display().to_string();
        let source = Source { file: &file, text: &text };
        let config = Config::from_document(&site.loaded.document, &source, &EveryKind, &mut errors);
        assert_eq!(config.is_some(), expected.is_empty(), "{added}: {errors:?}");
        let told: Vec<(u32, &str)> =
            errors.errors.iter().map(|fault| (fault.place.line, fault.message.as_str())).collect();
        assert_eq!(told, *expected, "{added}");
        assert!(errors.errors.iter().all(|fault| fault.place.file == file), "{errors:?}");
    }
}

#[tokio::test]
async fn what_a_configuration_says_is_read() {
    let text = format!(
        "{GOOD}{}",
        concat!(
            "c['workers'].append(worker.Worker('w2', util.Secret('pw'), 3, missing_timeout=None,\n",
            "    defaultProperties={'jobs': 4, 'who': util.Property('owner')}))\n",
            "c['builders'][0].tags.append('fast')\n",
            "c['projects'] = [util.Project('p', description='d')]\n",
            "c['codebases'] = [util.Codebase('lib', 'p')]\n",
        )
    );
    let site = site(&text).await;
    let mut errors = site.loaded.errors.clone();
    let source = Source { file: "master.cfg", text: &text };
    let config = Config::from_document(&site.loaded.document, &source, &EveryKind, &mut errors);
    assert_eq!(errors, Errors::default());
    let config = config.unwrap();
    let worker = config.worker("w2").unwrap();
    assert_eq!((worker.max_builds, worker.missing_timeout, worker.keepalive_interval), (Some(3), None, Some(3600.0)));
    assert!(worker.password.holds_renderable());
    assert_eq!(worker.default_properties.get("jobs"), Some(&4.into()));
    assert_eq!(worker.renderable_properties[0].0, "who");
    assert_eq!(config.builder("b1").unwrap().tags, ["fast"]);
    assert_eq!((config.projects[0].slug.as_str(), config.codebases[0].project.as_str()), ("p", "p"));
}
