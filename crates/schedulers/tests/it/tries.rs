//! Tries: what a job becomes, whether it is brought or lies in a directory.

use std::path::PathBuf;
use std::time::Duration;

use ferrobot_config::Value;
use ferrobot_data::Patch;
use ferrobot_engine::TryJob;
use ferrobot_model::BuildsetId;
use serde_json::{Map, json};

use crate::site::{Running, Site, function, scheduler};

fn both() -> (&'static str, Value) {
    ("builderNames", Value::List(vec!["b1".into(), "b2".into()]))
}

fn properties() -> (&'static str, Value) {
    ("properties", Value::Dict(vec![("level".into(), "scheduler".into())]))
}

fn job() -> TryJob {
    TryJob {
        branch: Some("main".to_owned()),
        revision: Some("abc".to_owned()),
        patch_level: 1,
        patch_body: b"--- a\xff\n".to_vec(),
        repository: "r".to_owned(),
        project: "p".to_owned(),
        builders: vec!["b2".to_owned()],
        who: "Jo".to_owned(),
        comment: "why".to_owned(),
        properties: Map::from_iter([("colour".to_owned(), "red".into()), ("level".to_owned(), "user".into())]),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_user_brings_is_built_as_he_says() {
    let userpass = scheduler(
        "trysched.Try_Userpass",
        "try",
        vec![
            both(),
            properties(),
            ("priority", Value::Int(7)),
            ("port", Value::Int(8031)),
            ("userpass", Value::List(vec![Value::Tuple(vec!["u".into(), "p".into()])])),
        ],
    );
    let site = Site::new(vec![userpass]);
    let running = site.start().await;
    let tries = running.master.tries();
    assert_eq!(tries.builder_names("try").await.unwrap(), ["b1", "b2"]);
    let requests = tries.submit("try", job()).await.unwrap().unwrap();
    assert_eq!(requests.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["b2"]);
    let buildsets = running.buildsets().await;
    let [buildset] = buildsets.as_slice() else { panic!("{buildsets:?}") };
    assert_eq!(buildset.reason, "'try' job by user Jo (why)");
    assert_eq!(buildset.external_idstring, None);
    let expected = json!({
        "colour": ["red", "try build"],
        "level": ["scheduler", "Scheduler"],
        "scheduler": ["try", "Scheduler"],
    });
    assert_eq!(buildset.properties.to_json(), expected);
    let [stamp] = buildset.sourcestamps.as_slice() else { panic!("{buildset:?}") };
    assert_eq!((stamp.branch.as_deref(), stamp.revision.as_deref()), (Some("main"), Some("abc")));
    assert_eq!((stamp.repository.as_str(), stamp.project.as_str(), stamp.codebase.as_str()), ("r", "p", ""));
    let patch = Patch {
        level: 1,
        body: b"--- a\xff\n".to_vec(),
        author: "Jo".to_owned(),
        comment: "why".to_owned(),
        subdir: Some(String::new()),
    };
    assert_eq!(stamp.patch, Some(patch));
    assert_eq!(running.requests(buildset.id).await[0].priority, 0);

    // No builders mean all of them, each once; a foreign one means nothing is built.
    let all = TryJob { builders: vec![], who: String::new(), comment: String::new(), ..job() };
    assert_eq!(tries.submit("try", all.clone()).await.unwrap().unwrap().len(), 2);
    let twice = TryJob { builders: vec!["b1".to_owned(), "b1".to_owned()], patch_body: vec![], ..all.clone() };
    assert_eq!(tries.submit("try", twice).await.unwrap().unwrap().len(), 1);
    let foreign = TryJob { builders: vec!["b1".to_owned(), "b3".to_owned()], ..all };
    assert_eq!(tries.submit("try", foreign).await, Ok(None));
    let buildsets = running.buildsets().await;
    assert_eq!(buildsets.len(), 3);
    assert_eq!((buildsets[1].reason.as_str(), &buildsets[2].sourcestamps[0].patch), ("'try' job", &None));

    running.enable("try", false).await;
    assert!(!tries.takes_tries("try"));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_schedulers_take_no_tries() {
    let site = Site::new(vec![scheduler("triggerable.Triggerable", "other", vec![])]);
    let running = site.start().await;
    let told = running.master.tries().submit("other", job()).await.unwrap_err();
    assert_eq!(told, "scheduler 'other' takes no tries");
    running.stop().await;
}

/// Puts a job file where the master takes it from.
struct Jobs(PathBuf);

impl Jobs {
    /// Waits until the scheduler has made its directories.
    async fn of(site: &Site) -> Jobs {
        let jobs = Jobs(site.path().join("jobs"));
        jobs.until(|jobs| jobs.0.join("tmp").is_dir()).await;
        jobs
    }

    fn put(&self, name: &str, strings: &[&str]) {
        let content: String = strings.iter().map(|text| format!("{}:{text},", text.len())).collect();
        std::fs::write(self.0.join("tmp").join(name), content).unwrap();
        std::fs::rename(self.0.join("tmp").join(name), self.0.join("new").join(name)).unwrap();
    }

    async fn taken(&self, name: &str) {
        self.until(|jobs| !jobs.0.join("new").join(name).exists() && jobs.0.join("cur").join(name).exists()).await;
    }

    async fn until(&self, done: impl Fn(&Jobs) -> bool) {
        let waiting = async {
            while !done(self) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap();
    }
}

/// What is stored of the job with this id.
async fn stored(running: &Running, id: &str) -> Option<BuildsetId> {
    let buildsets = running.buildsets().await;
    buildsets.iter().find(|buildset| buildset.external_idstring.as_deref() == Some(id)).map(|buildset| buildset.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn job_files_are_taken_once_and_refused_without_harm() {
    let arguments = vec![both(), properties(), ("jobdir", "jobs".into()), ("priority", function(5))];
    let site = Site::new(vec![scheduler("trysched.Try_Jobdir", "jobs", arguments)]);
    site.function(5, |_| Ok(Value::Int(9)));
    let running = site.start().await;
    let jobs = Jobs::of(&site).await;
    jobs.put("1", &["3", "first", "main", "", "1", "--- a\n", "r", "p", "Jo", "b1"]);
    jobs.put("2-bad", &["3", "second", "main"]);
    jobs.put("3-foreign", &["1", "third", "main", "", "1", "--- a\n", "b1", "b3"]);
    jobs.put("4", &["1", "fourth", "", "", "0", ""]);
    for name in ["1", "2-bad", "3-foreign", "4"] {
        jobs.taken(name).await;
    }
    let buildsets = running.wait_for(2).await;
    assert_eq!(buildsets.len(), 2);
    assert_eq!(buildsets[0].reason, "'try' job by user Jo");
    assert_eq!(buildsets[0].external_idstring.as_deref(), Some("first"));
    assert_eq!(running.requests(buildsets[0].id).await[0].priority, 9);
    assert_eq!(buildsets[1].sourcestamps[0].patch, None);
    assert_eq!(running.requests(buildsets[1].id).await.len(), 2);

    // A disabled scheduler leaves them where they are.
    running.enable("jobs", false).await;
    jobs.put("5", &["1", "fifth", "", "", "0", "", "b1"]);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(stored(&running, "fifth").await, None);
    running.enable("jobs", true).await;
    jobs.taken("5").await;
    running.wait_for(3).await;
    assert!(stored(&running, "fifth").await.is_some());
    running.stop().await;
}
