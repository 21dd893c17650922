//! `create-master`: makes a directory that a master can run in, with its database.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};

use crate::cli::{CreateMaster, Limit};

/// What a new `master.cfg` can start from.
const SAMPLE: &str = include_str!("create_master/master.cfg.sample");

#[expect(clippy::print_stdout, reason = "says what it does")]
pub(super) fn run(options: &CreateMaster) -> anyhow::Result<ExitCode> {
    let say = |text: String| {
        if !options.quiet {
            println!("{text}");
        }
    };
    let basedir = std::path::absolute(&options.basedir)?;
    let configured = basedir.join("buildbot.tac").exists() || basedir.join("state.sqlite").exists();
    if basedir.is_dir() {
        if configured || options.force {
            say("updating existing installation".to_owned());
        }
    } else {
        say(format!("mkdir {}", basedir.display()));
        std::fs::create_dir_all(&basedir).with_context(|| format!("create the directory `{}`", basedir.display()))?;
    }
    write_tac(options, &basedir, &say)?;
    say(format!("creating {}", basedir.join("master.cfg.sample").display()));
    write_private(&basedir.join("master.cfg.sample"), &sample(&options.db))?;
    say(format!("creating database ({})", options.db));
    ferrobot_data::create_or_check(&options.db, &basedir)?;
    say(format!("buildmaster configured in {}", basedir.display()));
    Ok(ExitCode::SUCCESS)
}

/// `master.cfg.sample` for a master with this database.
fn sample(db: &str) -> String {
    SAMPLE.replace("sqlite:///state.sqlite", db)
}

/// Brings `master.cfg.sample` up to date, as Buildbot does: whatever has become of it.
pub(super) fn update_sample(basedir: &Path, db: &str, say: &dyn Fn(&str)) -> anyhow::Result<()> {
    let (file, text) = (basedir.join("master.cfg.sample"), sample(db));
    match std::fs::read_to_string(&file) {
        Ok(existing) if existing == text => return Ok(()),
        Ok(_) => {
            let shown = file.display();
            say(&format!("{shown} has old/modified contents\n overwriting it with new contents"));
        }
        Err(_) => say(&format!("creating {}", file.display())),
    }
    write_private(&file, &text)
}

/// Writes `buildbot.tac`, which both Ferrobot and Buildbot start from. One that differs is kept.
fn write_tac(options: &CreateMaster, basedir: &Path, say: &dyn Fn(String)) -> anyhow::Result<()> {
    let file = basedir.join("buildbot.tac");
    let text = tac(options, basedir);
    match std::fs::read_to_string(&file) {
        Ok(existing) if existing == text => say("buildbot.tac already exists and is correct".to_owned()),
        Ok(_) => {
            say("not touching existing buildbot.tac".to_owned());
            say("creating buildbot.tac.new instead".to_owned());
            write_private(&basedir.join("buildbot.tac.new"), &text)?;
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            std::fs::write(&file, text).with_context(|| format!("write `{}`", file.display()))?;
        }
        Err(error) => bail!("cannot read `{}`: {error}", file.display()),
    }
    Ok(())
}

fn write_private(file: &Path, text: &str) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    std::fs::write(file, text).with_context(|| format!("write `{}`", file.display()))?;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))?;
    Ok(())
}

/// The start file. Ferrobot reads its plain values; Buildbot's `twistd` runs it as Python.
fn tac(options: &CreateMaster, basedir: &Path) -> String {
    let shown = if options.relocatable { "'.'".to_owned() } else { python_text(&basedir.display().to_string()) };
    let count = match options.log_count {
        Limit(Some(count)) => count.to_string(),
        Limit(None) => "None".to_owned(),
    };
    let config = python_text(&options.config);
    let mut text = format!(
        "# Starts a master: `ferrobot start`, or Buildbot's own `buildbot start`.\nimport os\n\nfrom buildbot.master import BuildMaster\nfrom twisted.application import service\n\nbasedir = {shown}\n"
    );
    if !options.no_logrotate {
        text += &format!("rotateLength = {}\nmaxRotatedFiles = {count}\n", options.log_size);
    }
    text += &format!(
        "configfile = {config}\n\n# Mask for the files that the master makes; None keeps the one of the shell.\numask = None\n"
    );
    if options.relocatable {
        text += "\nif basedir == '.':\n    basedir = os.path.abspath(os.path.dirname(__file__))\n";
    }
    text += "\n# A directory is taken for a master's by this line.\napplication = service.Application('buildmaster')\n";
    if !options.no_logrotate {
        text += "\nfrom twisted.python.log import FileLogObserver, ILogObserver\nfrom twisted.python.logfile import LogFile\n\nlogfile = LogFile.fromFullPath(\n    os.path.join(basedir, 'twistd.log'), rotateLength=rotateLength, maxRotatedFiles=maxRotatedFiles)\napplication.setComponent(ILogObserver, FileLogObserver(logfile).emit)\n";
    }
    text += "\nm = BuildMaster(basedir, configfile, umask)\nm.setServiceParent(application)\n";
    if !options.no_logrotate {
        text += "m.log_rotation.rotateLength = rotateLength\nm.log_rotation.maxRotatedFiles = maxRotatedFiles\n";
    }
    text
}

/// Text as a Python literal.
fn python_text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn options() -> CreateMaster {
        CreateMaster {
            quiet: true,
            force: false,
            relocatable: false,
            develop: false,
            no_logrotate: false,
            config: "master.cfg".to_owned(),
            log_size: 1000,
            log_count: Limit(None),
            db: "sqlite:///state.sqlite".to_owned(),
            basedir: PathBuf::from("."),
        }
    }

    #[test]
    fn the_start_file_is_read_back_as_written() {
        let text = tac(&options(), Path::new("/srv/o'hara"));
        let read = ferrobot_worker::tac::Assignments::read(&text, Path::new("/srv/o'hara/buildbot.tac"));
        assert_eq!(read.text("basedir"), Some("/srv/o'hara"));
        assert_eq!(read.integer("rotateLength"), Some(1000));
        assert_eq!(read.integer("maxRotatedFiles"), None);
        assert_eq!(read.text("configfile"), Some("master.cfg"));
        assert!(text.contains("Application('buildmaster')"));
    }

    #[test]
    fn the_sample_is_brought_up_to_date() {
        let directory = tempfile::tempdir().unwrap();
        let told = std::cell::RefCell::new(Vec::new());
        let update = |db: &str| {
            update_sample(directory.path(), db, &|text| told.borrow_mut().push(text.to_owned())).unwrap();
            let text = std::fs::read_to_string(directory.path().join("master.cfg.sample")).unwrap();
            assert!(text.contains(db), "{text}");
        };
        for db in ["sqlite:///a.sqlite", "sqlite:///a.sqlite", "sqlite:///b.sqlite"] {
            update(db);
        }
        let told = told.borrow();
        let [created, changed] = told.as_slice() else { panic!("{told:?}") };
        assert!(created.starts_with("creating ") && changed.contains("has old/modified contents"), "{told:?}");
    }

    #[test]
    fn a_relocatable_start_file_names_no_place() {
        let text = tac(&CreateMaster { relocatable: true, ..options() }, Path::new("/srv/x"));
        assert!(!text.contains("/srv/x"));
    }
}
