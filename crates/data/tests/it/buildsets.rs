//! Changes, buildsets and requests.

use ferrobot_data::{Claim, NewBuildset, NewChange, Patch, SourceStamp};
use ferrobot_model::{BuilderId, ChangeId, Properties, Results};
use serde_json::json;

use crate::fixture::{Fixture, sourcestamp};
use crate::story::{body, topics, until};

fn change(branch: &str, revision: &str) -> NewChange {
    NewChange {
        author: "Joe <joe@x.org>".into(),
        comments: "fix".into(),
        files: vec!["a.txt".into(), "b.txt".into()],
        branch: Some(branch.into()),
        revision: Some(revision.into()),
        revlink: Some(String::new()),
        repository: "http://repo".into(),
        project: "proj".into(),
        properties: json!({"k1": "v1"}).as_object().unwrap().clone(),
        src: Some("git".into()),
        ..NewChange::default()
    }
}

#[tokio::test]
async fn a_change_follows_the_one_before_on_its_line() {
    let fixture = Fixture::new().await;
    let mut events = fixture.data.events().subscribe(&["changes", "*", "new"]);
    let first = fixture.data.add_change(change("main", "r1")).await.unwrap();
    let aside = fixture.data.add_change(change("other", "r2")).await.unwrap();
    let third = fixture.data.add_change(change("main", "r3")).await.unwrap();
    let parents = async |id| fixture.data.change(id).await.unwrap().unwrap().parent_changeids;
    assert_eq!(parents(first).await, []);
    assert_eq!(parents(aside).await, []);
    assert_eq!(parents(third).await, [first]);
    let recent = fixture.data.recent_changes(2).await.unwrap();
    assert_eq!(recent.iter().map(|change| change.id).collect::<Vec<_>>(), [aside, third]);
    assert_eq!(recent[1], fixture.data.change(third).await.unwrap().unwrap());
    assert_eq!(recent[1].files, ["a.txt", "b.txt"]);
    assert_eq!(recent[1].properties["k1"], "v1");

    let seen = until(&mut events, "changes/3/new").await;
    assert_eq!(
        body(&seen, "changes/3/new"),
        json!({
            "changeid": 3, "author": "Joe <joe@x.org>", "committer": null, "comments": "fix", "branch": "main",
            "revision": "r3", "revlink": "", "when_timestamp": 1_000_000, "category": null, "parent_changeids": [1],
            "repository": "http://repo", "codebase": "", "project": "proj", "files": ["a.txt", "b.txt"],
            "sourcestamp": {"ssid": 3, "branch": "main", "revision": "r3", "project": "proj",
                "repository": "http://repo", "codebase": "", "created_at": 1_000_000, "patch": null},
            "properties": {"k1": ["v1", "Change"]},
        })
    );
    assert_eq!(fixture.rows("SELECT property_value FROM change_properties").await, [r#"["v1", "Change"]"#; 3]);
}

#[tokio::test]
async fn a_change_is_undelivered_until_every_scheduler_has_it() {
    let fixture = Fixture::new().await;
    let data = &fixture.data;
    let first = data.add_change(change("main", "r1")).await.unwrap();
    let second = data.add_change(change("main", "r2")).await.unwrap();
    assert_eq!(data.undelivered_changes().await.unwrap(), [first, second]);
    data.changes_delivered(&[first]).await.unwrap();
    assert_eq!(data.undelivered_changes().await.unwrap(), [second]);

    let stamp = data.change(second).await.unwrap().unwrap().sourcestamp;
    assert_eq!(data.schedulers_that_built(second).await.unwrap(), [] as [String; 0]);
    let mut properties = Properties::new();
    properties.set("scheduler", "nightly", "Scheduler");
    let sourcestamps = vec![SourceStamp { id: Some(stamp), ..sourcestamp("main", "r2") }];
    data.add_buildset(NewBuildset { sourcestamps, properties, ..NewBuildset::default() }).await.unwrap();
    assert_eq!(data.schedulers_that_built(second).await.unwrap(), ["nightly"]);
    assert_eq!(data.schedulers_that_built(first).await.unwrap(), [] as [String; 0]);
}

#[tokio::test]
async fn authors_become_users_by_their_repository() {
    let fixture = Fixture::new().await;
    for src in [Some("git"), Some("git"), Some("svn"), Some("unknown"), None] {
        let change = NewChange { src: src.map(Into::into), ..change("main", "r") };
        fixture.data.add_change(change).await.unwrap();
    }
    assert_eq!(fixture.rows("SELECT identifier FROM users").await, ["Joe <joe@x.org>", "Joe <joe@x.org>_2"]);
    assert_eq!(
        fixture.rows("SELECT attr_type || attr_data FROM users_info").await,
        ["gitJoe <joe@x.org>", "svnJoe <joe@x.org>"]
    );
    assert_eq!(
        fixture.rows("SELECT changeid || ' by ' || uid FROM change_users").await,
        ["1 by 1", "2 by 1", "3 by 2"]
    );
}

#[tokio::test]
async fn equal_source_stamps_are_one_and_patched_ones_are_not() {
    let fixture = Fixture::new().await;
    let change = fixture.data.add_change(change("main", "r1")).await.unwrap();
    let shared = fixture.data.change(change).await.unwrap().unwrap().sourcestamp;
    let patch = Patch {
        level: 1,
        body: b"--- a\n+++ b\n\xff".to_vec(),
        author: "me".into(),
        comment: "c".into(),
        subdir: None,
    };
    let patched = SourceStamp { patch: Some(patch.clone()), ..sourcestamp("main", "r1") };
    let builder = fixture.builder("b1").await;
    let mut ids = Vec::new();
    for stamp in
        [sourcestamp("main", "r1"), patched.clone(), patched, SourceStamp { id: Some(shared), ..sourcestamp("x", "y") }]
    {
        let new = NewBuildset { sourcestamps: vec![stamp], builders: vec![builder], ..NewBuildset::default() };
        let added = fixture.data.add_buildset(new).await.unwrap();
        let stamps = fixture.data.buildset(added.id).await.unwrap().unwrap().sourcestamps;
        ids.push(stamps[0].id.unwrap());
    }
    assert_eq!((ids[0], ids[3]), (shared, shared));
    assert!(ids[1] != ids[2] && ids[1] != shared);
    let stored = fixture.data.sourcestamp(ids[1]).await.unwrap().unwrap();
    assert_eq!(stored.patch, Some(patch));
    assert_eq!(fixture.data.changes_of_sourcestamp(shared).await.unwrap().len(), 1);
}

/// Hashes that Buildbot 4.3.0 gave these source stamps.
#[tokio::test]
async fn hashes_of_source_stamps_are_those_of_buildbot() {
    let fixture = Fixture::new().await;
    let builder = fixture.builder("b1").await;
    let nothing = SourceStamp {
        branch: Some(String::new()),
        revision: Some(String::new()),
        repository: String::new(),
        project: String::new(),
        ..sourcestamp("", "")
    };
    let stamps = vec![sourcestamp("main", "r1"), sourcestamp("main", "r2"), nothing];
    let new = NewBuildset { sourcestamps: stamps, builders: vec![builder], ..NewBuildset::default() };
    fixture.data.add_buildset(new).await.unwrap();
    assert_eq!(
        fixture.rows("SELECT ss_hash FROM sourcestamps ORDER BY id").await,
        [
            "85938ba5057002d324e1d8e4abd79f8057c2d608",
            "f3d66b3f7c22463214d34b9e1f45f05541a065dc",
            "2a750737544472b7bec6ffdab6bbd3e2f44ff87d"
        ]
    );
}

#[tokio::test]
async fn a_buildset_is_announced_with_its_requests() {
    let fixture = Fixture::new().await;
    let builder = fixture.builder("b1").await;
    let mut events = fixture.data.events().subscribe(&[]);
    let mut properties = Properties::new();
    properties.set("owner", json!(["me"]), "Force Build Form");
    let new = NewBuildset {
        reason: "why not".into(),
        sourcestamps: vec![sourcestamp("main", "r1")],
        properties: properties.clone(),
        builders: vec![builder],
        scheduler: "force".into(),
        priority: 3,
        ..NewBuildset::default()
    };
    let added = fixture.data.add_buildset(new).await.unwrap();
    let seen = until(&mut events, "builders/1/buildrequests/1/new").await;
    assert_eq!(
        topics(&seen),
        [
            "buildsets/1/new",
            "buildsets/1/builders/1/buildrequests/1/new",
            "buildrequests/1/new",
            "builders/1/buildrequests/1/new"
        ]
    );
    let stamp = json!({"ssid": 1, "branch": "main", "revision": "r1", "project": "proj", "repository": "http://repo",
        "codebase": "", "created_at": 1_000_000, "patch": null});
    assert_eq!(
        body(&seen, "buildsets/1/new"),
        json!({"bsid": 1, "external_idstring": null, "reason": "why not", "parent_buildid": null,
            "rebuilt_buildid": null, "submitted_at": 1_000_000, "complete": false, "complete_at": null,
            "results": null, "scheduler": "force", "sourcestamps": [stamp]})
    );
    assert_eq!(
        body(&seen, "buildrequests/1/new"),
        json!({"buildrequestid": 1, "buildsetid": 1, "builderid": 1, "priority": 3, "claimed": false,
            "claimed_at": null, "claimed_by_masterid": null, "complete": false, "results": -1,
            "submitted_at": 1_000_000, "complete_at": null, "waited_for": false, "properties": null})
    );
    let stored = fixture.data.buildset(added.id).await.unwrap().unwrap();
    assert_eq!((stored.properties, stored.reason.as_str(), stored.results), (properties, "why not", None));
    assert_eq!(
        fixture.rows("SELECT property_value FROM buildset_properties").await,
        [r#"[["me"], "Force Build Form"]"#]
    );
    assert_eq!(fixture.data.requests_of_buildset(added.id).await.unwrap()[0].priority, 3);
}

#[tokio::test]
async fn a_buildset_ends_with_the_worst_of_its_requests() {
    let fixture = Fixture::new().await;
    let builders: Vec<BuilderId> =
        [fixture.builder("b1").await, fixture.data.find_builder_id("b2").await.unwrap()].into();
    let mut events = fixture.data.events().subscribe(&["buildsets", "*", "complete"]);
    let new = NewBuildset { sourcestamps: vec![sourcestamp("main", "r1")], builders, ..NewBuildset::default() };
    let added = fixture.data.add_buildset(new).await.unwrap();
    fixture.data.complete_requests(&[added.requests[0].1], Results::Failure).await.unwrap();
    fixture.data.maybe_complete_buildset(added.id).await.unwrap();
    assert!(!fixture.data.buildset(added.id).await.unwrap().unwrap().complete);
    fixture.clock.advance(5.0);
    fixture.data.complete_requests(&[added.requests[1].1, added.requests[0].1], Results::Success).await.unwrap();
    fixture.data.maybe_complete_buildset(added.id).await.unwrap();
    let stored = fixture.data.buildset(added.id).await.unwrap().unwrap();
    assert_eq!((stored.complete, stored.results), (true, Some(Results::Failure)));
    let first = fixture.data.request(added.requests[0].1).await.unwrap().unwrap();
    assert_eq!(first.results, Some(Results::Failure), "a complete request keeps its result");

    let seen = until(&mut events, "buildsets/1/complete").await;
    assert_eq!(seen.len(), 1);
    let body = body(&seen, "buildsets/1/complete");
    assert_eq!((&body["results"], &body["complete_at"]), (&json!(2), &json!(1_000_005)));
    assert_eq!(body["parent_relationship"], json!(null));
}

#[tokio::test]
async fn a_rebuild_of_a_rebuild_names_the_first_build() {
    let fixture = Fixture::new().await;
    let builder = fixture.builder("b1").await;
    let worker = fixture.worker().await;
    let mut last = None;
    for _ in 0..3 {
        let new = NewBuildset { builders: vec![builder], rebuilt_build: last, ..NewBuildset::default() };
        let request = fixture.data.add_buildset(new).await.unwrap().requests[0].1;
        fixture.data.add_build(builder, request, worker).await.unwrap();
        last = Some(fixture.data.add_build(builder, request, worker).await.unwrap().0);
    }
    assert_eq!(fixture.rows("SELECT rebuilt_buildid FROM buildsets ORDER BY id").await, ["null", "1", "1"]);
}

#[tokio::test]
async fn a_buildset_without_builders_is_complete_at_once() {
    let fixture = Fixture::new().await;
    let added = fixture.data.add_buildset(NewBuildset::default()).await.unwrap();
    let stored = fixture.data.buildset(added.id).await.unwrap().unwrap();
    assert_eq!((stored.complete, stored.results), (true, Some(Results::Success)));
}

#[tokio::test]
async fn all_requests_of_a_claim_are_won_or_none() {
    let fixture = Fixture::new().await;
    let builder = fixture.builder("b1").await;
    let mut requests = Vec::new();
    for _ in 0..3 {
        requests.push(fixture.request(builder).await.1);
    }
    let mut events = fixture.data.events().subscribe(&["buildrequests", "*", "*"]);
    assert_eq!(fixture.data.claim_requests(&requests[1..2]).await.unwrap(), Claim::Won);
    assert_eq!(fixture.data.claim_requests(&requests).await.unwrap(), Claim::Lost);
    assert_eq!(fixture.data.claim_requests(&requests[1..2]).await.unwrap(), Claim::Lost);
    let waiting = fixture.data.unclaimed_requests(Some(builder)).await.unwrap();
    assert_eq!(waiting.iter().map(|request| request.id).collect::<Vec<_>>(), [requests[0], requests[2]]);
    assert_eq!(fixture.data.unclaimed_requests(None).await.unwrap(), waiting);
    assert_eq!(fixture.data.claim_requests(&[requests[0], requests[2]]).await.unwrap(), Claim::Won);
    fixture.data.unclaim_requests(&requests[1..2]).await.unwrap();
    assert_eq!(fixture.data.unclaimed_requests(None).await.unwrap()[0].id, requests[1]);
    assert_eq!(fixture.data.claim_requests(&requests[1..2]).await.unwrap(), Claim::Won);
    let topics = topics(&until(&mut events, "buildrequests/2/unclaimed").await);
    assert_eq!(
        topics,
        ["buildrequests/2/claimed", "buildrequests/1/claimed", "buildrequests/3/claimed", "buildrequests/2/unclaimed"]
    );
}

#[tokio::test]
async fn the_priority_of_an_open_request_can_change() {
    let fixture = Fixture::new().await;
    let builder = fixture.builder("b1").await;
    let (_, request) = fixture.request(builder).await;
    fixture.data.set_request_priority(request, 7).await.unwrap();
    assert_eq!(fixture.data.request(request).await.unwrap().unwrap().priority, 7);
    fixture.data.complete_requests(&[request], Results::Skipped).await.unwrap();
    fixture.data.set_request_priority(request, 9).await.unwrap();
    assert_eq!(fixture.data.request(request).await.unwrap().unwrap().priority, 7);
}

#[tokio::test]
async fn a_build_brings_the_changes_since_the_last_success_on_its_branch() {
    let fixture = Fixture::new().await;
    let builder = fixture.builder("b1").await;
    let worker = fixture.worker().await;
    let mut brought = Vec::new();
    let steps =
        [("r1", Results::Success), ("r2", Results::Failure), ("r3", Results::Success), ("r3", Results::Success)];
    for (revision, results) in steps {
        if !brought.iter().any(|(seen, _)| *seen == revision) {
            fixture.data.add_change(change("main", revision)).await.unwrap();
            fixture.data.add_change(change("other", revision)).await.unwrap();
        }
        let new = NewBuildset {
            sourcestamps: vec![sourcestamp("main", revision)],
            builders: vec![builder],
            ..NewBuildset::default()
        };
        let request = fixture.data.add_buildset(new).await.unwrap().requests[0].1;
        let (build, _) = fixture.data.add_build(builder, request, worker).await.unwrap();
        let changes = fixture.data.changes_of_build(build).await.unwrap();
        brought.push((revision, changes.iter().map(|change| change.id).collect::<Vec<_>>()));
        fixture.data.finish_build(build, results, "done").await.unwrap();
    }
    let ids = |ids: &[i64]| ids.iter().map(|id| ChangeId(*id)).collect::<Vec<_>>();
    assert_eq!(brought, [("r1", ids(&[1])), ("r2", ids(&[3])), ("r3", ids(&[5, 3])), ("r3", ids(&[]))]);
}
