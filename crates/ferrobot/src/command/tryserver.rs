//! `tryserver`: puts the job on standard input into the directory of a `Try_Jobdir`. `buildbot try --connect=ssh` runs it on the
//! master's machine.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use ferrobot_model::{Clock, SystemClock};
use md5::{Digest, Md5};

use crate::cli::Tryserver;

pub(super) fn run(options: &Tryserver) -> anyhow::Result<ExitCode> {
    let mut job = Vec::new();
    io::stdin().lock().read_to_end(&mut job).context("read the job from standard input")?;
    deliver(&expand_home(&options.jobdir), &job, SystemClock.now().0)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the job aside, and moves it to where the master takes it from: it never sees half of one.
fn deliver(jobdir: &Path, job: &[u8], now: f64) -> anyhow::Result<()> {
    let (tmp, new) = (jobdir.join("tmp"), jobdir.join("new"));
    if !tmp.is_dir() || !new.is_dir() {
        bail!("`{}` is no directory for jobs: a master with a Try_Jobdir makes it when it starts", jobdir.display());
    }
    let sum: String = Md5::digest(job).iter().map(|byte| format!("{byte:02x}")).collect();
    let name = format!("{now:.6}-{sum}");
    let (tmp, new) = (tmp.join(&name), new.join(&name));
    fs::write(&tmp, job).with_context(|| format!("write the job file `{}`", tmp.display()))?;
    fs::rename(&tmp, &new).with_context(|| format!("move the job file to `{}`", new.display()))
}

/// `~` and `~/…` are below the home directory.
fn expand_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::var_os("HOME")) {
        (Ok(rest), Some(home)) => Path::new(&home).join(rest),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_arrives_whole() {
        let place = tempfile::tempdir().unwrap();
        let refused = deliver(place.path(), b"job", 1.0).unwrap_err().to_string();
        assert!(refused.contains("is no directory for jobs"), "{refused}");
        for part in ["cur", "new", "tmp"] {
            fs::create_dir(place.path().join(part)).unwrap();
        }
        deliver(place.path(), b"job", 1_700_000_000.25).unwrap();
        let name = "1700000000.250000-9dddd5ce1b1375bc497feeb871842d4b";
        let found: Vec<String> = fs::read_dir(place.path().join("new"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(found, [name]);
        assert_eq!(fs::read(place.path().join("new").join(name)).unwrap(), b"job");
        assert_eq!(fs::read_dir(place.path().join("tmp")).unwrap().count(), 0);
    }
}
