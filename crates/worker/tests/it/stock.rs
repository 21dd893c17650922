//! Directories made by stock programs, next to those made by ours. `FERROBOT_REFERENCE` names the directory with the stock
//! `buildbot-worker`, `FERROBOT_OLDER_WORKERS` those of earlier versions.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::pb_scripted::ScriptedPbMaster;

pub(crate) const OURS: &str = env!("CARGO_BIN_EXE_ferrobot-worker");

pub(crate) fn stock() -> Option<PathBuf> {
    let found = std::env::var_os("FERROBOT_REFERENCE").map(|path| PathBuf::from(path).join("buildbot-worker"));
    if found.is_none() {
        eprintln!("skipped: FERROBOT_REFERENCE does not name the directory with a real `buildbot-worker`");
    }
    found
}

fn run(program: &Path, place: &Path, args: &[&str]) -> Output {
    Command::new(program).args(args).current_dir(place).output().unwrap()
}

/// Status, words and files, with the place's name taken out.
fn outcome(program: &Path, runs: &[&[&str]]) -> Vec<(String, String)> {
    let place = tempfile::tempdir().unwrap();
    let shown = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).replace(place.path().to_str().unwrap(), "PLACE");
        // The usage that follows is our own, and each program is called by its own name.
        match text.split_once(":  ").filter(|(before, _)| !before.contains(['\n', ' '])) {
            Some((_, refused)) => refused.lines().next().unwrap_or_default().to_owned(),
            None => text,
        }
    };
    let mut found = Vec::new();
    for (number, args) in runs.iter().enumerate() {
        let output = run(program, place.path(), args);
        found.push((format!("run {number}"), format!("{:?} {}", output.status.code(), shown(&output.stdout))));
    }
    for name in ["buildbot.tac", "buildbot.tac.new", "info/admin", "info/host"] {
        if let Ok(text) = std::fs::read(place.path().join("w").join(name)) {
            found.push((name.to_owned(), shown(&text)));
        }
    }
    found
}

#[test]
fn directories_are_made_as_by_the_stock_program() {
    let Some(stock) = stock() else { return };
    let end = ["w", "master.example:9990", "n'a\"me", "pa\\ss wörd"];
    let option_sets: &[&[&str]] = &[
        &[],
        &["-q"],
        &["-f", "-r", "-n"],
        &["--use-tls", "--delete-leftover-dirs"],
        &["-k", "60", "--umask", "0o22", "--maxdelay=5", "--maxretries=7", "--numcpus=3"],
        &["-s", "5000", "-l", "None", "-a", "signal"],
        &["--log-size=0", "--log-count=0", "--allow-shutdown=file", "--protocol=msgpack_experimental_v7"],
        &["--connection-string", "tls:host=a:port=1:trustRoots=/c\\:as"],
        &["--proxy-connection-string=tcp:proxy:8080"],
        &["--maxretries=0", "--numcpus=None", "--umask=None", "-k", "0"],
        &["--allow-shutdown=never"],
        &["--umask=022"],
        &["--log-size=big"],
        &["--numcpus=-1"],
        &["--maxretries=+1"],
        &["--log-count=0o4", "--numcpus=0o10"],
        &["--umask=0O22"],
        &["--keepalive=+5", "--maxdelay=007", "--log-size= -0 "],
    ];
    for options in option_sets {
        let mut args = vec!["create-worker"];
        args.extend(*options);
        args.extend(end);
        let other = [&args[..args.len() - 1], &["other"]].concat();
        let runs: [&[&str]; 3] = [&args, &args, &other];
        assert_eq!(outcome(Path::new(OURS), &runs), outcome(&stock, &runs), "{options:?}");
    }
    let masters: &[&[&str]] = &[
        &["w", "h", "n", "p"],
        &["w", "[::1]", "n", "p"],
        &["w", "[2001:db8::1]:4321", "n", "p"],
        &["w", "::1", "n", "p"],
        &["w", "http://h", "n", "p"],
        &["w", "h:x", "n", "p"],
        &["w", "", "n", "p"],
        &["w", "h", "n"],
        &["no/such/place/w", "h", "n", "p"],
        &["./x/../w/", "h", "n", "p"],
        &["", "h", "n", "p"],
    ];
    for master in masters {
        let args = [&["create-worker"], *master].concat();
        assert_eq!(outcome(Path::new(OURS), &[&args]), outcome(&stock, &[&args]), "{master:?}");
    }
}

#[test]
fn verbs_without_a_process_say_the_same() {
    let Some(stock) = stock() else { return };
    let create: &[&str] = &["create-worker", "-q", "w", "127.0.0.1:1", "n", "p"];
    let cases: &[&[&[&str]]] = &[
        &[create, &["stop", "w"], &["stop", "-q", "w"]],
        &[&["stop", "w"], &["start", "w"], &["restart", "w"]],
        &[create, &["stop", "w", "w"], &["start", "a", "b"]],
        &[&[]],
        &[&["nonsense"]],
    ];
    for runs in cases {
        assert_eq!(outcome(Path::new(OURS), runs), outcome(&stock, runs), "{runs:?}");
    }
}

#[tokio::test]
async fn directories_made_by_stock_programs_are_started() {
    let Some(stock) = stock() else { return };
    let older = std::env::var_os("FERROBOT_OLDER_WORKERS");
    let older = older.iter().flat_map(std::env::split_paths).map(|path| path.join("buildbot-worker"));
    for program in std::iter::once(stock).chain(older) {
        let place = tempfile::tempdir().unwrap();
        let master = ScriptedPbMaster::new().await;
        let options = master.options(place.path());
        let address = format!("127.0.0.1:{}", options.master.port);
        let args = ["create-worker", "-q", "-r", "-k", "60", "--numcpus=3", "--umask=0o27", "--maxretries=2", "w"];
        let created = run(&program, place.path(), &[&args[..], &[&address, &options.name, &options.password]].concat());
        assert!(created.status.success(), "{program:?}: {created:?}");
        let mut ours = tokio::process::Command::new(OURS)
            .args(["start", "--nodaemon", "w"])
            .current_dir(place.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut worker = master.accept().await;
        let bot = worker.bot.clone();
        let info = worker.ask(&bot, "getWorkerInfo", Vec::new()).await.unwrap();
        assert_eq!(info.get("numcpus"), Some(&3.into()), "{program:?}");
        assert_eq!(info.get("admin").unwrap().as_text(), Some("Your Name Here <admin@youraddress.invalid>\n"));
        worker.ask(&bot, "shutdown", Vec::new()).await.unwrap();
        worker.closed().await;
        assert!(ours.wait().await.unwrap().success(), "{program:?}");
    }
}
