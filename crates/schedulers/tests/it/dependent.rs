//! Schedulers that follow another.

use std::sync::Arc;

use ferrobot_config::{Object, Value};
use ferrobot_model::{BuildsetId, Results};
use serde_json::json;

use crate::site::{Running, Site, scheduler, shown};

fn chain() -> Site {
    let first = scheduler("basic.AnyBranchScheduler", "up", vec![("reason", "up".into())]);
    let after = |name: &str, upstream: &Object| {
        scheduler("dependent.Dependent", name, vec![("upstream", Value::Object(Arc::new(upstream.clone())))])
    };
    let second = after("second", &first);
    let third = after("third", &second);
    Site::new(vec![first, second, third])
}

async fn waits_for(running: &Running, scheduler: &str, buildsets: &[i64]) {
    let class = "buildbot.schedulers.dependent.Dependent";
    running.wait_for_state(scheduler, class, "upstream_bsids", &json!(buildsets)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn success_goes_on_with_the_same_source_and_failure_does_not() {
    let site = chain();
    let running = site.start().await;
    running.change("bad", &["x"]).await;
    running.change("good", &["x"]).await;
    running.wait_for(2).await;
    waits_for(&running, "second", &[1, 2]).await;
    running.complete(BuildsetId(1), Results::Failure).await;
    waits_for(&running, "second", &[2]).await;
    running.complete(BuildsetId(2), Results::Warnings).await;
    let buildsets = running.wait_for(3).await;
    assert_eq!(shown(&buildsets[2]), "downstream: good@good-x");
    assert_eq!(buildsets[2].sourcestamps, buildsets[1].sourcestamps);
    assert_eq!(buildsets[2].properties.get("scheduler"), Some(&json!("second")));
    waits_for(&running, "third", &[3]).await;
    running.complete(BuildsetId(3), Results::Success).await;
    let buildsets = running.wait_for(4).await;
    assert_eq!(buildsets[3].properties.get("scheduler"), Some(&json!("third")));
    assert_eq!(buildsets[3].sourcestamps, buildsets[1].sourcestamps);
    waits_for(&running, "third", &[]).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_completes_while_the_master_is_away_counts() {
    let site = chain();
    let running = site.start().await;
    running.change("good", &["x"]).await;
    running.wait_for(1).await;
    waits_for(&running, "second", &[1]).await;
    let requests = running.requests(BuildsetId(1)).await;
    let data = running.data.clone();
    running.master.shutdown(ferrobot_engine::Shutdown::Fast).await;
    let ids: Vec<_> = requests.iter().map(|request| request.id).collect();
    data.claim_requests(&ids).await.unwrap();
    data.complete_requests(&ids, Results::Success).await.unwrap();
    data.close().await.unwrap();
    let running = site.start().await;
    let buildsets = running.wait_for(2).await;
    assert_eq!(shown(&buildsets[1]), "downstream: good@good-x");
    running.stop().await;
}
