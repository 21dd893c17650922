//! Schedulers that build at certain times.

use ferrobot_config::Value;
use serde_json::json;

use crate::site::{Running, Site, filter, scheduler, shown};

/// 2023-11-14 22:00:00 UTC.
const FULL_HOUR: f64 = 1_699_999_200.0;

async fn stored(running: &Running, scheduler: &str, class: &str, name: &str) -> Option<f64> {
    running.data.get_state(scheduler, class, name).await.unwrap().and_then(|value| value.as_f64())
}

#[tokio::test(flavor = "multi_thread")]
async fn periodic_builds_at_once_and_goes_on_in_its_rhythm() {
    let codebases = Value::Dict(vec![("lib".into(), Value::Dict(vec![("branch".into(), "stable".into())]))]);
    let arguments = vec![("periodicBuildTimer", Value::Float(0.7)), ("codebases", codebases)];
    let site = Site::new(vec![scheduler("timed.Periodic", "tick", arguments)]);
    let running = site.start().await;
    let buildsets = running.wait_for(3).await;
    let expected = "The Periodic scheduler named 'tick' triggered this build: stable@-";
    assert!(buildsets.iter().all(|buildset| shown(buildset) == expected), "{buildsets:?}");
    let last = stored(&running, "tick", "Periodic", "last_build").await.unwrap();
    running.stop().await;
    // The rhythm goes on where it was, so nothing is due before its time.
    site.set_clock(last + 0.1);
    let running = site.start().await;
    running.wait_for(4).await;
    let next = stored(&running, "tick", "Periodic", "last_build").await.unwrap();
    assert!((next - last - 0.7).abs() < 0.01, "{next} after {last}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nightly_builds_when_its_time_comes_and_what_was_missed_at_once() {
    let site = Site::new(vec![scheduler("timed.Nightly", "night", vec![])]);
    site.set_clock(FULL_HOUR - 1.0);
    let running = site.start().await;
    let buildsets = running.wait_for(1).await;
    assert_eq!(shown(&buildsets[0]), "The Nightly scheduler named 'night' triggered this build: -@-");
    assert_eq!(stored(&running, "night", "Nightly", "last_build").await, Some(FULL_HOUR));
    running.stop().await;
    site.set_clock(FULL_HOUR + 3.0 * 3_600.0);
    let running = site.start().await;
    running.wait_for(2).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_built_when_nothing_has_changed() {
    let arguments = vec![
        ("onlyIfChanged", Value::Bool(true)),
        ("change_filter", filter(vec![("project", "".into())])),
        ("branch", "main".into()),
    ];
    let site = Site::new(vec![scheduler("timed.Nightly", "night", arguments)]);
    let mut at = FULL_HOUR;
    // The first time in any case, then only with a change.
    for (change, count) in [(None, 1), (None, 1), (Some("main"), 2), (Some("other"), 2), (Some("main"), 3)] {
        site.set_clock(at - 1.5);
        let running = site.start().await;
        if let Some(branch) = change {
            running.change(branch, &["x"]).await;
        }
        running.wait_for_state("night", "Nightly", "last_build", &json!(at)).await;
        let buildsets = running.wait_for(count).await;
        running.stop().await;
        assert_eq!(buildsets.len(), count, "{buildsets:?}");
        at += 3_600.0;
    }
}
