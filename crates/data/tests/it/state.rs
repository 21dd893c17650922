//! What schedulers and change sources keep.

use ferrobot_data::NewChange;
use serde_json::json;

use crate::fixture::Fixture;

#[tokio::test]
async fn values_are_kept_by_object_and_name() {
    let fixture = Fixture::new().await;
    let get = async |object: &str, name: &str| fixture.data.get_state(object, "Nightly", name).await.unwrap();
    assert_eq!(get("n", "last_build").await, None);
    fixture.data.set_state("n", "Nightly", "last_build", json!(5)).await.unwrap();
    fixture.data.set_state("n", "Nightly", "last_build", json!({"a": [1, null]})).await.unwrap();
    fixture.data.set_state("m", "Nightly", "last_build", json!(null)).await.unwrap();
    assert_eq!(get("n", "last_build").await, Some(json!({"a": [1, null]})));
    assert_eq!(get("m", "last_build").await, Some(json!(null)));
    assert_eq!(fixture.data.get_state("n", "Periodic", "last_build").await.unwrap(), None);
    assert_eq!(fixture.rows("SELECT value_json FROM object_state ORDER BY 1").await, ["null", r#"{"a": [1, null]}"#]);
}

/// The cut name is what Buildbot 4.3.0 makes of it.
#[tokio::test]
async fn long_names_are_cut_and_hashed() {
    let fixture = Fixture::new().await;
    let long = "x".repeat(200);
    fixture.data.set_state(&long, "C", &long.repeat(2), json!(1)).await.unwrap();
    assert_eq!(fixture.data.get_state(&long, "C", &long.repeat(2)).await.unwrap(), Some(json!(1)));
    let name = fixture.rows("SELECT name FROM objects").await.remove(0);
    assert_eq!(name, format!("{}{}", "x".repeat(64), "94218caae9904e93a3d7bf578bf4791926fc5e82"));
}

#[tokio::test]
async fn classifications_are_kept_until_flushed() {
    let fixture = Fixture::new().await;
    let scheduler = fixture.data.find_scheduler_id("s").await.unwrap();
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(fixture.data.add_change(NewChange::default()).await.unwrap());
    }
    let all = vec![(ids[0], true), (ids[1], false), (ids[2], false)];
    fixture.data.classify_changes(scheduler, all).await.unwrap();
    fixture.data.classify_changes(scheduler, vec![(ids[2], true)]).await.unwrap();
    let kept = async || fixture.data.change_classifications(scheduler).await.unwrap();
    assert_eq!(kept().await, [(ids[0], true), (ids[1], false), (ids[2], true)]);
    fixture.data.flush_change_classifications(scheduler, Some(ids[2])).await.unwrap();
    assert_eq!(kept().await, [(ids[2], true)]);
    fixture.data.flush_change_classifications(scheduler, None).await.unwrap();
    assert_eq!(kept().await, []);
}
