//! Calls of the configuration's functions.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ferrobot_config::{Object, Value};
use ferrobot_confighost::MasterCalls;
use ferrobot_engine::{Host as _, HostCall, HostError, HostReply};
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use crate::{Site, site};

const SOURCE: &str = r#"
import asyncio, os, time
from twisted.internet import defer
from buildbot.plugins import util
c = BuildmasterConfig = {}

def plain(a, b=2):
    return [a, b]

async def coroutine(value):
    await asyncio.sleep(0.01)
    return {'got': value}

def deferred(value):
    d = defer.Deferred()
    d.addCallback(lambda text: text.upper())
    d.callback(value)
    return d

@defer.inlineCallbacks
def inline(value):
    first = yield deferred(value)
    second = yield defer.succeed('!')
    defer.returnValue(first + second)

async def awaits_deferred(value):
    return await deferred(value) + (await inline('x'))

def raises():
    raise ValueError('no such thing')

async def raises_later():
    await asyncio.sleep(0)
    raise KeyError('later')

def blocks():
    while True:
        time.sleep(0.01)

def spins():
    n = 0
    while True:
        n += 1

async def sleeps():
    await asyncio.sleep(600)

def prints(count):
    for n in range(count):
        print('a line of output', n)
    return count

def dies():
    os._exit(7)

def quits():
    raise SystemExit(1)

def properties(props):
    props.setProperty('seen', props.getProperty('branch'), 'me')
    props.setProperty('list', [1, {'a': None}], 'me', runtime=True)
    return [props['branch'], props.getProperty('none', 'default'), props.hasProperty('number'), 'x' in props,
            props.getProperties().asDict()['number'], props.getBuild().number]

def build_and_step(build, step, results):
    return [build.number, build.buildid, build.builder.name, build.workername, build.getProperty('branch'),
            build.getSourceStamp('').revision, [change.who for change in build.allChanges()], build.allFiles(),
            step.name, step.getProperty('branch'), step.build.number, results]

def change(ch):
    return [ch.who, ch.author, ch.files, ch.branch, ch.properties.getProperty('p'), ch.number, ch.when]

async def renders(props):
    return ['rendered', await props.render(util.Interpolate('%(prop:branch)s'))]

@defer.inlineCallbacks
def asks(master):
    builds = yield master.data.get(('builds', 3))
    defer.returnValue(builds['number'])

def matched(match):
    return [match.group(0), match.groups(), match.string]

class Custom:
    def getRenderingFor(self, props):
        return 'custom ' + props.getProperty('branch')

class Thing:
    def __init__(self):
        self.count = 0

    def add(self, n):
        self.count += n
        return self.count

thing = Thing()
for name, value in list(globals().items()):
    if callable(value) and not name.startswith('_') and not isinstance(value, type):
        c[name] = value
c['add'] = thing.add
c['rendering'] = Custom()
c['renderer'] = util.renderer(properties)
"#;

async fn call(site: &Site, name: &str, args: Vec<Value>) -> Result<HostReply, HostError> {
    within(site, name, args, Duration::from_secs(60)).await
}

async fn within(site: &Site, name: &str, args: Vec<Value>, deadline: Duration) -> Result<HostReply, HostError> {
    let handle = site.callable(name).handle;
    site.host
        .call(HostCall { handle, method: None, args, kwargs: Vec::new(), context: Some(context()), deadline })
        .await
}

fn context() -> Json {
    json!({
        "properties": {"branch": ["main", "Change"], "number": [7, "Build"]},
        "number": 12, "buildid": 99, "builder_name": "linux", "builderid": 4, "worker_name": "w1", "worker": {"admin": "me"},
        "sourcestamps": [{"codebase": "", "revision": "abc", "branch": "main"}],
        "changes": [{"changeid": 1, "author": "joe", "files": ["a.c", "b.c"], "properties": {}}],
        "results": null, "reason": "", "step": {"name": "compile", "results": null, "number": 2},
    })
}

fn proxy(kind: &str, fields: &[(&str, Value)]) -> Value {
    let mut args: std::collections::BTreeMap<_, _> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    args.insert("kind".to_owned(), kind.into());
    Value::Object(Arc::new(Object { class: "$proxy".to_owned(), args, ..Object::default() }))
}

fn json_of(value: &Value) -> Json {
    value.to_json().unwrap()
}

#[tokio::test]
async fn functions_of_every_kind_answer() {
    let site = site(SOURCE).await;
    assert_eq!(site.faults(), [""; 0]);
    let cases = [
        ("plain", vec![Value::Int(1)], json!([1, 2])),
        ("coroutine", vec!["x".into()], json!({"got": "x"})),
        ("deferred", vec!["x".into()], json!("X")),
        ("inline", vec!["x".into()], json!("X!")),
        ("awaits_deferred", vec!["y".into()], json!("YX!")),
        ("prints", vec![Value::Int(5000)], json!(5000)),
        ("add", vec![Value::Int(3)], json!(3)),
        ("add", vec![Value::Int(4)], json!(7)),
    ];
    for (name, args, expected) in cases {
        let reply = call(&site, name, args).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(json_of(&reply.value), expected, "{name}");
    }
}

#[tokio::test]
async fn keyword_arguments_and_methods() {
    let site = site(SOURCE).await;
    let handle = site.callable("plain").handle;
    let kwargs = vec![("a".to_owned(), "k".into()), ("b".to_owned(), Value::Tuple(vec![Value::Int(1)]))];
    let deadline = Duration::from_secs(60);
    let reply =
        site.host.call(HostCall { handle, method: None, args: Vec::new(), kwargs, context: None, deadline }).await;
    assert_eq!(reply.unwrap().value, Value::List(vec!["k".into(), Value::Tuple(vec![Value::Int(1)])]));

    let custom = site.key("rendering").as_object().unwrap();
    assert_eq!(custom.class, "buildbot.interfaces.IRenderable");
    let call = HostCall {
        handle: custom.handle,
        method: Some("getRenderingFor".to_owned()),
        args: vec![proxy("properties", &[])],
        kwargs: Vec::new(),
        context: Some(context()),
        deadline,
    };
    assert_eq!(site.host.call(call).await.unwrap().value, "custom main".into());
}

#[tokio::test]
async fn proxies_show_the_build_and_note_what_is_set() {
    let site = site(SOURCE).await;
    let reply = call(&site, "properties", vec![proxy("properties", &[])]).await.unwrap();
    assert_eq!(json_of(&reply.value), json!(["main", "default", true, false, [7, "Build"], 12]));
    let set = vec![
        ("seen".to_owned(), json!("main"), "me".to_owned(), false),
        ("list".to_owned(), json!([1, {"a": null}]), "me".to_owned(), true),
    ];
    assert_eq!(reply.properties, set);

    let args = vec![proxy("build", &[]), proxy("step", &[]), Value::Int(0)];
    let reply = call(&site, "build_and_step", args).await.unwrap();
    let expected = json!([12, 99, "linux", "w1", "main", "abc", ["joe"], ["a.c", "b.c"], "compile", "main", 12, 0]);
    assert_eq!(json_of(&reply.value), expected);

    let fields = [("pattern", r"(\w+):(\d+)?".into()), ("flags", Value::Int(32 + 2)), ("string", "a.c: b".into())];
    let reply = call(&site, "matched", vec![proxy("match", &fields)]).await;
    assert!(matches!(reply, Err(HostError::Raised { .. })), "the pattern does not match at the beginning");
    let fields = [("pattern", r"X(\w+):(\d+)?".into()), ("flags", Value::Int(32 + 2)), ("string", "xa: b".into())];
    let reply = call(&site, "matched", vec![proxy("match", &fields)]).await.unwrap();
    assert_eq!(json_of(&reply.value), json!(["xa:", ["a", null], "xa: b"]));

    let fields = [
        ("author", "ann".into()),
        ("files", Value::List(vec!["f".into()])),
        ("branch", Value::None),
        ("changeid", Value::Int(5)),
        ("when_timestamp", Value::Int(1000)),
        ("properties", Value::from_json(&json!({"p": ["v", "Change"]}))),
    ];
    let reply = call(&site, "change", vec![proxy("change", &fields)]).await.unwrap();
    assert_eq!(json_of(&reply.value), json!(["ann", "ann", ["f"], null, "v", 5, 1000]));
}

#[tokio::test]
async fn exceptions_come_with_their_traceback() {
    let site = site(SOURCE).await;
    for (name, exception, message) in [
        ("raises", "ValueError", "no such thing"),
        ("raises_later", "KeyError", "'later'"),
        ("quits", "SystemExit", "1"),
    ] {
        match call(&site, name, Vec::new()).await {
            Err(HostError::Raised { exception: kind, message: text, traceback }) => {
                assert_eq!((kind.as_str(), text.as_str()), (exception, message));
                assert!(traceback.contains("master.cfg") && traceback.contains(name), "{traceback}");
                assert!(!traceback.contains("_calls.py"), "{traceback}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    assert!(matches!(
        call(&site, "plain", Vec::new()).await,
        Err(HostError::Raised { exception, .. }) if exception == "TypeError"
    ));
}

#[tokio::test]
async fn a_call_that_does_not_end_holds_nothing_up() {
    let site = site(SOURCE).await;
    for name in ["blocks", "spins", "sleeps"] {
        let stuck = within(&site, name, Vec::new(), Duration::from_secs(2));
        let quick = async {
            let before = Instant::now();
            let reply = call(&site, "plain", vec![Value::Int(1)]).await.unwrap();
            (reply.value, before.elapsed())
        };
        let (stuck, (value, elapsed)) = tokio::join!(stuck, quick);
        assert_eq!(json_of(&value), json!([1, 2]));
        assert!(elapsed < Duration::from_secs(2), "{name} held the other up for {elapsed:?}");
        match stuck {
            Err(HostError::Deadline { place, seconds: 2 }) => assert!(place.contains("master.cfg:"), "{name}: {place}"),
            other => panic!("{name}: {other:?}"),
        }
    }
    // A thread that spins was stopped: the process is idle again.
    let cpu = || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", site.host.pid())).unwrap();
        stat.rsplit_once(')').unwrap().1.split_whitespace().nth(11).unwrap().parse::<u64>().unwrap()
    };
    for _ in 0..50 {
        let before = cpu();
        tokio::time::sleep(Duration::from_millis(200)).await;
        if cpu() <= before + 1 {
            return;
        }
    }
    panic!("the process is still busy");
}

#[tokio::test]
async fn many_calls_are_under_way_at_once() {
    let site = Arc::new(site(SOURCE).await);
    let calls: Vec<_> = (0..400)
        .map(|number| {
            let site = Arc::clone(&site);
            tokio::spawn(async move { call(&site, "coroutine", vec![Value::Int(number)]).await.unwrap().value })
        })
        .collect();
    for (number, task) in calls.into_iter().enumerate() {
        assert_eq!(json_of(&task.await.unwrap()), json!({"got": number}));
    }
}

#[tokio::test]
async fn a_dead_process_is_told_to_all() {
    let site = site(SOURCE).await;
    let (waiting, died) = tokio::join!(call(&site, "sleeps", Vec::new()), call(&site, "dies", Vec::new()));
    for result in [waiting, died, call(&site, "plain", vec![Value::Int(1)]).await] {
        match result {
            Err(HostError::Gone(reason)) => assert!(reason.contains("exit status: 7"), "{reason}"),
            other => panic!("{other:?}"),
        }
    }
}

#[derive(Debug)]
struct Master;

#[async_trait]
impl MasterCalls for Master {
    async fn render(&self, value: Value, context: Json) -> Result<Value, String> {
        let object = value.as_object().ok_or("not an object")?;
        Ok(Value::Str(format!("{} {}", object.class, context["properties"]["branch"][0])))
    }

    async fn get(&self, path: Vec<String>) -> Result<Json, String> {
        if path == ["builds", "3"] { Ok(json!({"number": 33})) } else { Err(format!("no {path:?}")) }
    }
}

#[tokio::test]
async fn functions_can_ask_the_master() {
    let site = site(SOURCE).await;
    let early = call(&site, "renders", vec![proxy("properties", &[])]).await.unwrap_err();
    assert!(early.to_string().contains("cannot be asked"), "{early}");
    site.host.set_master(Arc::new(Master));
    let reply = call(&site, "renders", vec![proxy("properties", &[])]).await.unwrap();
    assert_eq!(json_of(&reply.value), json!(["rendered", "buildbot.process.properties.Interpolate \"main\""]));
    let reply = call(&site, "asks", vec![proxy("master", &[])]).await.unwrap();
    assert_eq!(json_of(&reply.value), json!(33));
}

#[tokio::test]
async fn a_dropped_call_is_given_up() {
    let site = site(SOURCE).await;
    let dropped = tokio::time::timeout(Duration::from_millis(500), call(&site, "spins", Vec::new())).await;
    assert!(dropped.is_err());
    // Were the thread still spinning, hundreds of calls would each wait for the interpreter's lock.
    for number in 0..200 {
        let reply = within(&site, "plain", vec![Value::Int(number)], Duration::from_secs(30)).await.unwrap();
        assert_eq!(json_of(&reply.value), json!([number, 2]));
    }
}
