//! `demo`: a master, a worker and a configuration in a directory of their own, building a git repository.

mod children;
mod client;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, bail};
use children::Children;

use super::start::say;
use crate::cli::Demo;

/// The demo's builder, scheduler and worker.
const BUILDER: &str = "demo";

pub(super) fn run(options: &Demo) -> anyhow::Result<ExitCode> {
    let repository = Repository::find(options.repo.as_deref())?;
    let (directory, is_temporary) = directory(options.directory.as_deref())?;
    let port = web_port(options.port)?;
    let plan = Plan { repository, port, worker_port: free_port()?, command: options.command.clone() };
    let program = std::env::current_exe().context("find this program")?;
    prepare(&program, &directory, &plan)?;

    let url = format!("http://127.0.0.1:{port}/");
    say(&format!("repository  {} (branch {})", plan.repository.url, plan.repository.branch));
    say(&format!("directory   {}", directory.display()));
    let mut children = Children::default();
    children.start("master", &program, &["start", "--nodaemon"], &directory.join("master"))?;
    children.start("worker", &program, &["worker", "start", "--nodaemon"], &directory.join("worker"))?;
    let outcome = drive(options, &mut children, port, &url);
    children.end();
    if let Err(error) = &outcome {
        say(&format!("the logs are in {}/*/twistd.log", directory.display()));
        bail!("{error:#}");
    }
    if is_temporary {
        std::fs::remove_dir_all(&directory).with_context(|| format!("remove `{}`", directory.display()))?;
    }
    outcome
}

/// Forces the first build and waits for its end, then for Ctrl-C.
fn drive(options: &Demo, children: &mut Children, port: u16, url: &str) -> anyhow::Result<ExitCode> {
    children.wait_for("the master to be up", || client::get(port, "/api/v2/masters").is_ok())?;
    children.wait_for("the worker to attach", || {
        client::get(port, "/api/v2/workers").is_ok_and(|answer| {
            answer["workers"][0]["connected_to"].as_array().is_some_and(|masters| !masters.is_empty())
        })
    })?;
    say(&format!("pages       {url}"));
    client::force(port, BUILDER)?;
    say("building …");
    let mut results = None;
    children.wait_for("the first build to end", || {
        results = client::get(port, "/api/v2/builds?complete=true&limit=1")
            .ok()
            .and_then(|answer| answer["builds"][0]["results"].as_i64());
        results.is_some()
    })?;
    let success = results == Some(0);
    let verdict = if success { "succeeded" } else { "did not succeed" };
    say(&format!("the first build {verdict}: {url}#/builders/1/builds/1"));
    if !options.once {
        say("serving until Ctrl-C; new commits are built within seconds");
        children.wait_for_interrupt()?;
    }
    Ok(if success { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the demo's configuration needs.
struct Plan {
    repository: Repository,
    port: u16,
    worker_port: u16,
    command: String,
}

struct Repository {
    url: String,
    branch: String,
}

impl Repository {
    /// The named repository, or the one around the current directory.
    fn find(named: Option<&str>) -> anyhow::Result<Repository> {
        let url = match named {
            Some(named) if Path::new(named).exists() => std::path::absolute(named)?.display().to_string(),
            Some(named) => named.to_owned(),
            None => git(&["rev-parse", "--show-toplevel"])
                .context("the current directory is not in a git repository; name one with --repo")?,
        };
        if url.starts_with('-') {
            bail!("`{url}` is not a repository");
        }
        let head = git(&["ls-remote", "--symref", "--", &url, "HEAD"])
            .with_context(|| format!("read the repository `{url}`"))?;
        let branch = head
            .lines()
            .find_map(|line| line.strip_prefix("ref: refs/heads/")?.split('\t').next())
            .with_context(|| format!("the repository `{url}` has no branch checked out"))?;
        Ok(Repository { branch: branch.to_owned(), url })
    }
}

fn git(words: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("git").args(words).output().context("start `git`; install it first")?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn directory(named: Option<&Path>) -> anyhow::Result<(PathBuf, bool)> {
    match named {
        Some(named) => {
            std::fs::create_dir_all(named).with_context(|| format!("create `{}`", named.display()))?;
            Ok((std::path::absolute(named)?, false))
        }
        None => {
            let made = std::env::temp_dir().join(format!("ferrobot-demo-{}", std::process::id()));
            std::fs::create_dir_all(&made)?;
            Ok((made, true))
        }
    }
}

/// The wanted port, or another when it is taken.
fn web_port(wanted: u16) -> anyhow::Result<u16> {
    if wanted != 0 && TcpListener::bind(("127.0.0.1", wanted)).is_ok() {
        return Ok(wanted);
    }
    free_port()
}

fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Makes both directories with the program's own verbs, and the configuration.
fn prepare(program: &Path, directory: &Path, plan: &Plan) -> anyhow::Result<()> {
    let own = |words: &[&str]| -> anyhow::Result<()> {
        let output = Command::new(program).args(words).current_dir(directory).output()?;
        if !output.status.success() {
            bail!("`{}` failed: {}", words.join(" "), String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    };
    let address = format!("127.0.0.1:{}", plan.worker_port);
    own(&["create-master", "--quiet", "--relocatable", "master"])?;
    std::fs::write(directory.join("master/master.cfg"), configuration(plan))?;
    if !directory.join("worker/buildbot.tac").exists() {
        let protocol = "--protocol=msgpack_experimental_v7";
        own(&["worker", "create-worker", "--quiet", "--relocatable", protocol, "worker", &address, BUILDER, "demo"])?;
    }
    Ok(())
}

fn configuration(plan: &Plan) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let (url, branch) = (quoted(&plan.repository.url), quoted(&plan.repository.branch));
    let command = quoted(&plan.command);
    let (port, worker_port) = (plan.port, plan.worker_port);
    format!(
        r"# The configuration of `ferrobot demo`.
from buildbot.plugins import changes, schedulers, steps, util, worker

REPOSITORY = {url}
BRANCH = {branch}

c = BuildmasterConfig = {{}}
c['title'] = 'Ferrobot demo'
c['buildbotURL'] = 'http://127.0.0.1:{port}/'
c['buildbotNetUsageData'] = None
c['db'] = {{'db_url': 'sqlite:///state.sqlite'}}
c['www'] = {{'port': 'tcp:{port}:interface=127.0.0.1', 'plugins': {{}}}}
c['protocols'] = {{'msgpack_experimental_v7': {{'port': 'tcp:{worker_port}:interface=127.0.0.1'}}}}
c['workers'] = [worker.Worker('demo', 'demo')]
c['change_source'] = [changes.GitPoller(REPOSITORY, branches=[BRANCH], pollInterval=5, pollAtLaunch=True)]
c['schedulers'] = [
    schedulers.SingleBranchScheduler(
        name='commits', change_filter=util.ChangeFilter(branch=BRANCH), treeStableTimer=None, builderNames=['demo']),
    schedulers.ForceScheduler(
        name='force', builderNames=['demo'],
        codebases=[util.CodebaseParameter('', branch=util.StringParameter(name='branch', default=BRANCH))]),
]
c['builders'] = [util.BuilderConfig(
    name='demo', workernames=['demo'],
    factory=util.BuildFactory([
        steps.Git(repourl=REPOSITORY, branch=BRANCH, mode='incremental'),
        steps.ShellCommand(name='build', command={command}),
    ]))]
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_quotes_what_the_user_named() {
        let plan = Plan {
            repository: Repository { url: "/srv/o'hara \"x\"".to_owned(), branch: "main".to_owned() },
            port: 1,
            worker_port: 2,
            command: "echo 'a' \"b\"".to_owned(),
        };
        let text = configuration(&plan);
        assert!(text.contains(r#"REPOSITORY = "/srv/o'hara \"x\"""#), "{text}");
        assert!(text.contains(r#"command="echo 'a' \"b\"""#), "{text}");
    }
}
