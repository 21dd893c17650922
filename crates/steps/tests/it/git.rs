//! `Git`, on a repository in the master's directory.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use ferrobot_config::{Object, Value};
use ferrobot_data::Control;
use ferrobot_engine::CommandControl;
use ferrobot_model::{BuildRequestId, Command as WorkerCommand, Results};
use ferrobot_testkit::{ScriptedWorker, Site, StepObject, TestMaster};
use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::bench::{Bench, dict, run, step};

/// Runs git as a committer whose commits are the same in every run.
fn git_in(directory: &Path, args: &[&str]) -> String {
    let mut command = Command::new("git");
    command.current_dir(directory).args(["-c", "protocol.file.allow=always"]).args(args);
    for (name, value) in [("AUTHOR", "Ann"), ("COMMITTER", "Ann")] {
        command.env(format!("GIT_{name}_NAME"), value).env(format!("GIT_{name}_EMAIL"), "ann@example.org");
        command.env(format!("GIT_{name}_DATE"), "2020-01-01T00:00:00Z");
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn commit(repository: &Path, file: &str, content: &str, message: &str) -> String {
    std::fs::write(repository.join(file), content).unwrap();
    git_in(repository, &["add", "-A"]);
    git_in(repository, &["commit", "-q", "-m", message]);
    git_in(repository, &["rev-parse", "HEAD"])
}

/// A bench with a repository of two commits, the first of which is tagged.
struct GitBench {
    bench: Bench,
    repository: TempDir,
    first: String,
    second: String,
}

fn git(url: &str) -> StepObject {
    step("source.git.Git").with("repourl", url).flag("logEnviron", false)
}

impl GitBench {
    async fn with(steps: impl FnOnce(&str) -> Vec<StepObject>) -> GitBench {
        let repository = tempfile::tempdir().unwrap();
        git_in(repository.path(), &["init", "-q", "-b", "main"]);
        let first = commit(repository.path(), "a.txt", "one\n", "first");
        git_in(repository.path(), &["tag", "-a", "v1.0", "-m", "one"]);
        let second = commit(repository.path(), "a.txt", "two\n", "second");
        let url = format!("file://{}", repository.path().display());
        let site = Site::linux(steps(&url));
        let bench = Bench::on(site, |call| call.args.first().cloned().unwrap_or_default()).await;
        GitBench { bench, repository, first, second }
    }

    async fn build(&self, params: Json) -> Results {
        let request = self.bench.master.force_with("linux", params).await;
        self.bench.master.finished(request).await
    }

    /// The commands of the step `git`, with names for what differs.
    async fn commands(&self, build: i64) -> String {
        let url = format!("file://{}", self.repository.path().display());
        let commands = self.bench.commands(build, "git").await;
        commands.replace(&url, "URL").replace(&self.first, "FIRST").replace(&self.second, "SECOND")
    }

    fn file(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.bench.on_worker(path)).ok()
    }
}

/// Leaves a changed file and one that git does not know.
fn dirty() -> StepObject {
    run("echo x >> a.txt; echo y > untracked").named("dirty")
}

#[tokio::test]
async fn a_working_copy_is_updated() {
    let git = GitBench::with(|url| vec![git(url), dirty()]).await;
    assert_eq!(git.build(json!({})).await, Results::Success);
    assert_eq!(git.commands(1).await, "git --version\ngit clone URL . --progress\ngit rev-parse HEAD");
    let third = commit(git.repository.path(), "b.txt", "b\n", "third");
    assert_eq!(git.build(json!({})).await, Results::Success);
    assert_snapshot!(git.commands(2).await, @r"
    git --version
    git fetch -f --progress URL HEAD
    git checkout -f FETCH_HEAD
    git rev-parse HEAD
    ");
    let properties = git.bench.master.properties(2).await;
    assert!(properties.contains(&format!("got_revision = \"{third}\" (Git)")), "{properties}");
    assert_eq!(git.file("build/untracked").as_deref(), Some("y\n"), "incremental keeps what is there");
    assert_eq!(git.build(json!({"branch": "main", "revision": git.first})).await, Results::Success);
    assert_snapshot!(git.commands(3).await, @r"
    git --version
    git cat-file -e FIRST
    git checkout -f FIRST
    git checkout -B main
    git rev-parse HEAD
    ");
    assert_snapshot!(git.bench.texts(3).await, @r"
    git: success | update
    dirty: success | 'echo x ...'
    ");
}

#[tokio::test]
async fn full_checkouts_forget_what_was_there() {
    for (method, kept) in [("fresh", false), ("clean", false), ("clobber", false), ("copy", false)] {
        let git = GitBench::with(|url| vec![git(url).with("mode", "full").with("method", method), dirty()]).await;
        assert_eq!(git.build(json!({})).await, Results::Success, "{method}");
        let check = git.file("build/a.txt").unwrap();
        assert_eq!(check, "two\nx\n", "{method}");
        assert_eq!(git.build(json!({})).await, Results::Success, "{method}");
        assert_eq!(git.file("build/a.txt").as_deref(), Some("two\nx\n"), "{method}: it was dirtied only once");
        assert_eq!(git.file("source/untracked").is_some(), kept, "{method}");
    }
}

#[tokio::test]
async fn each_method_has_its_commands() {
    let clean = GitBench::with(|url| vec![git(url).with("mode", "full").with("method", "clean")]).await;
    let clobber = GitBench::with(|url| {
        vec![git(url).with("mode", "full").with("method", "clobber").with("shallow", Value::Int(1))]
    })
    .await;
    let copy = GitBench::with(|url| vec![git(url).with("mode", "full").with("method", "copy")]).await;
    for git in [&clean, &clobber, &copy] {
        for _round in 0..2 {
            assert_eq!(git.build(json!({})).await, Results::Success);
        }
    }
    assert_snapshot!(clean.commands(2).await, @r"
    git --version
    git clean -f -f -d
    git fetch -f --progress URL HEAD
    git checkout -f FETCH_HEAD
    git rev-parse HEAD
    ");
    assert_snapshot!(clobber.commands(2).await, @r"
    git --version
    rm -rf BASE/worker/linux/build
    git clone --depth 1 URL . --progress
    git rev-parse HEAD
    ");
    assert_snapshot!(copy.commands(2).await, @r"
    git --version
    rm -rf BASE/worker/linux/build
    git fetch -f --progress URL HEAD
    git checkout -f FETCH_HEAD
    cp -R -P -p -v BASE/worker/linux/source BASE/worker/linux/build
    git rev-parse HEAD
    ");
}

#[tokio::test]
async fn failures_are_retried_as_often_as_is_said() {
    let retry = Value::Tuple(vec![Value::Int(0), Value::Int(1)]);
    let git = GitBench::with(|url| vec![git(&format!("{url}/nothing")).with("retry", retry)]).await;
    assert_eq!(git.build(json!({})).await, Results::Failure);
    assert_snapshot!(git.commands(1).await, @r"
    git --version
    git clone URL/nothing . --progress
    rm -rf BASE/worker/linux/build
    git clone URL/nothing . --progress
    ");
    assert_eq!(git.bench.texts(1).await, "git: failure | update (failure)\n");
}

#[tokio::test]
async fn a_failed_fetch_may_begin_anew() {
    let git = GitBench::with(|url| vec![git(url).flag("clobberOnFailure", true)]).await;
    assert_eq!(git.build(json!({})).await, Results::Success);
    std::fs::remove_dir_all(git.bench.on_worker("build/.git/objects")).unwrap();
    std::fs::remove_file(git.bench.on_worker("build/.git/HEAD")).unwrap();
    assert_eq!(git.build(json!({})).await, Results::Success);
    assert_snapshot!(git.commands(2).await, @r"
    git --version
    git fetch -f --progress URL HEAD
    rm -rf BASE/worker/linux/build
    git clone URL . --progress
    git rev-parse HEAD
    ");
}

#[tokio::test]
async fn options_reach_git() {
    let git = GitBench::with(|url| {
        let describe = dict(&[("tags", Value::Bool(true)), ("always", Value::Bool(true))]);
        vec![
            git(url)
                .with("config", dict(&[("core.autocrlf", "input".into())]))
                .with("origin", "upstream")
                .flag("progress", false)
                .with("sshPrivateKey", "KEY")
                .with("sshHostKey", "ssh-rsa AAAA")
                .with("getDescription", describe),
        ]
    })
    .await;
    assert_eq!(git.build(json!({})).await, Results::Success);
    assert_snapshot!(git.commands(1).await, @r#"
    git -c core.autocrlf=input --version
    git -c core.autocrlf=input -c 'core.sshCommand=ssh -o "BatchMode=yes" -i "BASE/worker/.linux.build.buildbot/ssh-key" -o "UserKnownHostsFile=BASE/worker/.linux.build.buildbot/ssh-known-hosts"' clone --origin upstream URL .
    git -c core.autocrlf=input rev-parse HEAD
    git -c core.autocrlf=input describe --always --tags HEAD
    rm -rf BASE/worker/.linux.build.buildbot
    "#);
    assert!(!git.bench.on_master("worker/.linux.build.buildbot").exists(), "keys do not stay on the worker");
    let properties = git.bench.master.properties(1).await;
    let short = &git.second[..7];
    assert!(properties.contains(&format!("commit-description = \"v1.0-1-g{short}\" (Git)")), "{properties}");
}

/// An object of the configuration.
fn object(class: &str, args: &[(&str, Value)], extra: &[(&str, Value)]) -> Value {
    let named = |(name, value): &(&str, Value)| ((*name).to_owned(), value.clone());
    Value::Object(Arc::new(Object {
        class: class.to_owned(),
        args: args.iter().map(named).collect(),
        extra: extra.iter().map(named).collect(),
        ..Object::default()
    }))
}

/// A build of this step on a worker that the test plays; its git is a new one.
async fn scripted(git: StepObject) -> (TestMaster, ScriptedWorker) {
    let echo: ferrobot_testkit::Answers = |call| call.args.first().cloned().unwrap_or_default();
    let master = TestMaster::start_with_kinds(Site::linux([git]), echo, ferrobot_steps::register).await;
    let mut worker = master.connect("w1").await;
    master.force("linux").await;
    let version = worker.expect_command().await;
    assert!(version.line().ends_with("--version"), "{}", version.line());
    version.print("git version 2.47.3\n").await;
    version.finish(0).await;
    (master, worker)
}

#[tokio::test]
async fn credentials_of_every_form_are_approved() {
    let login = object("buildbot.process.properties.Property", &[("key", "buildername".into())], &[]);
    let nothing = object("buildbot.process.properties.Property", &[("key", "missing".into())], &[]);
    let rendered = object(
        "buildbot.util.git_credential.GitCredentialInputRenderer",
        &[],
        &[("username", login), ("password", Value::Bytes(b"pw".to_vec())), ("path", nothing), ("url", "U2".into())],
    );
    let options = [("credentials", Value::List(vec!["url=U1\n".into(), rendered]))];
    let options = object("buildbot.util.git_credential.GitCredentialOptions", &options, &[]);
    let pair = Value::Tuple(vec!["me".into(), "secret".into()]);
    let step = git("https://x/r").with("auth_credentials", pair).with("git_credentials", options);
    let (_master, mut worker) = scripted(step).await;
    let mut inputs = Vec::new();
    loop {
        let command = worker.expect_command().await;
        match &command.command {
            WorkerCommand::Shell(shell) if command.line().ends_with("credential approve") => {
                inputs.push(shell.initial_stdin.clone().unwrap());
            }
            WorkerCommand::Shell(_) => break,
            _ => {}
        }
        // What was there before is no patched working copy.
        let rc = i64::from(matches!(command.command, WorkerCommand::Stat { .. }));
        command.finish(rc).await;
    }
    let expected =
        ["url=https://x/r\nusername=me\npassword=secret\n", "url=U1\n", "url=U2\nusername=linux\npassword=pw\n"];
    assert_eq!(inputs, expected);
}

#[tokio::test]
async fn keys_go_when_the_build_is_stopped() {
    let (master, mut worker) = scripted(git("me@x:r").with("sshPrivateKey", "KEY")).await;
    let mut command = loop {
        let command = worker.expect_command().await;
        if command.line().contains("core.sshCommand") {
            break command;
        }
        // What was there before is no patched working copy.
        let rc = i64::from(matches!(command.command, WorkerCommand::Stat { .. }));
        command.finish(rc).await;
    };
    let request = BuildRequestId(1);
    let build = master.building(request).await;
    master.control(Control::StopBuild { build, reason: "enough".to_owned(), results: None }).await.unwrap();
    assert_eq!(command.expect_control().await, CommandControl::Interrupt("enough".to_owned()));
    command.finish(-1).await;
    let removal = worker.expect_command().await;
    let WorkerCommand::RemoveDirectory { paths, .. } = &removal.command else { panic!("{}", removal.line()) };
    assert!(paths[0].ends_with(".linux.build.buildbot"), "{paths:?}");
    removal.finish(0).await;
    assert_eq!(master.finished(request).await, Results::Cancelled);
}

#[tokio::test]
async fn changes_cannot_give_options_to_git() {
    let git = GitBench::with(|url| vec![git(url)]).await;
    assert_eq!(git.build(json!({"branch": "--upload-pack=touch escaped"})).await, Results::Exception);
    let told = git.bench.master.log(1, "git", "err_text").await;
    assert_eq!(told, "Git: the branch must not begin with `-`, but it is '--upload-pack=touch escaped'\n");
}

#[tokio::test]
async fn a_codebase_that_the_build_does_not_have_is_told() {
    let git = GitBench::with(|url| vec![git(url).with("codebase", "other")]).await;
    assert_eq!(git.build(json!({})).await, Results::Failure);
    assert_eq!(git.bench.texts(1).await, "git-other: failure | Codebase other not in build other (failure)\n");
    let told = git.bench.master.log(1, "git-other", "log").await;
    assert_eq!(told, "No sourcestamp found in build for codebase 'other'\n");
}

#[tokio::test]
async fn a_missing_git_is_told() {
    let git = GitBench::with(|url| vec![git(url).with("env", dict(&[("PATH", "/nowhere".into())]))]).await;
    assert_eq!(git.build(json!({})).await, Results::Failure);
    let log = git.bench.master.log(1, "git", "stdio").await;
    assert!(log.contains("hgit is not installed on the worker, or not in its PATH: install it there\n"), "{log}");
}

#[tokio::test]
async fn patches_are_applied_and_forgotten() {
    let git = GitBench::with(|url| vec![git(url)]).await;
    let patch = "--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-two\n+patched\n";
    let tried = json!({"branch": "main", "revision": git.second, "patch": patch});
    assert_eq!(git.build(tried).await, Results::Success);
    assert_eq!(git.file("build/a.txt").as_deref(), Some("patched\n"));
    assert_snapshot!(git.commands(1).await, @r"
    git --version
    git clone --branch main URL . --progress
    git checkout -f SECOND
    git update-index --refresh
    git apply --index -p 1
    rm -rf BASE/worker/linux/build/.buildbot-diff
    git rev-parse HEAD
    ");
    assert!(git.bench.master.log(1, "git", "patch").await.starts_with("--- a/a.txt\n"));
    assert_eq!(git.build(json!({})).await, Results::Success);
    assert_eq!(git.file("build/a.txt").as_deref(), Some("two\n"));
    assert_snapshot!(git.commands(2).await, @r"
    git --version
    git clean -f -f -d -x
    git fetch -f --progress URL HEAD
    git checkout -f FETCH_HEAD
    git rev-parse HEAD
    ");
}

#[tokio::test]
async fn a_patch_need_not_be_text() {
    let git = GitBench::with(|url| vec![git(url)]).await;
    let patch: Vec<u8> = [b"--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-two\n+tw", &b"\xf6\n"[..]].concat();
    assert_eq!(git.build(json!({"branch": "main", "revision": git.second, "patch": patch})).await, Results::Success);
    assert_eq!(std::fs::read(git.bench.on_worker("build/a.txt")).unwrap(), b"tw\xf6\n");
    let log = git.bench.master.log(1, "git", "patch").await;
    assert!(log.ends_with("+tw\n"), "{log}");
}

#[tokio::test]
async fn a_patch_stays_below_the_sources() {
    let git = GitBench::with(|url| vec![git(url)]).await;
    let tried = json!({"branch": "main", "patch": "--- a\n", "subdir": "../../elsewhere"});
    assert_eq!(git.build(tried).await, Results::Exception);
    let told = git.bench.master.log(1, "git", "err_text").await;
    assert_eq!(told, "the patch is for `../../elsewhere`, which is outside of the sources\n");
}
