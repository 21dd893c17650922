//! `upgrade-master`: checks a master's directory and brings its database up to date.

use std::process::ExitCode;

use anyhow::bail;

use super::create_master;
use crate::basedir;
use crate::cli::UpgradeMaster;
use crate::serve::load;

#[expect(clippy::print_stdout, reason = "says what it does")]
pub(super) fn run(options: &UpgradeMaster) -> anyhow::Result<ExitCode> {
    let say = |text: &str| {
        if !options.quiet {
            println!("{text}");
        }
    };
    say("checking basedir");
    let settings = basedir::read(&options.basedir)?;
    say("checking for running master");
    if let Some(pid) = basedir::running(&settings.basedir) {
        bail!(
            "`{}` says that a master runs as process {pid}; stop it first",
            basedir::pid_file(&settings.basedir).display()
        );
    }
    say("checking master.cfg");
    let config = match load::check(&settings.basedir.join(&settings.configfile), &settings.basedir)? {
        load::Checked::Good { config, .. } => config,
        load::Checked::Bad(errors) => {
            println!("Errors loading configuration:");
            for error in &errors.errors {
                println!("  {}", error.message);
            }
            return Ok(ExitCode::FAILURE);
        }
    };
    say("upgrading basedir");
    create_master::update_sample(&settings.basedir, &config.db_url, &say)?;
    say(&format!("upgrading database ({})", config.db_url));
    say("Warning: Stopping this process might cause data loss");
    ferrobot_data::upgrade(&config.db_url, &settings.basedir)?;
    say("upgrade complete");
    Ok(ExitCode::SUCCESS)
}
