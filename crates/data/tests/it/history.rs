//! A site that comes over: a database that Buildbot 4.3.0 wrote is shown and continued.
//!
//! `history/state.sqlite.gz` was written by a real master that ran builds with every log compression, a triggered
//! build, a rebuild, a try job with a patch and a cancelled request; `history/rest.json.gz` is what its REST API said
//! about them, contents of logs as their SHA-1.

use std::io::Read as _;

use ferrobot_data::{NewBuildset, NewChange, Reply, ResultSpec};
use ferrobot_model::{BuildId, BuildRequestId, LogId, Results, SourceStampId};
use serde_json::{Map, Value, json};
use sha1::{Digest, Sha1};

use crate::fixture::{Fixture, sourcestamp};

async fn site() -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let mut database = Vec::new();
    let packed = include_bytes!("history/state.sqlite.gz").as_slice();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut database).unwrap();
    std::fs::write(dir.path().join("state.sqlite"), database).unwrap();
    ferrobot_storage::check_current(crate::fixture::URL, dir.path()).unwrap();
    Fixture::open(dir).await
}

fn recorded() -> Map<String, Value> {
    let packed = include_bytes!("history/rest.json.gz").as_slice();
    serde_json::from_reader(flate2::read::GzDecoder::new(packed)).unwrap()
}

#[tokio::test]
async fn its_api_says_what_buildbot_said() {
    let site = site().await;
    let mut compared = 0;
    for (path, mut expected) in recorded().into_iter().filter(|(path, _)| !path.ends_with("/contents")) {
        let words: Vec<String> = path.split('/').map(str::to_owned).collect();
        let (plural, ours) = match site.data.get(&words, ResultSpec::default()).await.unwrap() {
            Reply::Single { plural, value } => (plural, vec![value]),
            Reply::Collection { plural, values, .. } => (plural, values),
            _ => panic!("{path} is neither a resource nor a collection"),
        };
        assert_eq!(Value::Array(ours), expected[plural].take(), "{path}");
        compared += 1;
    }
    assert!(compared > 40, "{compared}");
}

#[tokio::test]
async fn its_logs_read_as_in_buildbot_however_they_are_packed() {
    let site = site().await;
    let methods = site.rows("SELECT DISTINCT compressed FROM logchunks ORDER BY 1").await;
    assert_eq!(methods, ["0", "1", "2", "3", "4", "5"]);
    let mut compared = 0;
    for (path, value) in recorded().iter().filter(|(path, _)| path.ends_with("/contents")) {
        let log = LogId(path.split('/').nth(1).unwrap().parse().unwrap());
        let text = site.data.log_lines(log, 0, i64::MAX).await.unwrap();
        assert_eq!(hex::encode(Sha1::digest(&text)), value["logchunks"][0]["content"], "{path}");
        compared += 1;
    }
    assert!(compared > 20, "{compared}");
}

#[tokio::test]
async fn its_rows_mean_what_they_meant() {
    let site = site().await;
    let recorded = recorded();
    for build in 1..=3 {
        let ours = site.data.changes_of_build(BuildId(build)).await.unwrap();
        let ours: Vec<_> = ours.iter().map(|change| json!(change.id)).collect();
        let theirs = recorded[&format!("builds/{build}/changes")]["changes"].as_array().unwrap();
        let theirs: Vec<_> = theirs.iter().map(|change| change["changeid"].clone()).collect();
        assert_eq!(ours, theirs, "build {build}");
    }
    let properties = site.data.build_properties(BuildId(1)).await.unwrap().to_json();
    assert_eq!(properties, recorded["builds/1/properties"]["properties"][0]);
    let patched: i64 = site.rows("SELECT id FROM sourcestamps WHERE patchid IS NOT NULL").await[0].parse().unwrap();
    let patch = site.data.sourcestamp(SourceStampId(patched)).await.unwrap().unwrap().patch.unwrap();
    assert_eq!((patch.level, patch.author.as_str(), patch.comment.as_str()), (1, "me", "please"));
    assert!(patch.body.starts_with(b"--- a\n+++ b\n"));
    let waiting = site.data.unclaimed_requests(None).await.unwrap();
    assert!(waiting.is_empty(), "this master has no builders yet");
}

#[tokio::test]
async fn it_goes_on_where_it_stopped() {
    let site = site().await;
    let [b1, b2] = [site.data.find_builder_id("b1").await.unwrap(), site.data.find_builder_id("b2").await.unwrap()];
    assert_eq!(site.rows("SELECT count(*) FROM builders").await, ["2"]);
    site.data.update_builder_list(&[b1, b2]).await.unwrap();
    let waiting = site.data.unclaimed_requests(None).await.unwrap();
    assert_eq!(waiting.len(), 1, "the try job that never started");

    let change = NewChange {
        author: "Joe <joe@x.org>".into(),
        branch: Some("main".into()),
        revision: Some("r3".into()),
        repository: "http://repo".into(),
        project: "proj".into(),
        src: Some("git".into()),
        ..NewChange::default()
    };
    let change = site.data.add_change(change).await.unwrap();
    let parents = site.data.change(change).await.unwrap().unwrap().parent_changeids;
    assert_eq!(parents.iter().map(|parent| parent.0).collect::<Vec<_>>(), [2]);
    assert_eq!(site.rows("SELECT count(*) FROM users").await, ["2"], "Joe was known");

    let stamps = site.rows("SELECT count(*) FROM sourcestamps").await;
    let new =
        NewBuildset { sourcestamps: vec![sourcestamp("main", "r2")], builders: vec![b2], ..NewBuildset::default() };
    let request: BuildRequestId = site.data.add_buildset(new).await.unwrap().requests[0].1;
    assert_eq!(site.rows("SELECT count(*) FROM sourcestamps").await, stamps, "the source stamp was known");
    let last: i64 =
        site.rows(&format!("SELECT max(number) FROM builds WHERE builderid = {b2}")).await[0].parse().unwrap();
    let worker = site.data.find_worker_id("w1").await.unwrap();
    let (build, number) = site.data.add_build(b2, request, worker).await.unwrap();
    assert_eq!(number, last + 1);
    site.data.finish_build_and_requests(build, Results::Success, "done", &[request]).await.unwrap();
}
