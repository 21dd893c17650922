//! Configurations: the document, and faults with their places.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ferrobot_config::{Config, Errors, Source, Value};
use ferrobot_confighost::ConfigHost;

use crate::start::script;
use crate::{EveryKind, options, site, site_with};

#[tokio::test]
async fn a_configuration_becomes_a_document() {
    let site = site(concat!(
        "from buildbot.plugins import *\n",
        "c = BuildmasterConfig = {}\n",
        "lock = util.MasterLock('database')\n",
        "c['title'] = 'Example'\n",
        "c['workers'] = [worker.Worker('w1', util.Secret('pw'), max_builds=2)]\n",
        "class Mine(steps.ShellCommand):\n",
        "    haltOnFailure = True\n",
        "    def evaluateCommand(self, cmd):\n",
        "        return 0\n",
        "f = util.BuildFactory([steps.Git(repourl='x', mode='full')])\n",
        "f.addStep(Mine(command=['make', util.Interpolate('%(prop:target)s', )],\n",
        "               doStepIf=lambda step: True))\n",
        "c['builders'] = [util.BuilderConfig('b1', factory=f, workernames=('w1',), locks=[lock.access('counting')])]\n",
        "c['builders'][0].locks.append(lock.access('exclusive'))\n",
        "c['big'] = 2 ** 70\n",
        "c['odd'] = {1: 'one', b'k': {'$ref': 5}}\n",
    ))
    .await;
    assert_eq!(site.faults(), [""; 0]);
    assert_eq!(site.key("title"), &"Example".into());
    assert_eq!(site.key("big"), &Value::Float(1_180_591_620_717_411_303_424.0));
    let odd = Value::Dict(vec![
        (Value::Int(1), "one".into()),
        (Value::Bytes(b"k".to_vec()), Value::Dict(vec![("$ref".into(), Value::Int(5))])),
    ]);
    assert_eq!(site.key("odd"), &odd);

    let builders = site.key("builders").as_list().unwrap();
    let builder = builders[0].as_object().unwrap();
    assert_eq!(builder.class, "buildbot.config.builder.BuilderConfig");
    assert_eq!(builder.args["name"], "b1".into());
    assert_eq!(
        (builder.place.file.as_str(), builder.place.line),
        (site.directory.path().join("master.cfg").to_str().unwrap(), 13)
    );
    let locks = builder.args["locks"].as_list().unwrap();
    let lock = |at: usize| locks[at].as_object().unwrap().args["lockid"].as_object().unwrap().handle;
    assert_eq!(locks.len(), 2);
    assert_eq!(lock(0), lock(1));

    let factory = builder.args["factory"].as_object().unwrap();
    let steps = factory.args["steps"].as_list().unwrap();
    let mine = steps[1].as_object().unwrap();
    assert_eq!(mine.class, "buildbot.steps.shell.ShellCommand");
    assert_eq!(mine.user_class.as_deref(), Some("Mine"));
    assert_eq!(mine.overrides, ["evaluateCommand"]);
    assert_eq!(mine.args["haltOnFailure"], Value::Bool(true));
    assert_eq!(mine.place.line, 11);
    let command = mine.args["command"].as_list().unwrap();
    assert_eq!(command[1].as_object().unwrap().class, "buildbot.process.properties.Interpolate");
    assert!(matches!(&mine.args["doStepIf"], Value::Callable(function) if function.place.line == 12));
}

/// Every broken configuration with the line and a part of each message that it must give.
const BROKEN: &[(&str, &[(u32, &str)])] = &[
    ("x = 1\ndef broken(:\n", &[(2, "SyntaxError")]),
    ("x = 1\n y = 2\n", &[(2, "IndentationError: unexpected indent")]),
    (
        "c = BuildmasterConfig = {}\nc['title'] = no_such_name\n",
        &[(2, "NameError: name 'no_such_name' is not defined")],
    ),
    ("import no_such_module_x\n", &[(1, "ModuleNotFoundError: No module named 'no_such_module_x'")]),
    ("def f():\n    raise RuntimeError('custom failure 77')\n\nf()\n", &[(2, "RuntimeError: custom failure 77")]),
    ("import json\njson.loads('{')\n", &[(2, "JSONDecodeError")]),
    ("import sys\nsys.exit(4)\n", &[(2, "sys.exit(4)")]),
    ("c = {}\n", &[(0, "does not define 'BuildmasterConfig'")]),
    ("BuildmasterConfig = [1]\n", &[(0, "must be a dictionary, not list")]),
    ("x = []\nx.append(x)\nBuildmasterConfig = {'x': x}\n", &[(0, "contains itself")]),
    ("from buildbot.plugins import nosuch\n", &[(1, "ImportError")]),
    ("from buildbot.plugins import steps\nsteps.NoSuchStep()\n", &[(2, "'NoSuchStep' in buildbot.plugins.steps")]),
    (
        concat!(
            "from buildbot.plugins import *\n",
            "from buildbot import config\n",
            "BuildmasterConfig = {}\n",
            "steps.ShellCommand(command='x', bogus_arg=1, other=2)\n",
            "schedulers.SingleBranchScheduler('x', 'main',\n",
            "    builderNames=[])\n",
            "worker.Worker('w', 'p', nosuch=1)\n",
            "config.error('my own check')\n",
            "util.MasterLock('m').access('some')\n",
            "util.BuildFactory(['no step'])\n",
        ),
        &[
            (4, "ShellCommand got unexpected keyword argument(s): bogus_arg, other"),
            (5, "SingleBranchScheduler takes at most 1 positional argument(s) (name), but 2 were given"),
            (7, "Worker got unexpected keyword argument(s): nosuch"),
            (8, "my own check"),
            (9, "'counting' or 'exclusive', not 'some'"),
            (10, "must be an instance of a BuildStep, not str"),
        ],
    ),
];

#[tokio::test]
async fn faults_come_with_their_places() {
    for (source, expected) in BROKEN {
        let site = site(source).await;
        let faults = &site.loaded.errors.errors;
        assert_eq!(faults.len(), expected.len(), "{source}: {:?}", site.faults());
        for (fault, (line, message)) in faults.iter().zip(*expected) {
            assert_eq!(fault.place.line, *line, "{source}: {fault}");
            assert!(fault.message.contains(message), "{source}: {fault}");
            assert!(fault.place.file.ends_with("master.cfg"), "{source}: {fault}");
        }
    }
}

#[tokio::test]
async fn a_missing_file_is_a_fault() {
    let directory = tempfile::tempdir().unwrap();
    let host = ConfigHost::start(options(directory.path())).await.unwrap();
    let loaded = host.load(&directory.path().join("nowhere.cfg"), directory.path()).await;
    assert_eq!(loaded.document, Value::None);
    assert!(loaded.errors.errors[0].message.contains("does not exist"), "{:?}", loaded.errors);
}

#[tokio::test]
async fn a_relative_path_is_the_callers() {
    let directory = tempfile::tempdir_in(".").unwrap();
    let name = Path::new(directory.path().file_name().unwrap());
    std::fs::write(name.join("master.cfg"), "BuildmasterConfig = {'file': __file__}\n").unwrap();
    let host = ConfigHost::start(options(Path::new("/"))).await.unwrap();
    let loaded = host.load(&name.join("master.cfg"), name).await;
    assert_eq!(loaded.errors, Errors::default());
    let expected = std::env::current_dir().unwrap().join(name).join("master.cfg");
    assert_eq!(loaded.document.get("file"), Some(&expected.to_str().unwrap().into()));
}

#[tokio::test]
async fn a_fault_in_a_module_beside_the_file_is_found_there() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("helper.py"), "\n\nVALUE = 1 / 0\n").unwrap();
    let file = directory.path().join("master.cfg");
    std::fs::write(&file, "import helper\nBuildmasterConfig = {}\n").unwrap();
    let host = ConfigHost::start(options(directory.path())).await.unwrap();
    let loaded = host.load(&file, directory.path()).await;
    let fault = &loaded.errors.errors[0];
    assert_eq!(fault.message, "ZeroDivisionError: division by zero");
    assert_eq!(fault.place.line, 3);
    assert!(fault.place.file.ends_with("helper.py"));
}

#[tokio::test]
async fn an_endless_loop_is_ended_and_its_place_told() {
    let source = concat!(
        "import time\n",
        "def spin(n):\n",
        "    while True:\n",
        "        n += 1; time.sleep(0)\n",
        "spin(0)\n",
    );
    let site = site_with(source, |options| options.load_deadline = Duration::from_secs(2)).await;
    let fault = &site.loaded.errors.errors[0];
    assert!((3..=4).contains(&fault.place.line), "{fault}");
    assert!(fault.message.contains("not loaded after 2 s") && fault.message.contains("spin"), "{fault}");
    assert!(site.host.ended().await.contains("SIGKILL"));
}

#[tokio::test]
async fn a_configuration_that_kills_its_process_is_a_fault() {
    let site = site("import os\nos.kill(os.getpid(), 9)\n").await;
    assert!(site.faults()[0].contains("signal: 9"), "{:?}", site.faults());
}

#[tokio::test]
async fn a_megabyte_of_output_holds_nothing_up() {
    let site =
        site("for n in range(20000):\n    print('x' * 50)\nprint('y' * 3000000)\nBuildmasterConfig = {}\n").await;
    assert_eq!(site.faults(), [""; 0]);
}

/// Copies the configurations of the benchmark and of difftest into a directory, with the module that one imports.
fn copy_configurations(directory: &Path) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (bench, difftest) = (root.join("bench/configs"), root.join("compat/difftest"));
    let entries = |of: &Path| std::fs::read_dir(of).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let base = std::fs::read_to_string(difftest.join("base.cfg")).unwrap();
    let mut copies = Vec::new();
    for (number, file) in entries(&bench)
        .into_iter()
        .chain(entries(&difftest.join("scenarios")).into_iter().map(|scenario| scenario.join("master.cfg")))
        .filter(|file| file.exists())
        .enumerate()
    {
        let name = file.parent().and_then(Path::file_name).unwrap().to_string_lossy();
        let copy = directory.join(format!("{number}-{name}.cfg"));
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&copy, text.replace("#include base\n", &base)).unwrap();
        copies.push(copy);
    }
    let helper = "helper.py";
    std::fs::copy(difftest.join("scenarios/custom_steps").join(helper), directory.join(helper)).unwrap();
    copies
}

/// As the environment of the configurations is needed before the interpreter starts, each runs below `env`.
#[tokio::test]
async fn real_configurations_load() {
    let directory = tempfile::tempdir().unwrap();
    let numbers = [
        "DT_WWW_PORT",
        "DT_PB_PORT",
        "DT_MSGPACK_PORT",
        "DT_SPARE_PORT",
        "DT_SMTP_PORT",
        "BENCH_HTTP_PORT",
        "BENCH_PB_PORT",
        "BENCH_WORKER_PORT",
    ];
    let texts = [
        "DT_WORKER_KIND=stock-pb",
        "DT_REPO=/repo",
        "DT_OUT=/out",
        "DT_SINK=http://127.0.0.1:1",
        "BENCH_BUILDERS=1000",
        "BENCH_WORKERS=200",
    ];
    let numbers: Vec<_> = numbers.iter().zip(7000..).map(|(name, port)| format!("{name}={port}")).collect();
    let command = format!("exec env {} {} python3 \"$@\"", numbers.join(" "), texts.join(" "));
    let python = script(directory.path(), &command);

    let files = copy_configurations(directory.path());
    assert!(files.len() > 15, "only {} configurations", files.len());
    for file in files {
        let mut options = options(directory.path());
        options.python = Some(python.clone());
        let host = ConfigHost::start(options).await.unwrap();
        let loaded = host.load(&file, directory.path()).await;
        assert_eq!(loaded.errors, Errors::default(), "{}", file.display());
        let mut errors = Errors::default();
        let source = Source { file: &file.to_string_lossy(), text: &std::fs::read_to_string(&file).unwrap() };
        let _config = Config::from_document(&loaded.document, &source, &EveryKind, &mut errors);
        errors.errors.retain(|error| !error.message.contains("not supported yet"));
        assert_eq!(errors.errors, [], "{}", file.display());
        let builders = loaded.document.get("builders").and_then(Value::as_list).unwrap();
        assert!(!builders.is_empty(), "{}", file.display());
    }
}
