//! `ferrobot-worker`: the worker as a program of its own.

use ferrobot_worker::cli::{self, Invocation};

fn main() {
    let mut args = std::env::args();
    let program = args.next().unwrap_or_else(|| "ferrobot-worker".to_owned());
    let invocation = Invocation { prefix: vec![program.clone().into()], program };
    let args: Vec<String> = args.collect();
    let code = cli::run(&invocation, &args, &mut std::io::stdout());
    std::process::exit(code);
}
