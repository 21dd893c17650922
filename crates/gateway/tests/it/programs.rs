//! Stock programs, when there are any: `FERROBOT_REFERENCE` names the directory that has them.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use ferrobot_worker::options::Protocol;
use tempfile::TempDir;

use crate::desk::TestMaster;

/// A directory with `buildbot` and `buildbot-worker`.
pub(crate) struct Reference(PathBuf);

impl Reference {
    /// Says so when there is none.
    pub(crate) fn find() -> Option<Reference> {
        let found = std::env::var_os("FERROBOT_REFERENCE").map(|path| Reference(PathBuf::from(path)));
        if found.is_none() {
            eprintln!("skipped: FERROBOT_REFERENCE does not name the directory with a real `buildbot-worker`");
        }
        found
    }

    /// Workers of earlier versions: `FERROBOT_OLDER_WORKERS` names their directories, colons between them.
    pub(crate) fn older() -> Vec<Reference> {
        let found = std::env::var_os("FERROBOT_OLDER_WORKERS");
        if found.is_none() {
            eprintln!(
                "skipped: FERROBOT_OLDER_WORKERS does not name directories with older `buildbot-worker` programs"
            );
        }
        found.iter().flat_map(std::env::split_paths).map(Reference).collect()
    }

    pub(crate) fn program(&self, name: &str) -> Command {
        Command::new(self.0.join(name))
    }
}

/// A stock worker; killed when it is dropped.
pub(crate) struct StockWorker {
    child: Child,
    place: TempDir,
}

impl StockWorker {
    pub(crate) fn start(reference: &Reference, master: &TestMaster, protocol: Protocol) -> StockWorker {
        StockWorker::start_with(reference, master, protocol, &[])
    }

    /// Made with these options.
    pub(crate) fn start_with(
        reference: &Reference,
        master: &TestMaster,
        protocol: Protocol,
        options: &[&str],
    ) -> StockWorker {
        StockWorker::start_in(reference, master, protocol, options, |_| {})
    }

    /// In a directory that is prepared after it is made.
    pub(crate) fn start_in(
        reference: &Reference,
        master: &TestMaster,
        protocol: Protocol,
        options: &[&str],
        prepare: impl FnOnce(&Path),
    ) -> StockWorker {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("w1");
        let address = format!("127.0.0.1:{}", master.port(protocol));
        // Workers of earlier versions have no such option.
        let protocol = match protocol {
            Protocol::Msgpack => &["--protocol=msgpack_experimental_v7"][..],
            Protocol::PerspectiveBroker => &[],
        };
        let created = reference
            .program("buildbot-worker")
            .args(["create-worker", "-q"])
            .args(protocol)
            .args(options)
            .arg(&directory)
            .args([address.as_str(), "w1", "pw"])
            .status()
            .unwrap();
        assert!(created.success());
        prepare(&directory);
        let child = reference
            .program("buildbot-worker")
            .args(["start", "--nodaemon"])
            .arg(&directory)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        StockWorker { child, place }
    }

    /// What it wrote so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.place.path().join("w1/twistd.log")).unwrap()
    }

    pub(crate) fn directory(&self) -> PathBuf {
        self.place.path().join("w1")
    }
}

impl Drop for StockWorker {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}
