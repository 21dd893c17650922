//! Prints what the state layer spends on a build of three trivial steps with logs (about 40 updates), and on a megabyte
//! of log. Run it with `cargo run --release -p ferrobot-data --example cost_of_a_build [BUILDS] [BUILDERS AT ONCE] [gz] [watched]`.

#![expect(clippy::print_stdout, reason = "an example talks to its user")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use ferrobot_data::{BuilderInfo, Data, DataError, DataOptions, NewBuildset, SourceStamp};
use ferrobot_model::{BuilderId, Results, SystemClock, WorkerId};
use serde_json::json;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let number =
        |position: usize, default: u64| arguments.get(position).and_then(|text| text.parse().ok()).unwrap_or(default);
    let (builds, at_once) = (number(1, 2000), number(2, 8));
    let method = arguments.get(3).map_or("gz", String::as_str);
    let dir = std::env::temp_dir().join(format!("cost_of_a_build.{}", std::process::id()));
    std::fs::create_dir(&dir)?;
    let watched = arguments.get(4).is_some_and(|word| word == "watched");
    let outcome = measure(&dir, builds, at_once, method, watched).await;
    std::fs::remove_dir_all(&dir)?;
    outcome
}

async fn measure(
    dir: &std::path::Path,
    builds: u64,
    at_once: u64,
    method: &str,
    watched: bool,
) -> Result<(), Box<dyn std::error::Error>> {
    ferrobot_storage::create_or_check("sqlite:///state.sqlite", dir)?;
    let options = DataOptions {
        basedir: dir.to_owned(),
        db_url: "sqlite:///state.sqlite".into(),
        master_name: "example".into(),
        log_compression: method.into(),
        log_compression_limit: 1024,
    };
    let data = Data::open(options, Arc::new(SystemClock)).await?;
    let mut events = data.events().subscribe(if watched { &[] } else { &["nothing"] });
    let watcher = tokio::spawn(async move { while events.next().await.is_some() {} });
    let names = (0..at_once).map(|n| (format!("b{n}"), BuilderInfo::default())).collect();
    let builders = data.configure_builders(names).await?;
    let worker = data.find_worker_id("w1").await?;

    let start = Measure::start();
    let mut tasks = tokio::task::JoinSet::new();
    for builder in builders {
        let (data, count) = (data.clone(), builds / at_once);
        tasks.spawn(async move {
            for _ in 0..count {
                build(&data, builder, worker).await?;
            }
            Ok::<_, DataError>(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    start.print("build", builds as f64);

    let step = data.add_step(ferrobot_model::BuildId(1), "long").await?.0;
    let log = data.add_log(step, "stdio", 's').await?;
    let block: String =
        (0..1000).map(|n| format!("ogcc -O2 -Wall -c src/module_{n}.c -o build/module_{n}.o\n")).collect();
    let start = Measure::start();
    let mut written = 0;
    while written < 100_000_000 {
        data.append_log(log, block.clone()).await?;
        written += block.len();
    }
    data.finish_log(log).await?;
    start.print("megabyte of log", written as f64 / 1e6);
    watcher.abort();
    data.close().await?;
    Ok(())
}

async fn build(data: &Data, builder: BuilderId, worker: WorkerId) -> Result<(), DataError> {
    let stamp = SourceStamp {
        id: None,
        branch: Some("main".into()),
        revision: None,
        repository: String::new(),
        project: String::new(),
        codebase: String::new(),
        patch: None,
        created_at: 0,
    };
    let new = NewBuildset { sourcestamps: vec![stamp], builders: vec![builder], ..NewBuildset::default() };
    let request = data.add_buildset(new).await?.requests[0].1;
    data.claim_requests(&[request]).await?;
    let (build, number) = data.add_build(builder, request, worker).await?;
    let properties = [
        ("buildername", json!("b")),
        ("workername", json!("w1")),
        ("buildnumber", json!(number)),
        ("branch", json!("main")),
    ];
    let properties = properties.map(|(name, value)| (name.to_owned(), value, "Build".to_owned()));
    data.set_build_properties(build, properties.into()).await?;
    data.new_build_event(build).await?;
    for text in ["starting", "preparing worker", "pinging worker", "building"] {
        data.set_build_state_string(build, text).await?;
    }
    for _ in 0..3 {
        let step = data.add_step(build, "shell").await?.0;
        data.start_step(step, true).await?;
        data.set_step_state_string(step, "running").await?;
        let log = data.add_log(step, "stdio", 's').await?;
        let header: String = (0..40).map(|n| format!("h  VARIABLE_{n}=some value of the environment\n")).collect();
        data.append_log(log, header).await?;
        data.append_log(log, "ohello\n".into()).await?;
        data.append_log(log, "hprogram finished with exit code 0\n".into()).await?;
        data.finish_log(log).await?;
        data.finish_step(step, Results::Success, false, "'true'").await?;
    }
    data.finish_build_and_requests(build, Results::Success, "build successful", &[request]).await
}

struct Measure {
    wall: Instant,
    processor: Duration,
}

impl Measure {
    fn start() -> Measure {
        Measure { wall: Instant::now(), processor: processor_time() }
    }

    fn print(&self, unit: &str, count: f64) {
        let micros = |time: Duration| time.as_secs_f64() * 1e6 / count;
        let processor = processor_time().saturating_sub(self.processor);
        println!(
            "{:8.1} µs of processor, {:8.1} µs in all, per {unit}",
            micros(processor),
            micros(self.wall.elapsed())
        );
    }
}

/// Processor time of this process, in hundredths of a second (Linux).
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 = [11, 12].iter().filter_map(|field| fields.get(*field)?.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
