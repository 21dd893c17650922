//! Users of try: what they bring, and what they are told of its builds.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ferrobot_engine::{StepNews, TriedBuild, Tries, TryJob};
use ferrobot_gateway::{Account, Accounts, TryUser};
use ferrobot_model::{BuildId, BuildRequestId, Results};
use ferrobot_wire::pb::{Failure, Target, Value};
use serde_json::Map;
use tokio::sync::mpsc;

use crate::client::Client;
use crate::desk::TestMaster;
use crate::programs::Reference;

/// Builders `linux` and `bsd`. The build of a request has its number; it fails on `bsd`. Nothing is told before it is asked for.
#[derive(Default)]
struct Bench {
    jobs: Mutex<Vec<TryJob>>,
    /// Whoever still listens for builds.
    listeners: Mutex<Vec<mpsc::Sender<BuildId>>>,
}

const BUILDERS: [&str; 2] = ["linux", "bsd"];

#[async_trait]
impl Tries for Bench {
    fn takes_tries(&self, _scheduler: &str) -> bool {
        true
    }

    async fn builder_names(&self, scheduler: &str) -> Result<Vec<String>, String> {
        assert_eq!(scheduler, "try");
        Ok(BUILDERS.map(str::to_owned).to_vec())
    }

    async fn submit(&self, _scheduler: &str, job: TryJob) -> Result<Option<Vec<(String, BuildRequestId)>>, String> {
        if job.who == "nobody" {
            return Err("the job cannot be stored".to_owned());
        }
        let builders =
            if job.builders.is_empty() { BUILDERS.map(str::to_owned).to_vec() } else { job.builders.clone() };
        self.jobs.lock().unwrap().push(job);
        let place = |name: String| {
            let place = BUILDERS.iter().position(|builder| *builder == name)?;
            Some((name, BuildRequestId(place as i64 + 1)))
        };
        Ok(builders.into_iter().map(place).collect())
    }

    fn builds_of(&self, request: BuildRequestId) -> mpsc::Receiver<BuildId> {
        let (sender, receiver) = mpsc::channel(4);
        sender.try_send(BuildId(request.0)).unwrap();
        self.listeners.lock().unwrap().push(sender);
        receiver
    }

    fn steps_of(&self, _build: BuildId) -> mpsc::Receiver<StepNews> {
        let (sender, receiver) = mpsc::channel(4);
        sender.try_send(StepNews::Started("compile".to_owned())).unwrap();
        sender.try_send(StepNews::Finished("compile".to_owned(), Some(Results::Warnings))).unwrap();
        receiver
    }

    async fn finished(&self, _build: BuildId) -> Result<(), String> {
        Ok(())
    }

    async fn build(&self, build: BuildId) -> Result<TriedBuild, String> {
        let results = Some(if build.0 == 2 { Results::Failure } else { Results::Success });
        Ok(TriedBuild { results, state_string: format!("build {build} is done") })
    }
}

/// `tess` with the password `pw`.
struct OneUser(Arc<Bench>);

#[async_trait]
impl Accounts for OneUser {
    fn takes_workers(&self) -> bool {
        false
    }

    async fn find(&self, user: &str) -> Option<Account> {
        let tries = Arc::clone(&self.0) as Arc<dyn Tries>;
        let perspective = Arc::new(TryUser::new(user, "try", tries));
        (user == "tess").then(|| Account { password: b"pw".to_vec(), perspective })
    }
}

async fn start() -> (Arc<Bench>, TestMaster, Client, Target) {
    let bench = Arc::new(Bench::default());
    let master = TestMaster::with_accounts(Arc::new(OneUser(Arc::clone(&bench)))).await;
    let mut client = Client::connect(&master).await;
    let user = client.login("tess", "pw", Value::None).await.unwrap();
    (bench, master, client, Target::Id(user))
}

fn arguments() -> Vec<Value> {
    vec![
        Value::Bytes(b"main"[..].into()),
        "abc".into(),
        Value::Tuple(vec![Value::Integer(1), Value::Bytes(b"--- a\xff\n"[..].into())]),
        "r".into(),
        "p".into(),
        Value::List(vec!["bsd".into()]),
        "Jo".into(),
        "why".into(),
        Value::dict([("colour", "red".into())]),
    ]
}

fn id(value: Value) -> Target {
    match value {
        Value::Theirs(id) => Target::Id(id),
        other => panic!("{other:?}"),
    }
}

/// The reference to the request of the only builder that a job is for.
async fn request(client: &mut Client, user: Target) -> Target {
    let status = id(client.call(user, "try", arguments()).await.unwrap());
    let requests = client.call(status, "getBuildRequests", vec![]).await.unwrap();
    let [Value::Tuple(pair)] = requests.as_sequence().unwrap() else { panic!("{requests:?}") };
    assert_eq!(pair[0].as_text(), Some("bsd"));
    id(pair[1].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_arrives_as_it_was_sent() {
    let (bench, _master, mut client, user) = start().await;
    request(&mut client, user.clone()).await;
    // What an old client leaves out, and what a new one leaves empty.
    let patch = Value::Tuple(vec![Value::Integer(0), Value::None]);
    let short = vec![Value::None, Value::None, patch, "".into(), "".into(), Value::List(vec![])];
    client.call(user, "try", short).await.unwrap();
    let expected = TryJob {
        branch: Some("main".to_owned()),
        revision: Some("abc".to_owned()),
        patch_level: 1,
        patch_body: b"--- a\xff\n".to_vec(),
        repository: "r".to_owned(),
        project: "p".to_owned(),
        builders: vec!["bsd".to_owned()],
        who: "Jo".to_owned(),
        comment: "why".to_owned(),
        properties: Map::from_iter([("colour".to_owned(), "red".into())]),
    };
    assert_eq!(*bench.jobs.lock().unwrap(), [expected, TryJob::default()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_job_is_refused() {
    let (bench, _master, mut client, user) = start().await;
    let with = |place: usize, value: Value| {
        let mut arguments = arguments();
        arguments[place] = value;
        arguments
    };
    let cases = [
        (vec![], "patch must be a pair"),
        (with(0, Value::Integer(1)), "branch must be text"),
        (with(2, Value::Tuple(vec!["x".into(), "y".into()])), "the level of the patch must be a number"),
        (with(2, Value::Tuple(vec![Value::Integer(1), Value::Integer(1)])), "the diff must be text or bytes"),
        (with(5, Value::List(vec![Value::None])), "builderNames must be a list of names"),
        (with(8, "x".into()), "properties must be a dictionary"),
        (with(6, "nobody".into()), "the job cannot be stored"),
    ];
    for (arguments, expected) in cases {
        let failure: Failure = client.call(user.clone(), "try", arguments).await.unwrap_err();
        assert!(failure.message.contains(expected), "{failure}");
    }
    let failure = client.call(user.clone(), "addChange", vec![Value::dict([])]).await.unwrap_err();
    assert!(failure.class.ends_with("NoSuchMethod"));
    // None, not a failure: the client has a sentence for that.
    assert_eq!(client.call(user, "try", with(5, Value::List(vec!["vax".into()]))).await, Ok(Value::None));
    assert_eq!(bench.jobs.lock().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_stay_outside_of_a_port_of_users() {
    let (_bench, master, mut client, _user) = start().await;
    assert!(client.login("w1", "pw", Value::None).await.unwrap_err().class.ends_with("UnauthorizedLogin"));
    drop(master);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_observer_is_told_until_he_leaves() {
    let (bench, _master, mut client, user) = start().await;
    let request = request(&mut client, user.clone()).await;
    let observer = client.observer();
    client.call(request.clone(), "subscribe", vec![observer.clone()]).await.unwrap();
    let told = client.told("newbuild").await;
    assert_eq!(told[1].as_text(), Some("bsd"));
    let build = id(told[0].clone());
    client.call(build.clone(), "subscribe", vec![observer.clone(), Value::Integer(20)]).await.unwrap();
    let started = client.told("stepStarted").await;
    assert_eq!((started[0].as_text(), started[2].as_text(), &started[3]), (Some("bsd"), Some("compile"), &Value::None));
    let finished = client.told("stepFinished").await;
    assert_eq!((finished[2].as_text(), &finished[4]), (Some("compile"), &Value::Integer(1)));
    // Each of them is the build, as good as the first one.
    let again = id(client.call(id(finished[1].clone()), "waitUntilFinished", vec![]).await.unwrap());
    assert_eq!(client.call(again.clone(), "getResults", vec![]).await, Ok(Value::Integer(2)));
    assert_eq!(client.call(again, "getText", vec![]).await, Ok(Value::List(vec!["build 2 is done".into()])));

    client.call(request.clone(), "unsubscribe", vec![observer.clone()]).await.unwrap();
    let listener = bench.listeners.lock().unwrap().pop().unwrap();
    crate::desk::within(listener.closed()).await;
    // One object may be observed by a few, not by any number.
    let mut refused = 0;
    for _ in 0..40 {
        refused += usize::from(client.call(request.clone(), "subscribe", vec![observer.clone()]).await.is_err());
    }
    assert!((20..40).contains(&refused), "{refused}");
    let nobody = client.call(request, "subscribe", vec![Value::None]).await.unwrap_err();
    assert_eq!(nobody.message, "an observer has to be an object");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_after_the_connection_has_ended() {
    let (bench, _master, mut client, user) = start().await;
    let request = request(&mut client, user).await;
    let observer = client.observer();
    client.call(request, "subscribe", vec![observer]).await.unwrap();
    let listener = bench.listeners.lock().unwrap().pop().unwrap();
    drop(client);
    crate::desk::within(listener.closed()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn try_of_buildbot_tells_how_the_builds_went() {
    let Some(reference) = Reference::find() else { return };
    let (bench, master, _client, _user) = start().await;
    let address = master.pb.address().unwrap().to_string();
    let place = tempfile::tempdir().unwrap();
    let diff = place.path().join("my.diff");
    std::fs::write(&diff, "--- a/f\n+++ b/f\n").unwrap();
    let run = |more: &[&str]| {
        let mut command = reference.program("buildbot");
        command.current_dir(place.path()).args(["try", "--connect=pb", "--username=tess", "--passwd=pw", "--vc=git"]);
        command.arg(format!("--master={address}")).args(more);
        tokio::task::spawn_blocking(move || {
            let ran = command.output().unwrap();
            (ran.status.code(), String::from_utf8_lossy(&ran.stdout).into_owned())
        })
    };
    let (code, said) = run(&["--get-builder-names"]).await.unwrap();
    assert_eq!(code, Some(0));
    assert!(said.ends_with("The following builders are available for the try scheduler: \nlinux\nbsd\n"), "{said}");
    let diff = format!("--diff={}", diff.display());
    let own = [&diff, "--patchlevel=1", "--repository=r", "--wait", "--quiet", "--who=Jo", "--property=a=b"];
    let (code, said) = run(&own).await.unwrap();
    assert_eq!(code, Some(1), "{said}");
    let told = "All Builds Complete\nbsd: failure (build 2 is done)\nlinux: success (build 1 is done)\n";
    assert!(said.ends_with(told), "{said}");
    let job = bench.jobs.lock().unwrap().remove(0);
    assert_eq!((job.who.as_str(), job.patch_level, job.patch_body.as_slice()), ("Jo", 1, &b"--- a/f\n+++ b/f\n"[..]));
    assert_eq!(job.properties["a"], "b");
    let only_linux = [&own[..], &["-b", "linux"]].concat();
    let (code, said) = run(&only_linux).await.unwrap();
    assert_eq!(code, Some(0), "{said}");
    let foreign = [&own[..], &["-b", "vax"]].concat();
    let (_, said) = run(&foreign).await.unwrap();
    assert!(said.ends_with("try scheduler on the master does not have the builder configured\n"), "{said}");
}
