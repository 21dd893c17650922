//! Directories of builders that the master no longer has, over both protocols, on our workers and on stock ones.

use std::path::Path;

use ferrobot_worker::WorkerOptions;
use ferrobot_worker::options::Protocol;

use crate::desk::{LiveWorker, TestMaster};
use crate::programs::{Reference, StockWorker};

const BOTH: [Protocol; 2] = [Protocol::PerspectiveBroker, Protocol::Msgpack];

fn fill(base: &Path) {
    for directory in ["info", "b-dir/build", "old/build/deep", "with.dot"] {
        std::fs::create_dir_all(base.join(directory)).unwrap();
    }
    std::fs::write(base.join("file"), "kept").unwrap();
}

fn assert_tidied(base: &Path, who: &str) {
    for name in ["info", "b-dir/build", "c-dir", "file"] {
        assert!(base.join(name).exists(), "{who}: {name}");
    }
    for name in ["old", "with.dot"] {
        assert!(!base.join(name).exists(), "{who}: {name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leftover_directories_are_removed_if_that_is_wanted() {
    for protocol in BOTH {
        let (place, mut master) = (tempfile::tempdir().unwrap(), TestMaster::new().await);
        fill(place.path());
        let options = master.options(place.path(), protocol, "w1", "pw");
        let worker = LiveWorker::start(options.clone());
        let (_, session) = master.arrival().await;
        assert!(!session.info().delete_leftover_dirs);
        assert!(place.path().join("old/build/deep").exists());
        drop((worker, session));
        let _worker = LiveWorker::start(WorkerOptions { delete_leftover_dirs: true, ..options });
        let (_, session) = master.arrival().await;
        assert!(session.info().delete_leftover_dirs);
        assert_tidied(place.path(), &format!("{protocol:?}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leftover_directories_of_stock_workers_are_removed_as_well() {
    let Some(reference) = Reference::find() else { return };
    for protocol in BOTH {
        let mut master = TestMaster::new().await;
        let worker = StockWorker::start_in(&reference, &master, protocol, &["--delete-leftover-dirs"], fill);
        let (_, session) = master.arrival().await;
        assert!(session.info().delete_leftover_dirs);
        assert_tidied(&worker.directory(), &format!("stock, {protocol:?}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_a_builder_has_below_it_stays() {
    for protocol in BOTH {
        let (place, mut master) = (tempfile::tempdir().unwrap(), TestMaster::new().await);
        let options = master.options(place.path(), protocol, "w1", "pw");
        let _worker = LiveWorker::start(WorkerOptions { delete_leftover_dirs: true, ..options });
        let (_, session) = master.arrival().await;
        session.set_builders(&[("d".to_owned(), "deep/d".to_owned())]).await.unwrap();
        session.set_builders(&[("d".to_owned(), "deep/d".to_owned())]).await.unwrap();
        assert!(place.path().join("deep/d").exists(), "{protocol:?}");
        assert!(!place.path().join("b-dir").exists(), "{protocol:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_cannot_be_made_is_told() {
    for protocol in BOTH {
        let (place, mut master) = (tempfile::tempdir().unwrap(), TestMaster::new().await);
        std::fs::write(place.path().join("file"), "in the way").unwrap();
        let _worker = LiveWorker::start(master.options(place.path(), protocol, "w1", "pw"));
        let (_, session) = master.arrival().await;
        let error = session.set_builders(&[("d".to_owned(), "file/d".to_owned())]).await.unwrap_err().to_string();
        assert!(error.contains("Not a directory") || error.contains("status 20"), "{protocol:?}: {error}");
    }
}
