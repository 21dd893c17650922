//! The project's own tasks: `cargo xtask demo | test | ci | tidy | gen | bench | fuzz`.
//!
//! One file per task. `machine` finds and installs what a task needs on this machine; `process` runs programs.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line program talks to its user")]

mod bench;
mod ci;
mod demo;
mod fuzz;
mod generate;
mod machine;
mod parity;
mod process;
mod suite;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Ferrobot's tasks")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything, start a master with a worker and the web UI, and build a git repository.
    Demo(demo::Arguments),
    /// Run every suite; ends with one line per suite.
    Test(suite::Arguments),
    /// All that must hold before a change lands: format, lints, tidy, generated files, every suite.
    Ci,
    /// Check the structure of the house.
    Tidy,
    /// Write the generated files.
    Gen {
        /// Only check that they are current.
        #[arg(long)]
        check: bool,
    },
    /// Compare the speed of Ferrobot and Buildbot in one run.
    Bench(bench::Arguments),
    /// Throw changed bytes of stock peers at the protocols.
    Fuzz(fuzz::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Demo(arguments) => demo::run(&arguments),
        Task::Test(arguments) => suite::run(&arguments),
        Task::Ci => ci::run(),
        Task::Tidy => tidy::run(),
        Task::Gen { check } => generate::run(check),
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Fuzz(arguments) => fuzz::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
