//! Builders, workers, projects, schedulers and change sources of a configuration.

use ferrobot_data::{BuilderInfo, NewCommit};
use serde_json::json;

use crate::fixture::Fixture;
use crate::story::{body, topics, until};

fn described(tags: &[&str]) -> BuilderInfo {
    BuilderInfo {
        description: Some("d".into()),
        tags: tags.iter().map(|tag| (*tag).into()).collect(),
        ..BuilderInfo::default()
    }
}

#[tokio::test]
async fn builders_come_and_go_with_the_configuration() {
    let fixture = Fixture::new().await;
    let mut events = fixture.data.events().subscribe(&["builders", "*", "*"]);
    let first = vec![("b1".into(), described(&["t1", "t2"])), ("b2".into(), described(&["t2"]))];
    let ids = fixture.data.configure_builders(first).await.unwrap();
    let seen = until(&mut events, "builders/2/update").await;
    assert_eq!(topics(&seen), ["builders/1/started", "builders/2/started", "builders/1/update", "builders/2/update"]);
    assert_eq!(body(&seen, "builders/1/started"), json!({"builderid": 1, "masterid": 1, "name": "b1"}));
    assert_eq!(
        body(&seen, "builders/1/update"),
        json!({"builderid": 1, "name": "b1", "masterids": [1], "description": "d", "description_format": null,
            "description_html": null, "projectid": null, "tags": ["t1", "t2"]})
    );

    let second = vec![("b3".into(), described(&[])), ("b1".into(), described(&["t3"]))];
    let again = fixture.data.configure_builders(second).await.unwrap();
    assert_eq!(again[1], ids[0]);
    let seen = until(&mut events, "builders/1/update").await;
    assert_eq!(topics(&seen), ["builders/2/stopped", "builders/3/started", "builders/3/update", "builders/1/update"]);
    assert_eq!(body(&seen, "builders/1/update")["tags"], json!(["t3"]));
    assert_eq!(fixture.rows("SELECT builderid FROM builder_masters ORDER BY 1").await, ["1", "3"]);
    assert_eq!(
        fixture.rows("SELECT name_hash FROM builders WHERE name = 'b1'").await,
        ["7e83ca2a65d6f90a809c8570c6c905a941b87732"]
    );
}

#[tokio::test]
async fn a_thousand_builders_and_workers_are_configured_at_once() {
    let fixture = Fixture::new().await;
    let builders = (0..1000).map(|n| (format!("b{n}"), described(&["all", &format!("t{}", n % 10)]))).collect();
    let ids = fixture.data.configure_builders(builders).await.unwrap();
    let workers = (0..100).map(|n| (format!("w{n}"), ids[n * 10..n * 10 + 10].to_vec())).collect();
    fixture.data.configure_workers(workers).await.unwrap();
    assert_eq!(fixture.rows("SELECT count(*) FROM configured_workers").await, ["1000"]);
    assert_eq!(fixture.rows("SELECT count(*) FROM tags").await, ["11"]);
}

#[tokio::test]
async fn workers_are_taken_off_builders_that_they_no_longer_serve() {
    let fixture = Fixture::new().await;
    let builders = vec![("b1".into(), described(&[])), ("b2".into(), described(&[]))];
    let builders = fixture.data.configure_builders(builders).await.unwrap();
    let first = vec![("w1".into(), builders.clone()), ("w2".into(), vec![builders[0]])];
    let ids = fixture.data.configure_workers(first).await.unwrap();
    let links = "SELECT workerid || ' on ' || builderid FROM configured_workers
        JOIN builder_masters ON builder_masters.id = buildermasterid ORDER BY 1";
    assert_eq!(fixture.rows(links).await, ["1 on 1", "1 on 2", "2 on 1"]);
    let again = fixture.data.configure_workers(vec![("w1".into(), vec![builders[1]])]).await.unwrap();
    assert_eq!(again, [ids[0]]);
    assert_eq!(fixture.rows(links).await, ["1 on 2"]);
    assert_eq!(fixture.rows("SELECT info FROM workers ORDER BY id").await, ["{}", "{}"]);
}

#[tokio::test]
async fn what_a_worker_says_and_does_is_shown() {
    let fixture = Fixture::new().await;
    let worker = fixture.worker().await;
    let mut events = fixture.data.events().subscribe(&["workers", "*", "*"]);
    let info = json!({"admin": null, "host": "h\u{fc}", "access_uri": null, "version": "4.3.0"});
    fixture.data.worker_connected(worker, info.clone()).await.unwrap();
    fixture.data.worker_connected(worker, info.clone()).await.unwrap();
    fixture.data.set_worker_paused(worker, true, Some("lunch")).await.unwrap();
    fixture.data.set_worker_graceful(worker, true).await.unwrap();
    let row = fixture.data.worker(worker).await.unwrap().unwrap();
    assert!(row.paused && row.graceful && row.pause_reason.as_deref() == Some("lunch"));
    fixture.data.worker_missing(worker, ferrobot_model::Timestamp(0.0), vec!["a@b.c".into()]).await.unwrap();
    fixture.data.worker_disconnected(worker).await.unwrap();
    let seen = until(&mut events, "workers/1/disconnected").await;
    let words: Vec<_> = seen.iter().map(|event| event.key[2].as_str()).collect();
    assert_eq!(words, ["connected", "connected", "state_updated", "state_updated", "missing", "disconnected"]);
    assert_eq!(
        body(&seen, "workers/1/connected"),
        json!({"workerid": 1, "name": "w1", "workerinfo": info, "paused": false, "pause_reason": null,
            "graceful": false, "connected_to": [{"masterid": 1}], "configured_on": []})
    );
    let missing = body(&seen, "workers/1/missing");
    assert_eq!(missing["notify"], json!(["a@b.c"]));
    assert!(missing["last_connection"].as_str().unwrap().ends_with("1970"), "{missing}");
    assert_eq!(
        fixture.rows("SELECT info FROM workers").await,
        [r#"{"admin": null, "host": "h\u00fc", "access_uri": null, "version": "4.3.0"}"#]
    );
}

#[tokio::test]
async fn a_scheduler_belongs_to_one_running_master() {
    let fixture = Fixture::new().await;
    let scheduler = fixture.data.find_scheduler_id("nightly").await.unwrap();
    assert_eq!(fixture.data.find_scheduler_id("nightly").await.unwrap(), scheduler);
    assert!(!fixture.data.scheduler_is_ours(scheduler).await.unwrap());
    fixture.data.set_scheduler_master(scheduler, true).await.unwrap();
    fixture.data.set_scheduler_master(scheduler, true).await.unwrap();
    assert!(fixture.data.scheduler_is_ours(scheduler).await.unwrap());
    fixture.data.set_scheduler_master(scheduler, false).await.unwrap();
    assert!(!fixture.data.scheduler_is_ours(scheduler).await.unwrap());

    let cases = [("1, 999_900", false), ("1, 900000", true), ("0, 1000000", true)];
    for (state, ours) in cases {
        let state = state.replace('_', "");
        fixture
            .other_program()
            .execute_batch(&format!(
                "DELETE FROM masters WHERE name = 'other';
                 INSERT INTO masters (name, name_hash, active, last_active) VALUES ('other', 'x', {state});
                 INSERT OR REPLACE INTO scheduler_masters SELECT 1, id FROM masters WHERE name = 'other'"
            ))
            .unwrap();
        fixture.data.set_scheduler_master(scheduler, true).await.unwrap();
        assert_eq!(fixture.data.scheduler_is_ours(scheduler).await.unwrap(), ours, "{state}");
    }
}

#[tokio::test]
async fn a_scheduler_is_enabled_until_somebody_disables_it() {
    let fixture = Fixture::new().await;
    let mut events = fixture.data.events().subscribe(&["schedulers", "*", "updated"]);
    let scheduler = fixture.data.find_scheduler_id("nightly").await.unwrap();
    fixture.data.set_scheduler_master(scheduler, true).await.unwrap();
    assert!(fixture.data.scheduler_enabled(scheduler).await.unwrap());
    fixture.data.scheduler_enable(scheduler, false).await.unwrap();
    assert!(!fixture.data.scheduler_enabled(scheduler).await.unwrap());
    let seen = until(&mut events, "schedulers/1/updated").await;
    let master = json!({"masterid": 1, "name": "host:/base", "active": false, "last_active": 1_000_000});
    assert_eq!(
        body(&seen, "schedulers/1/updated"),
        json!({"schedulerid": 1, "name": "nightly", "enabled": false, "master": master})
    );
}

#[tokio::test]
async fn projects_codebases_and_change_sources_are_found_again() {
    let fixture = Fixture::new().await;
    let mut events = fixture.data.events().subscribe(&[]);
    let project = fixture.data.find_project_id("proj").await.unwrap();
    fixture.data.update_project_info(project, "slug", Some("*d*"), None, None).await.unwrap();
    fixture.data.configure_codebase(project, "cb", "c").await.unwrap();
    fixture.data.configure_codebase(project, "cb", "cc").await.unwrap();
    assert_eq!(fixture.data.find_project_id("proj").await.unwrap(), project);
    let source = fixture.data.find_changesource_id("git").await.unwrap();
    fixture.data.set_changesource_master(source, true).await.unwrap();
    assert_eq!(fixture.rows("SELECT masterid FROM changesource_masters").await, ["1"]);
    fixture.data.set_changesource_master(source, false).await.unwrap();
    assert_eq!(fixture.rows("SELECT masterid FROM changesource_masters").await, [""; 0]);
    assert_eq!(fixture.rows("SELECT name || ' ' || slug FROM codebases").await, ["cb cc"]);
    let seen = until(&mut events, "codebases/1/update").await;
    assert_eq!(topics(&seen), ["projects/1/update", "codebases/1/update"]);
    assert_eq!(
        body(&seen, "projects/1/update"),
        json!({"projectid": 1, "name": "proj", "slug": "slug", "description": "*d*", "description_format": null,
            "description_html": null, "active": null})
    );
    assert_eq!(body(&seen, "codebases/1/update"), json!({"codebaseid": 1, "name": "cb", "slug": "c", "projectid": 1}));
}

#[tokio::test]
async fn commits_and_branches_of_a_codebase_are_announced() {
    let fixture = Fixture::new().await;
    let project = fixture.data.find_project_id("proj").await.unwrap();
    let codebase = fixture.data.find_codebase_id(project, "cb").await.unwrap();
    assert_eq!(fixture.data.find_codebase_id(project, "cb").await.unwrap(), codebase);
    let mut events = fixture.data.events().subscribe(&[]);
    let new = |revision: &str, parent| NewCommit {
        codebase,
        author: "me".into(),
        committer: None,
        comments: "c".into(),
        when_timestamp: 5,
        revision: revision.into(),
        parent,
    };
    let first = fixture.data.add_commit(new("r1", None)).await.unwrap();
    let second = fixture.data.add_commit(new("r2", Some(first))).await.unwrap();
    assert!(fixture.data.add_commit(new("r2", None)).await.is_err(), "a revision is one commit");
    fixture.data.update_branch(codebase, "main", Some(first), 6).await.unwrap();
    fixture.data.update_branch(codebase, "main", Some(second), 7).await.unwrap();
    fixture.data.update_branch(codebase, "other", None, 8).await.unwrap();
    let seen = until(&mut events, "branches/2/update").await;
    assert_eq!(
        topics(&seen),
        [
            "commits/1/new",
            "codebases/1/commits/1/new",
            "commits/2/new",
            "codebases/1/commits/2/new",
            "branches/1/update",
            "branches/1/update",
            "branches/2/update",
        ]
    );
    assert_eq!(
        body(&seen, "commits/2/new"),
        json!({"commitid": 2, "codebaseid": 1, "author": "me", "committer": null, "comments": "c",
            "when_timestamp": 5, "revision": "r2", "parent_commitid": 1})
    );
    assert_eq!(
        seen[5].body.as_ref(),
        &json!({"branchid": 1, "codebaseid": 1, "name": "main", "commitid": 2, "last_timestamp": 7})
    );
}
