//! Writes a database as a master would: builders, workers, changes, builds with steps and logs in every compression,
//! a patch, waiting requests. To look at with another master or a page under development:
//! `cargo run -p ferrobot-data --example sample_site DIRECTORY [MASTER NAME]`.

#![expect(clippy::print_stdout, reason = "an example talks to its user")]

use std::path::Path;
use std::sync::Arc;

use ferrobot_data::{BuilderInfo, Data, DataError, DataOptions, NewBuildset, NewChange, Patch, SourceStamp};
use ferrobot_model::{BuildRequestId, BuilderId, Properties, Results, SystemClock, WorkerId};
use serde_json::json;

const METHODS: [&str; 6] = ["raw", "gz", "bz2", "lz4", "zstd", "br"];

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments.next().ok_or("which directory?")?;
    let name = arguments.next().unwrap_or_else(|| "sample:/site".to_owned());
    ferrobot_storage::create_or_check("sqlite:///state.sqlite", Path::new(&dir))?;
    for method in METHODS {
        let data = open(&dir, &name, method).await?;
        data.master_active().await?;
        one_round(&data, method).await?;
        data.master_stopped().await?;
        data.close().await?;
    }
    println!("wrote {dir}/state.sqlite");
    Ok(())
}

async fn open(dir: &str, name: &str, method: &str) -> Result<Data, DataError> {
    let options = DataOptions {
        basedir: dir.into(),
        db_url: "sqlite:///state.sqlite".into(),
        master_name: name.to_owned(),
        log_compression: method.to_owned(),
        log_compression_limit: 500,
    };
    Data::open(options, Arc::new(SystemClock)).await
}

async fn one_round(data: &Data, method: &str) -> Result<(), DataError> {
    let project = data.find_project_id("proj").await?;
    data.update_project_info(project, "proj-s", Some("A project"), None, None).await?;
    data.configure_codebase(project, "cb", "cbs").await?;
    let info = |tags: &[&str]| BuilderInfo {
        description: Some("d\u{fc}".into()),
        project: Some(project),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..BuilderInfo::default()
    };
    let builders = data.configure_builders(vec![("b1".into(), info(&["t1", "t2"])), ("b2".into(), info(&[]))]).await?;
    let worker = data.configure_workers(vec![("w1".into(), builders.clone())]).await?[0];
    let info = json!({"admin": null, "host": "h", "access_uri": null, "version": "4.3.0"});
    data.worker_connected(worker, info).await?;
    let scheduler = data.find_scheduler_id("sb").await?;
    data.set_scheduler_master(scheduler, true).await?;
    data.set_state("sb", "SingleBranchScheduler", "lastCodebases", json!({"": {"branch": "main"}})).await?;
    let change = NewChange {
        author: "J\u{f6}e <joe@x.org>".into(),
        comments: format!("change for {method}"),
        files: vec!["a.txt".into()],
        branch: Some("main".into()),
        revision: Some(format!("r-{method}")),
        repository: "http://repo".into(),
        project: "proj".into(),
        properties: json!({"k": [1, null]}).as_object().cloned().unwrap_or_default(),
        src: Some("git".into()),
        ..NewChange::default()
    };
    let change = data.add_change(change).await?;
    data.classify_changes(scheduler, vec![(change, true)]).await?;
    data.flush_change_classifications(scheduler, None).await?;
    for builder in builders {
        let request = request(data, builder, method, false).await?;
        build(data, builder, worker, request, method).await?;
    }
    request(data, builder_of(data).await?, method, true).await?;
    data.worker_disconnected(worker).await
}

async fn builder_of(data: &Data) -> Result<BuilderId, DataError> {
    data.find_builder_id("b1").await
}

async fn request(data: &Data, builder: BuilderId, method: &str, patched: bool) -> Result<BuildRequestId, DataError> {
    let patch = patched.then(|| Patch {
        level: 1,
        body: b"--- a\n+++ b\n".to_vec(),
        author: "me".into(),
        comment: "please".into(),
        subdir: None,
    });
    let stamp = SourceStamp {
        id: None,
        branch: Some("main".into()),
        revision: Some(format!("r-{method}")),
        repository: "http://repo".into(),
        project: "proj".into(),
        codebase: String::new(),
        patch,
        created_at: 0,
    };
    let mut properties = Properties::new();
    properties.set("scheduler", json!("sb"), "Scheduler");
    let new = NewBuildset {
        reason: format!("with {method}"),
        sourcestamps: vec![stamp],
        properties,
        builders: vec![builder],
        scheduler: "sb".into(),
        ..NewBuildset::default()
    };
    Ok(data.add_buildset(new).await?.requests[0].1)
}

async fn build(
    data: &Data,
    builder: BuilderId,
    worker: WorkerId,
    request: BuildRequestId,
    method: &str,
) -> Result<(), DataError> {
    data.claim_requests(&[request]).await?;
    let (build, number) = data.add_build(builder, request, worker).await?;
    let property = |name: &str, value| (name.to_owned(), value, "Build".to_owned());
    let properties = vec![property("buildnumber", json!(number)), property("x", json!({"a": [1, null, "\u{fc}"]}))];
    data.set_build_properties(build, properties).await?;
    data.set_build_data(build, "blob", vec![0, 1, 255], "sample").await?;
    let (step, _, _) = data.add_step(build, "compile").await?;
    data.start_step(step, true).await?;
    data.add_step_url(step, "docs", "http://x/1").await?;
    let log = data.add_log(step, "stdio", 's').await?;
    data.append_log(log, format!("hmethod {method}\n")).await?;
    for round in 0..30 {
        let block: String = (0..50).map(|n| format!("oline {n} of round {round}: \u{1F600} \0 end\n")).collect();
        data.append_log(log, block).await?;
    }
    data.append_log(log, format!("e{}\n", "z".repeat(70_000))).await?;
    data.append_log(log, "hprogram finished with exit code 0\n".into()).await?;
    data.finish_log(log).await?;
    let text = data.add_log(step, "a text", 't').await?;
    data.append_log(text, "one\n\nthree\n".into()).await?;
    data.finish_log(text).await?;
    data.finish_step(step, Results::Warnings, false, "'make' (warnings)").await?;
    data.finish_build_and_requests(build, Results::Warnings, "warnings 'make' (warnings)", &[request]).await
}
