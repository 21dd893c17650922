//! Masters that start, stop, crash and fall silent.

use ferrobot_model::Results;
use serde_json::json;

use crate::fixture::{Fixture, URL, rows};
use crate::story::{body, topics, until};

#[tokio::test]
async fn a_master_is_announced_once() {
    let fixture = Fixture::new().await;
    let mut events = fixture.data.events().subscribe(&["masters", "*", "*"]);
    fixture.data.master_active().await.unwrap();
    fixture.clock.advance(60.0);
    fixture.data.master_active().await.unwrap();
    assert_eq!(fixture.rows("SELECT active || ' ' || last_active FROM masters").await, ["1 1000060"]);
    fixture.data.master_stopped().await.unwrap();
    fixture.data.master_stopped().await.unwrap();
    fixture.data.master_active().await.unwrap();
    let seen = until(&mut events, "masters/1/stopped").await;
    assert_eq!(topics(&seen), ["masters/1/started", "masters/1/stopped"]);
    assert_eq!(body(&seen, "masters/1/stopped"), json!({"masterid": 1, "name": "host:/base", "active": false}));
    assert_eq!(topics(&until(&mut events, "masters/1/started").await), ["masters/1/started"]);
}

#[tokio::test]
async fn after_a_crash_builds_are_retried_and_requests_are_free() {
    let crashed = Fixture::new().await;
    crashed.data.master_active().await.unwrap();
    let (request, build) = crashed.build().await;
    let (done, _, _) = crashed.data.add_step(build, "done").await.unwrap();
    crashed.data.finish_step(done, Results::Success, false, "ok").await.unwrap();
    let (open, _, _) = crashed.data.add_step(build, "open").await.unwrap();
    let log = crashed.data.add_log(open, "stdio", 's').await.unwrap();
    crashed.data.append_log(log, "oline\n".into()).await.unwrap();
    crashed.data.worker_connected(crashed.worker().await, json!({})).await.unwrap();
    crashed.data.find_worker_id("durable, and all before it").await.unwrap();

    // Killed: what is on the disk now is what another process finds.
    let dir = tempfile::tempdir().unwrap();
    for name in ["state.sqlite", "state.sqlite-wal"] {
        std::fs::copy(crashed.dir.path().join(name), dir.path().join(name)).unwrap();
    }
    std::mem::forget(crashed);

    let fixture = Fixture::open(dir).await;
    let mut events = fixture.data.events().subscribe(&[]);
    fixture.clock.advance(100.0);
    assert_eq!(fixture.data.recover(&[]).await.unwrap(), [build]);
    let stored = fixture.data.build(build).await.unwrap().unwrap();
    assert_eq!((stored.results, stored.complete_at), (Some(Results::Retry), Some(1_000_100)));
    let request = fixture.data.request(request).await.unwrap().unwrap();
    assert_eq!((request.claimed_by, request.complete), (None, false));
    assert_eq!(fixture.rows("SELECT results FROM steps ORDER BY id").await, ["0", "5"]);
    assert_eq!(fixture.rows("SELECT complete FROM logs").await, ["1"]);
    assert_eq!(fixture.rows("SELECT count(*) FROM connected_workers").await, ["0"]);
    assert_eq!(fixture.data.log_lines(log, 0, 9).await.unwrap(), "oline\n");
    let seen = topics(&until(&mut events, "buildrequests/1/unclaimed").await);
    for topic in ["logs/1/finished", "steps/2/finished", "builds/1/finished", "builders/1/stopped"] {
        assert!(seen.iter().any(|seen| seen == topic), "{topic} is missing in {seen:?}");
    }
    assert_eq!(fixture.data.recover(&[]).await.unwrap(), []);
}

#[tokio::test]
async fn masters_that_fell_silent_are_retired() {
    let fixture = Fixture::new().await;
    let builder = fixture.builder("b1").await;
    let (_, request) = fixture.request(builder).await;
    fixture
        .other_program()
        .execute_batch(
            "INSERT INTO masters (name, name_hash, active, last_active) VALUES ('silent', 'x', 1, 999000), ('alive', 'y', 1, 999900);
             INSERT INTO buildrequest_claims VALUES (1, 2, 0)",
        )
        .unwrap();
    fixture.data.expire_masters().await.unwrap();
    assert_eq!(fixture.rows("SELECT active FROM masters ORDER BY id").await, ["0", "0", "1"]);
    assert_eq!(fixture.data.request(request).await.unwrap().unwrap().claimed_by, None);
}

/// What was answered as durable is there for whoever opens the files at that very moment.
#[tokio::test]
async fn nothing_acknowledged_is_lost() {
    let fixture = Fixture::new().await;
    let builder = fixture.builder("b1").await;
    for number in 1..=20 {
        fixture.request(builder).await;
        let copy = tempfile::tempdir().unwrap();
        for name in ["state.sqlite", "state.sqlite-wal"] {
            std::fs::copy(fixture.dir.path().join(name), copy.path().join(name)).unwrap();
        }
        ferrobot_storage::check_current(URL, copy.path()).unwrap();
        let conn = ferrobot_storage::rusqlite::Connection::open(copy.path().join("state.sqlite")).unwrap();
        assert_eq!(rows(&conn, "SELECT count(*) FROM buildrequests"), [number.to_string()]);
    }
}
