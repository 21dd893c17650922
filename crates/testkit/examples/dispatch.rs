//! What a build of three trivial steps costs the engine and its database, without any network:
//! `cargo run --release -p ferrobot-testkit --example dispatch [BUILDS] [BUILDERS]`.

use std::time::Instant;

use ferrobot_testkit::{Builder, ScriptedWorker, Site, TestMaster, shell};

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let builds: usize = args.next().map_or(Ok(5000), |text| text.parse())?;
    let builders: usize = args.next().map_or(Ok(50), |text| text.parse())?;
    tokio::runtime::Runtime::new()?.block_on(measure(builds, builders))
}

async fn measure(builds: usize, builders: usize) -> anyhow::Result<()> {
    let mut site = Site::new();
    for number in 0..builders {
        let (worker, builder) = (format!("w{number}"), format!("b{number}"));
        let builder = Builder::new(&builder, &[&worker]).step(shell("true")).step(shell("true")).step(shell("true"));
        site = site.worker(&worker).builder(builder.without_collapse());
    }
    let master = TestMaster::start(site).await;
    let mut requests = Vec::new();
    for number in 0..builds {
        requests.push(master.force(&format!("b{}", number % builders)).await);
    }
    let (began, cpu) = (Instant::now(), cpu_seconds()?);
    let mut workers: Vec<ScriptedWorker> = Vec::new();
    for number in 0..builders {
        workers.push(master.connect(&format!("w{number}")).await.succeed_always());
    }
    for request in requests.into_iter().rev() {
        master.finished(request).await;
    }
    let (elapsed, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds()? - cpu);
    let per_build = cpu * 1000.0 / builds as f64;

    report(&format!(
        "{builds} builds on {builders} builders: {:.0}/s, {per_build:.3} ms CPU each",
        builds as f64 / elapsed
    ));
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this is a program for people")]
fn report(line: &str) {
    println!("{line}");
}

/// User and system time of this process.
fn cpu_seconds() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    Ok((ticks(11) + ticks(12)) / 100.0)
}
