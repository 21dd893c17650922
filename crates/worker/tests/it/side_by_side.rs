//! The same commands for the stock worker and for ours: both say and do the same. `FERROBOT_REFERENCE` names the directory with the
//! stock `buildbot-worker`.

use std::path::Path;
use std::process::Stdio;

use ferrobot_wire::pb::Value;
use tokio::process::{Child, Command};

use crate::pb_scripted::{PbWorker, Report, ScriptedPbMaster};
use crate::stock::{OURS, stock};

/// What a master asks for, and how the builder's directory is prepared for it.
struct Case {
    prepare: &'static str,
    command: &'static str,
    args: Vec<(&'static str, Value)>,
}

fn shell(command: Value, more: Vec<(&'static str, Value)>) -> Case {
    let args = vec![("workdir", "build".into()), ("command", command), ("logEnviron", false.into())];
    // What comes last is what counts.
    let args = args.into_iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name)).collect();
    Case { prepare: "", command: "shell", args: [args, more].concat() }
}

fn sh(script: &str) -> Value {
    words(&["sh", "-c", script])
}

fn words(words: &[&str]) -> Value {
    Value::List(words.iter().map(|&word| word.into()).collect())
}

fn other(prepare: &'static str, command: &'static str, args: Vec<(&'static str, Value)>) -> Case {
    Case { prepare, command, args: [args, vec![("logEnviron", false.into())]].concat() }
}

/// Starts a program as the worker of this master.
async fn start(program: &Path, place: &Path, master: &ScriptedPbMaster, encoding: &str) -> (Child, PbWorker) {
    let options = master.options(place);
    let address = format!("127.0.0.1:{}", options.master.port);
    let create = ["create-worker", "-q", "w", &address, &options.name, &options.password];
    let created = Command::new(program).args(create).current_dir(place).status().await.unwrap();
    assert!(created.success());
    let tac = place.join("w/buildbot.tac");
    let text = std::fs::read_to_string(&tac).unwrap();
    let named = format!("umask=umask, unicode_encoding='{encoding}',");
    std::fs::write(&tac, text.replacen("umask=umask,", &named, 1)).unwrap();
    let mut start = Command::new(program);
    start.args(["start", "--nodaemon", "w"]).current_dir(place).env("LC_ALL", "C.UTF-8");
    let child = start.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    (child, master.accept().await)
}

/// What a master sees, without what differs from run to run.
fn story(report: &Report, place: &Path) -> Vec<String> {
    let shown = |text: &str| {
        let text = text.replace(place.to_str().unwrap(), "PLACE");
        let line = |line: &str| match line.split_once("elapsedTime=") {
            Some((before, _)) => format!("{before}elapsedTime=T"),
            None => line.split(" in environment id ").next().unwrap_or_default().to_owned(),
        };
        // The stack of Python's own frames is nobody's.
        let kept = text.lines().filter(|line| !line.starts_with("  "));
        kept.map(line).collect::<Vec<_>>().join("\n")
    };
    let mut story: Vec<String> = ["header", "stdout", "stderr"]
        .iter()
        .map(|stream| format!("{stream}: {}", shown(&report.text(stream))))
        .collect();
    for (key, value) in &report.updates {
        match key.as_str() {
            "header" | "stdout" | "stderr" | "elapsed" => {}
            _ => story.push(format!("{key}: {}", shown(&format!("{value:?}")))),
        }
    }
    // Ours says which character has no bytes, and that the worker's settings are the reason.
    let told = |class: &str, message: &str| match class {
        "builtins.UnicodeEncodeError" => String::new(),
        _ => message.to_owned(),
    };
    let failure = report.failure.as_ref();
    let failure = failure.map(|failure| (&failure.class, told(&failure.class, &failure.message)));
    story.push(shown(&format!("{failure:?}")));
    story
}

async fn stories(program: &Path, encoding: &str, cases: &[Case]) -> Vec<Vec<String>> {
    let place = tempfile::tempdir().unwrap();
    let master = ScriptedPbMaster::new().await;
    let (_child, mut worker) = start(program, place.path(), &master, encoding).await;
    let builder = worker.builders(&[("b", "b")]).await.remove(0);
    let mut stories = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let build = place.path().join("w/b/build");
        let _absent = std::fs::remove_dir_all(place.path().join("w/b"));
        std::fs::create_dir_all(&build).unwrap();
        let prepared = Command::new("sh").args(["-ec", case.prepare]).current_dir(&build).status().await.unwrap();
        assert!(prepared.success());
        let (_, report) = worker.run(&builder, &number.to_string(), case.command, case.args.clone()).await;
        let mut story = story(&report, place.path());
        story.extend(files(&place.path().join("w/b")).await);
        stories.push(story);
    }
    stories
}

/// All that is below a directory, with its permissions and where links lead.
async fn files(directory: &Path) -> Vec<String> {
    let found =
        Command::new("find").args([".", "-printf", "%p %m %l\n"]).current_dir(directory).output().await.unwrap();
    let mut found: Vec<String> = String::from_utf8_lossy(&found.stdout).lines().map(str::to_owned).collect();
    found.sort();
    found
}

async fn compare(encoding: &str, cases: &[Case]) {
    let Some(stock) = stock() else { return };
    let (theirs, ours) = tokio::join!(stories(&stock, encoding, cases), stories(Path::new(OURS), encoding, cases));
    for ((case, theirs), ours) in cases.iter().zip(theirs).zip(ours) {
        assert_eq!(ours, theirs, "{encoding}: {} {:?}", case.command, case.args);
    }
}

#[tokio::test]
async fn encodings_mean_the_same() {
    let bytes = "printf 'caf\\351 \\200\\237\\n'; printf '\\344' >&2; sleep 0.2; printf '\\n' >&2; printf '\\306'; sleep 0.2; \
                 printf '\\374\\313'; sleep 0.2; printf '\\334\\n'; printf '\\306x\\n'; printf '\\241\\301\\n'";
    for encoding in ["utf-8", "Latin-1", "cp1252", "iso-8859-15", "koi8-u", "ascii"] {
        let logs = Value::dict([("lé", "log".into())]);
        let cases = [
            shell(sh("printf '%s' é | od -An -tx1"), vec![]),
            shell("echo é".into(), vec![]),
            shell(words(&["echo", "a☃☃b"]), vec![]),
            shell(words(&["nö-such"]), vec![]),
            shell(sh("od -An -tx1"), vec![("initial_stdin", "ä".into())]),
            shell(sh("printf '%s' \"$V\" | od -An -tx1"), vec![("env", Value::dict([("V", "ü".into())]))]),
            shell(sh(bytes), vec![]),
            shell(sh("printf '\\306' > log; sleep 2.5; printf '\\374\\n\\377\\n' >> log"), vec![("logfiles", logs)]),
            shell(sh("pwd | od -An -c | tail -2"), vec![("workdir", "dïr".into())]),
            other("", "mkdir", vec![("dir", "é".into())]),
            other("mkdir é", "rmdir", vec![("dir", "build/é".into())]),
        ];
        compare(encoding, &cases).await;
    }
}

#[tokio::test]
async fn odd_commands_end_the_same() {
    let secret = |real: &str, shown: &str| Value::Tuple(vec!["obfuscated".into(), real.into(), shown.into()]);
    let tree = "mkdir -p sub/deep .hid aa; touch f.c b.c .h.c sub/x.c sub/deep/x.c aa/y; ln -s sub lnk";
    let glob = |pattern: &'static str| other(tree, "glob", vec![("path", pattern.into())]);
    let cases = [
        shell(Value::List(vec!["echo".into(), secret("hunter2", "XXX"), "it's \"x\"".into()]), vec![]),
        shell(Value::List(vec!["echo".into(), Value::Integer(5), Value::None, Value::Bool(true)]), vec![]),
        shell(words(&[]), vec![]),
        shell(words(&["", "x"]), vec![]),
        shell(words(&["echo", "a\0b"]), vec![]),
        shell(words(&["no-such"]), vec![("usePTY", true.into())]),
        shell(sh("cat; test -t 0 || echo none"), vec![("usePTY", true.into()), ("initial_stdin", "".into())]),
        shell(sh("true"), vec![("usePTY", Value::None)]),
        shell(sh("echo $PWD"), vec![("workdir", "build/../other/".into())]),
        shell(sh("true"), vec![("env", Value::dict([("A=B", "c".into())]))]),
        shell(sh("true"), vec![("env", Value::dict([("A", Value::List(vec!["x".into(), Value::Integer(5)]))]))]),
        shell(
            sh("echo \"$A|$B\""),
            vec![("env", Value::dict([("A", "".into()), ("B", "${NO_SUCH}|${}|$${A}".into())]))],
        ),
        shell(sh("printf 'a\\rb\\rc\\r\\nd\\r'; sleep 100"), vec![("max_lines", Value::Integer(3))]),
        shell(sh("seq 1 9; echo end >&2"), vec![("max_lines", Value::Integer(3)), ("want_stdout", Value::Integer(0))]),
        shell(
            sh("trap 'exit 0' TERM; while :; do sleep 0.1; done"),
            vec![("maxTime", Value::Integer(1)), ("sigtermTime", Value::Integer(5))],
        ),
        other(
            "mkdir -p x/s; echo a > x/s/f; chmod 640 x/s/f; ln -s s x/l",
            "cpdir",
            vec![("fromdir", "build/x".into()), ("todir", "build/new/y".into())],
        ),
        other(
            "mkdir x y",
            "cpdir",
            vec![("fromdir", "build/x".into()), ("todir", "build/y".into()), ("timeout", Value::None)],
        ),
        other("mkdir -p x/y; touch x/y/z; chmod 000 x/y x", "rmdir", vec![("dir", words(&["build/x", "build/none"]))]),
        other("touch f", "mkdir", vec![("dir", "build/f/x".into())]),
        other("ln -s none l", "stat", vec![("file", "build/l".into())]),
        other("mkdir d", "rmfile", vec![("path", "build/d".into())]),
        glob("build/**/*.c"),
        glob("build/s*/"),
        glob("build/**/"),
        glob("build/sub/../*.c"),
        glob("build//[!a]*"),
        glob("build/*/../f.c"),
    ];
    compare("utf-8", &cases).await;
}
