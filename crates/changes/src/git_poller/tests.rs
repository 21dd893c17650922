//! Stories with real git repositories; the engine is a notebook.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::poll::PollError;
use super::*;

/// A remote repository, and the poller's directory beside it.
struct Site {
    directory: tempfile::TempDir,
    clock: std::cell::Cell<u64>,
}

impl Site {
    fn new() -> Site {
        let site = Site { directory: tempfile::tempdir().unwrap(), clock: std::cell::Cell::new(1_700_000_000) };
        std::fs::create_dir(site.remote()).unwrap();
        site.git(&["init", "-q", "-b", "main"]);
        site.commit("a.txt", "first");
        site
    }

    fn remote(&self) -> PathBuf {
        self.directory.path().join("remote")
    }

    fn url(&self) -> String {
        format!("file://{}", self.remote().display())
    }

    fn workdir(&self) -> PathBuf {
        self.directory.path().join("gitpoller-work")
    }

    fn git(&self, arguments: &[&str]) -> String {
        let date = format!("{} +0000", self.clock.get());
        let output = Command::new("git")
            .args(arguments)
            .current_dir(self.remote())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .envs([("GIT_AUTHOR_NAME", "Änne"), ("GIT_AUTHOR_EMAIL", "anne@example.org")])
            .envs([("GIT_COMMITTER_NAME", "Tess"), ("GIT_COMMITTER_EMAIL", "tess@example.org")])
            .envs([("GIT_AUTHOR_DATE", &date), ("GIT_COMMITTER_DATE", &date)])
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// A commit on the current branch; its id.
    fn commit(&self, file: &str, message: &str) -> String {
        self.clock.set(self.clock.get() + 60);
        let path = self.remote().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, format!("{message} {}", self.clock.get())).unwrap();
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
        self.head()
    }

    fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    fn poller(&self, wanted: Wanted) -> Poller {
        Poller {
            repourl: self.url(),
            wanted,
            program: "git".to_owned(),
            usetimestamps: true,
            category: Value::None,
            project: "proj".to_owned(),
            encoding: TextEncoding::Utf8,
            build_pushes_with_no_commits: false,
            last_rev: None,
        }
    }

    async fn poll(&self, poller: &mut Poller, notebook: &Notebook) -> Result<(), PollError> {
        poller.poll(&self.workdir(), self.directory.path(), &Credentials::default(), notebook).await
    }
}

/// Stands in for the engine.
#[derive(Default)]
struct Notebook {
    changes: Mutex<Vec<NewChange>>,
    state: Mutex<BTreeMap<String, Json>>,
    asked: Mutex<Vec<Value>>,
    full: AtomicBool,
    ending: AtomicBool,
}

#[async_trait]
impl Outlet for Notebook {
    async fn add_change(&self, change: NewChange) -> Result<(), String> {
        if self.full.load(Ordering::SeqCst) {
            return Err("the database is closed".to_owned());
        }
        self.changes.lock().unwrap().push(change);
        Ok(())
    }

    async fn call(&self, function: &Arc<Callable>, argument: Value) -> Result<Value, String> {
        self.asked.lock().unwrap().push(argument.clone());
        match function.name.as_str() {
            "odd" => Ok(Value::Bool(argument.as_str().unwrap().ends_with("odd"))),
            "category" => Ok("by function".into()),
            _ => Err("ZeroDivisionError: division by zero".to_owned()),
        }
    }

    async fn render(&self, value: &Value) -> Result<Value, String> {
        // Of renderables there are credentials alone.
        let Some(object) = value.as_object() else { return Ok(value.clone()) };
        let line = |(name, value): &(String, Value)| format!("{name}={}\n", value.as_str().unwrap_or_default());
        Ok(Value::Str(object.extra.iter().map(line).collect()))
    }

    async fn get_state(&self, name: &str) -> Result<Option<Json>, String> {
        Ok(self.state.lock().unwrap().get(name).cloned())
    }

    async fn set_state(&self, name: &str, value: Json) -> Result<(), String> {
        self.state.lock().unwrap().insert(name.to_owned(), value);
        Ok(())
    }

    async fn ended(&self) {
        if !self.ending.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
    }
}

impl Notebook {
    /// Branch and revision of the changes since the last call.
    fn news(&self) -> Vec<(String, String)> {
        let changes = std::mem::take(&mut *self.changes.lock().unwrap());
        changes.into_iter().map(|change| (change.branch.unwrap(), change.revision.unwrap())).collect()
    }

    fn last_rev(&self) -> Json {
        self.state.lock().unwrap().get("lastRev").cloned().unwrap_or_default()
    }
}

fn on(branch: &str, revisions: &[&String]) -> Vec<(String, String)> {
    revisions.iter().map(|revision| (branch.to_owned(), (*revision).clone())).collect()
}

fn function(name: &str) -> Arc<Callable> {
    Arc::new(Callable { name: name.to_owned(), ..Callable::default() })
}

#[tokio::test]
async fn the_first_look_remembers_and_each_later_commit_is_a_change() {
    let (site, notebook) = (Site::new(), Notebook::default());
    let mut poller = site.poller(Wanted::Head);
    site.poll(&mut poller, &notebook).await.unwrap();
    assert_eq!(notebook.news(), []);
    assert_eq!(notebook.last_rev(), json!({"refs/heads/main": site.head()}));
    let one = site.commit("src/ü \"x\".c", "subject ß\n\n  body one\n\nbody two\n");
    let two = site.commit("b.txt", "two");
    site.poll(&mut poller, &notebook).await.unwrap();
    let changes = notebook.changes.lock().unwrap().clone();
    assert_eq!(changes.len(), 2);
    let expected = NewChange {
        author: "Änne <anne@example.org>".to_owned(),
        committer: Some("Tess <tess@example.org>".to_owned()),
        comments: "subject ß\n  body one\n\nbody two".to_owned(),
        files: vec!["src/ü \"x\".c".to_owned()],
        branch: Some("main".to_owned()),
        revision: Some(one),
        revlink: Some(String::new()),
        when_timestamp: Some(1_700_000_120),
        category: None,
        repository: site.url(),
        codebase: String::new(),
        project: "proj".to_owned(),
        properties: serde_json::Map::new(),
        src: Some("git".to_owned()),
    };
    assert_eq!(changes[0], expected);
    assert_eq!((changes[1].revision.as_ref(), changes[1].files.as_slice()), (Some(&two), &["b.txt".to_owned()][..]));
    notebook.news();
    site.poll(&mut poller, &notebook).await.unwrap();
    assert_eq!(notebook.news(), []);
}

#[tokio::test]
async fn commits_count_once_however_many_branches_have_them() {
    let (site, notebook) = (Site::new(), Notebook::default());
    let mut poller = site.poller(Wanted::AllBranches);
    site.poll(&mut poller, &notebook).await.unwrap();
    site.git(&["checkout", "-q", "-b", "topic"]);
    let one = site.commit("t1", "t1");
    let two = site.commit("t2", "t2");
    site.poll(&mut poller, &notebook).await.unwrap();
    assert_eq!(notebook.news(), on("topic", &[&one, &two]));
    site.git(&["branch", "copy"]);
    site.poll(&mut poller, &notebook).await.unwrap();
    assert_eq!(notebook.news(), []);
    // A merge is one change; what it brings was seen on its branch.
    site.git(&["checkout", "-q", "main"]);
    let direct = site.commit("m", "m");
    site.git(&["merge", "-q", "--no-ff", "-m", "merge topic", "topic"]);
    let merge = site.head();
    site.poll(&mut poller, &notebook).await.unwrap();
    let changes = notebook.changes.lock().unwrap().clone();
    assert_eq!(notebook.news(), on("main", &[&direct, &merge]));
    assert_eq!(changes[1].files, ["t1", "t2"]);
}

#[tokio::test]
async fn pushes_without_commits_are_changes_where_that_is_wanted() {
    let (site, notebook) = (Site::new(), Notebook::default());
    let second = site.commit("b", "b");
    let mut poller = Poller { build_pushes_with_no_commits: true, ..site.poller(Wanted::AllBranches) };
    site.poll(&mut poller, &notebook).await.unwrap();
    site.git(&["branch", "copy"]);
    site.poll(&mut poller, &notebook).await.unwrap();
    assert_eq!(notebook.news(), on("copy", &[&second]));
    site.git(&["branch", "-f", "copy", "HEAD~1"]);
    site.poll(&mut poller, &notebook).await.unwrap();
    assert_eq!(notebook.news(), on("copy", &[&site.git(&["rev-parse", "HEAD~1"])]));
    site.poll(&mut poller, &notebook).await.unwrap();
    assert_eq!(notebook.news(), []);
}

#[tokio::test]
async fn force_pushes_and_deleted_branches() {
    let (site, notebook) = (Site::new(), Notebook::default());
    site.git(&["branch", "dir"]);
    let mut poller = site.poller(Wanted::AllBranches);
    site.commit("x", "to be rewritten");
    site.poll(&mut poller, &notebook).await.unwrap();
    site.git(&["reset", "-q", "--hard", "HEAD~1"]);
    let rewritten = site.commit("x", "rewritten");
    site.git(&["branch", "-D", "dir"]);
    site.git(&["checkout", "-q", "-b", "dir/below", "HEAD~1"]);
    let below = site.commit("y", "y");
    site.poll(&mut poller, &notebook).await.unwrap();
    let mut news = notebook.news();
    news.sort();
    assert_eq!(news, [on("dir/below", &[&below]), on("main", &[&rewritten])].concat());
    assert_eq!(notebook.last_rev(), json!({"refs/heads/dir/below": below, "refs/heads/main": rewritten}));
}

#[tokio::test]
async fn branches_by_name_tags_and_functions() {
    let (site, notebook) = (Site::new(), Notebook::default());
    site.git(&["branch", "rel-1"]);
    site.git(&["branch", "other"]);
    let named = ["main", "rel-*", "missing"].map(str::to_owned).to_vec();
    let mut poller = site.poller(Wanted::Named(named));
    site.poll(&mut poller, &notebook).await.unwrap();
    assert_eq!(notebook.last_rev(), json!({"main": site.head(), "rel-1": site.head()}));

    let tags = Notebook::default();
    let mut poller = site.poller(Wanted::Tags);
    site.git(&["tag", "v0"]);
    site.poll(&mut poller, &tags).await.unwrap();
    let tagged = site.commit("t", "t");
    site.git(&["tag", "-a", "-m", "release", "v1"]);
    site.poll(&mut poller, &tags).await.unwrap();
    assert_eq!(tags.news(), on("refs/tags/v1", &[&tagged]));

    let asked = Notebook::default();
    site.git(&["branch", "odd"]);
    let mut poller = site.poller(Wanted::Function(function("odd")));
    site.poll(&mut poller, &asked).await.unwrap();
    assert_eq!(asked.last_rev(), json!({"refs/heads/odd": tagged}));
    assert!(asked.asked.lock().unwrap().contains(&"refs/tags/v1".into()));
}

#[tokio::test]
async fn a_head_without_a_branch() {
    let (site, notebook) = (Site::new(), Notebook::default());
    site.git(&["checkout", "-q", "--detach"]);
    let mut poller = site.poller(Wanted::Head);
    site.poll(&mut poller, &notebook).await.unwrap();
    let next = site.commit("d", "d");
    site.poll(&mut poller, &notebook).await.unwrap();
    assert_eq!(notebook.news(), on("HEAD", &[&next]));
}

#[tokio::test]
async fn what_could_not_be_stored_is_tried_again_and_nothing_twice() {
    let (site, notebook) = (Site::new(), Notebook::default());
    let mut poller = site.poller(Wanted::Head);
    site.poll(&mut poller, &notebook).await.unwrap();
    let (one, two) = (site.commit("1", "1"), site.commit("2", "2"));
    notebook.full.store(true, Ordering::SeqCst);
    let error = site.poll(&mut poller, &notebook).await.unwrap_err();
    assert_eq!(error.to_string(), "the database is closed");
    notebook.full.store(false, Ordering::SeqCst);
    site.poll(&mut poller, &notebook).await.unwrap();
    assert_eq!(notebook.news(), on("main", &[&one, &two]));
}

#[tokio::test]
async fn a_restarted_master_goes_on_from_the_stored_value() {
    let (site, notebook) = (Site::new(), Notebook::default());
    // As Buildbot 4.3.0 stores it for `branches=['main']`; the directory is new.
    notebook.set_state("lastRev", json!({"main": site.head(), "gone": "0".repeat(40)})).await.unwrap();
    let one = site.commit("1", "1");
    let mut poller = site.poller(Wanted::Named(vec!["main".to_owned()]));
    site.poll(&mut poller, &notebook).await.unwrap();
    assert_eq!(notebook.news(), on("main", &[&one]));
    assert_eq!(notebook.last_rev(), json!({"main": one}));
}

#[tokio::test]
async fn faults_are_one_clear_sentence() {
    let (site, notebook) = (Site::new(), Notebook::default());
    let mut poller = Poller { program: "/no/such/git".to_owned(), ..site.poller(Wanted::Head) };
    let told = site.poll(&mut poller, &notebook).await.unwrap_err().to_string();
    assert_eq!(told, "the program `/no/such/git` was not found: install git on the master's machine, or set gitbin");
    let mut poller = Poller { repourl: "/no/such/repository".to_owned(), ..site.poller(Wanted::Head) };
    let told = site.poll(&mut poller, &notebook).await.unwrap_err().to_string();
    assert!(told.starts_with("git ls-remote failed with exit status: 128: fatal:"), "{told}");
    assert!(!told.contains('\n'));
    let mut poller = site.poller(Wanted::Function(function("raises")));
    let told = site.poll(&mut poller, &notebook).await.unwrap_err().to_string();
    assert_eq!(told, "the function for branches failed: ZeroDivisionError: division by zero");
}

#[tokio::test]
async fn a_url_is_never_an_option() {
    let (site, notebook) = (Site::new(), Notebook::default());
    let marker = site.directory.path().join("marker");
    let url = format!("--upload-pack=touch {}", marker.display());
    let mut poller = Poller { repourl: url, ..site.poller(Wanted::Head) };
    site.poll(&mut poller, &notebook).await.unwrap_err();
    assert!(!marker.exists());
}

#[tokio::test]
async fn a_huge_commit_is_cut() {
    let (site, notebook) = (Site::new(), Notebook::default());
    let mut poller = site.poller(Wanted::Head);
    site.poll(&mut poller, &notebook).await.unwrap();
    for number in 0..200 {
        let name = format!("{number:03}-{}", "x".repeat(200));
        std::fs::create_dir(site.remote().join(&name)).unwrap();
        for file in 0..120 {
            std::fs::write(site.remote().join(&name).join(format!("{file:03}-{}", "y".repeat(200))), "").unwrap();
        }
    }
    let message = site.directory.path().join("message");
    std::fs::write(&message, "z".repeat(2 << 20)).unwrap();
    site.git(&["add", "-A"]);
    site.git(&["commit", "-q", "-F", &message.display().to_string()]);
    site.poll(&mut poller, &notebook).await.unwrap();
    let changes = notebook.changes.lock().unwrap();
    assert!(changes[0].comments.len() > 1_000_000 && changes[0].comments.len() <= 1 << 20);
    let files = &changes[0].files;
    assert!(files.len() > 9_000 && files.len() < 24_000, "{}", files.len());
    assert!(files.iter().all(|file| file.len() == 409));
}

#[tokio::test]
async fn a_function_tells_the_category() {
    let (site, notebook) = (Site::new(), Notebook::default());
    let mut poller = site.poller(Wanted::Head);
    poller.category = Value::Callable(function("category"));
    site.poll(&mut poller, &notebook).await.unwrap();
    let one = site.commit("1", "1");
    site.poll(&mut poller, &notebook).await.unwrap();
    assert_eq!(notebook.changes.lock().unwrap()[0].category.as_deref(), Some("by function"));
    let asked = notebook.asked.lock().unwrap()[0].clone();
    assert_eq!(asked.get("revision"), Some(&Value::Str(one)));
    assert_eq!(asked.get("files"), Some(&Value::List(vec!["1".into()])));
}

#[tokio::test]
async fn an_ending_master_adds_nothing_more() {
    let (site, notebook) = (Site::new(), Notebook::default());
    let mut poller = site.poller(Wanted::Head);
    site.poll(&mut poller, &notebook).await.unwrap();
    let before = notebook.last_rev();
    site.commit("1", "1");
    notebook.ending.store(true, Ordering::SeqCst);
    site.poll(&mut poller, &notebook).await.unwrap();
    assert_eq!((notebook.news(), notebook.last_rev()), (vec![], before));
}

#[tokio::test]
async fn keys_and_passwords_are_files_for_one_look() {
    let (site, notebook) = (Site::new(), Notebook::default());
    let script = site.directory.path().join("git-that-tells");
    let told = site.directory.path().join("told");
    let text = format!(
        "#!/bin/sh\nfor file in {0}/.auth-*/*; do [ -f \"$file\" ] && {{ stat -c '%a' \"$file\"; cat \"$file\"; }} >>{1}; \
         done\necho \"$GIT_SSH_COMMAND $*\" >>{1}\nexec git \"$@\"\n",
        site.workdir().display(),
        told.display()
    );
    std::fs::write(&script, text).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let credentials = Credentials {
        private_key: "KEY".into(),
        host_key: "ssh-rsa AAAA".into(),
        login: Some(GitLogin { user: "me".into(), password: "secret".into() }),
        ..Credentials::default()
    };
    let mut poller = Poller { program: script.display().to_string(), ..site.poller(Wanted::Head) };
    poller.poll(&site.workdir(), site.directory.path(), &credentials, &notebook).await.unwrap();
    let told = std::fs::read_to_string(told).unwrap();
    for part in [
        "400\nKEY\n",
        "400\n* ssh-rsa AAAA\n",
        "ssh -o \"BatchMode=yes\" -i \"",
        "UserKnownHostsFile=",
        "credential.helper=store \"--file=",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(!told.contains("secret "), "a password is never an argument: {told}");
    let left: Vec<_> = std::fs::read_dir(site.workdir()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".auth-")), "{left:?}");
}

fn told(arguments: &[(&str, Value)]) -> (Vec<String>, Vec<String>) {
    let mut args = BTreeMap::from([("repourl".to_owned(), Value::from("git://x"))]);
    args.extend(arguments.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    let object = Object { class: "buildbot.changes.gitpoller.GitPoller".to_owned(), args, ..Object::default() };
    let mut errors = Errors::default();
    assert_eq!(make(&object, &mut errors).is_some(), errors.errors.is_empty());
    let texts = |all: Vec<ferrobot_config::ConfigError>| all.into_iter().map(|error| error.message).collect();
    (texts(errors.errors), texts(errors.warnings))
}

#[test]
fn faults_of_the_arguments() {
    let list = |items: &[&str]| Value::List(items.iter().map(|item| Value::from(*item)).collect());
    let cases = [
        (vec![("branch", "a".into()), ("branches", list(&["b"]))], "GitPoller: can't specify both branch and branches"),
        (vec![("only_tags", Value::Bool(true)), ("branch", "a".into())], "GitPoller: can't specify only_tags and"),
        (vec![("branch", Value::Int(1))], "GitPoller: 'branch' argument must be a str"),
        (vec![("branches", "a".into())], "GitPoller: 'branches' argument must be one of"),
        (vec![("branches", Value::List(vec![Value::Int(1)]))], "GitPoller: 'branches' argument must be one of"),
        (vec![("fetch_refspec", "x".into())], "GitPoller: fetch_refspec is no longer supported"),
        (vec![("sshHostKey", "x".into())], "GitPoller: sshPrivateKey must be provided in order use sshHostKey"),
        (
            vec![("sshPrivateKey", "k".into()), ("sshHostKey", "x".into()), ("sshKnownHosts", "y".into())],
            "GitPoller: only one of sshKnownHosts and sshHostKey can be provided",
        ),
        (vec![("auth_credentials", "me:pw".into())], "GitPoller: parameter 'auth_credentials' must be (user name, "),
        (vec![("git_credentials", list(&["u"]))], "GitPoller: parameter 'git_credentials' must be a GitCredential"),
        (vec![("encoding", "klingon".into())], "GitPoller: encoding 'klingon' is not known"),
        (vec![("codebase", "x".into())], "GitPoller: codebase must be None or instance of Codebase"),
        (vec![("category", Value::Int(3))], "GitPoller: category must be a string or a function, not int"),
        (vec![("pollInterval", Value::Int(-1))], "interval must be >= 0: -1"),
    ];
    for (arguments, expected) in cases {
        let (errors, _) = told(&arguments);
        assert!(errors[0].starts_with(expected), "{arguments:?}: {errors:?}");
    }
}

#[test]
fn good_arguments() {
    let list = Value::List(vec!["b".into()]);
    for arguments in [
        vec![],
        vec![("branches", Value::Bool(true))],
        vec![("branches", list)],
        vec![("branches", Value::List(vec![]))],
        vec![("branches", Value::Callable(function("odd")))],
        vec![("only_tags", Value::Bool(true)), ("pollRandomDelayMax", Value::Int(5))],
    ] {
        assert_eq!(told(&arguments), (vec![], vec![]), "{arguments:?}");
    }
}
