//! Directories on the worker, and files between it and the master.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use ferrobot_config::Value;
use ferrobot_model::Results;
use ferrobot_testkit::StepObject;
use insta::assert_snapshot;

use crate::bench::{Bench, dict, list, run, step};

/// The step may fail without failing the build.
fn lenient(step: StepObject) -> StepObject {
    step.flag("flunkOnFailure", false).flag("haltOnFailure", false)
}

#[tokio::test]
async fn directories_come_and_go() {
    let bench = Bench::with([
        step("worker.MakeDirectory").with("dir", "build/a/b"),
        run("echo 1 > a/b/file").named("fill"),
        lenient(step("worker.MakeDirectory").with("dir", "build/a/b/file/x").with("descriptionDone", "given")),
        step("worker.CopyDirectory").with("src", "build/a").with("dest", "build/copy"),
        lenient(step("worker.CopyDirectory").with("src", "build/none").with("dest", "build/copy2")),
        step("worker.FileExists").with("file", "build/copy/b/file"),
        lenient(step("worker.FileExists").with("file", "build/none").with("descriptionDone", "given")),
        lenient(step("worker.FileExists").with("file", "build/copy").with("descriptionSuffix", "here")),
        step("worker.RemoveDirectory").with("dir", "build/a"),
        step("worker.RemoveDirectory").with("dir", "build/not-there"),
    ])
    .await;
    assert_eq!(bench.build().await, Results::Success);
    assert_snapshot!(bench.texts(1).await, @r"
    MakeDirectory: success | Created
    fill: success | 'echo 1 ...'
    MakeDirectory_1: failure | Create failed. (failure)
    CopyDirectory: success | Copied build/a to build/copy
    CopyDirectory_1: failure | Copying build/none to build/copy2 failed. (failure)
    FileExists: success | File found.
    FileExists_1: failure | File not found. (failure)
    FileExists_2: failure | Not a file. here (failure)
    RemoveDirectory: success | Deleted
    RemoveDirectory_1: success | Deleted
    ");
    assert!(!bench.on_worker("build/a").exists());
    assert_eq!(fs::read_to_string(bench.on_worker("build/copy/b/file")).unwrap(), "1\n");
}

#[tokio::test]
async fn files_go_to_the_worker() {
    let download = |source: &str, destination: &str| {
        step("transfer.FileDownload").with("mastersrc", source).with("workerdest", destination)
    };
    let bench = Bench::with([
        download("small.txt", "got/small.txt").with("mode", Value::Int(0o640)),
        lenient(download("missing.txt", "x")),
        lenient(download("small.txt", "limited").with("maxsize", Value::Int(3))),
        step("transfer.StringDownload").with("s", "grüße\n").with("workerdest", "text").with("workdir", "other"),
        step("transfer.JSONStringDownload")
            .with("o", dict(&[("b", Value::Int(1)), ("a", Value::List(vec![Value::None, "ü".into()]))]))
            .with("workerdest", "o.json"),
        step("transfer.JSONPropertiesDownload").with("workerdest", "p.json"),
    ])
    .await;
    fs::write(bench.on_master("small.txt"), "downloaded\n").unwrap();
    assert_eq!(bench.build().await, Results::Success);
    assert_snapshot!(bench.texts(1).await, @r"
    download: success | downloading to small.txt
    download_1: failure | downloading to x (failure)
    download_2: failure | downloading to limited (failure)
    string_download: success | downloading to text
    json_download: success | downloading to o.json
    json_properties_download: success | downloading to p.json
    ");
    let got = bench.on_worker("build/got/small.txt");
    assert_eq!(fs::read_to_string(&got).unwrap(), "downloaded\n");
    assert_eq!(fs::metadata(&got).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(bench.master.log(1, "download_1", "stderr").await, "File 'missing.txt' not available at master\n");
    assert_eq!(fs::read_to_string(bench.on_worker("other/text")).unwrap(), "grüße\n");
    assert_eq!(fs::read_to_string(bench.on_worker("build/o.json")).unwrap(), r#"{"b": 1, "a": [null, "\u00fc"]}"#);
    let properties = fs::read_to_string(bench.on_worker("build/p.json")).unwrap();
    assert!(properties.starts_with(r#"{"properties": {"#) && properties.contains(r#""buildername": "linux""#));
}

#[tokio::test]
async fn files_come_from_the_worker() {
    let upload = |source: &str, destination: &str| {
        step("transfer.FileUpload").with("workersrc", source).with("masterdest", destination)
    };
    let bench = Bench::with([
        run("echo 1 > f; touch -d @1000000000 f; head -c 5000 /dev/zero > big").named("make"),
        upload("f", "up/deep/f").flag("keepstamp", true).with("mode", Value::Int(0o644)).with("url", "http://x/f"),
        lenient(upload("big", "up/limited").with("maxsize", Value::Int(10))),
        lenient(upload("none", "up/none").with("descriptionDone", "given")),
        upload("big", "up/big")
            .with("blocksize", Value::Int(1000))
            .with("url", "http://x/b")
            .with("urlText", "the big one"),
    ])
    .await;
    assert_eq!(bench.build().await, Results::Success);
    assert_snapshot!(bench.texts(1).await, @r"
    make: success | 'echo 1 ...'
    upload: success | uploading f
    upload_1: failure | uploading big (failure)
    upload_2: failure | given (failure)
    upload_3: success | uploading big
    ");
    let uploaded = fs::metadata(bench.on_master("up/deep/f")).unwrap();
    let age = uploaded.modified().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
    assert_eq!((age.as_secs(), uploaded.permissions().mode() & 0o777), (1_000_000_000, 0o644));
    assert_eq!(fs::read(bench.on_master("up/big")).unwrap(), vec![0; 5000]);
    let mut names: Vec<_> =
        fs::read_dir(bench.on_master("up")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["big", "deep"], "nothing is left of what failed");
    let steps = bench.master.rows("builds/1/steps", &["number"]).await;
    assert_eq!(steps[2]["urls"][0]["name"], "f");
    assert_eq!(steps[5]["urls"][0]["name"], "the big one");
}

#[tokio::test]
async fn trees_come_from_the_worker() {
    let upload = |source: &str, destination: &str| {
        step("transfer.DirectoryUpload").with("workersrc", source).with("masterdest", destination)
    };
    let many = |sources: Value, destination: &str| {
        step("transfer.MultipleFileUpload").with("workersrcs", sources).with("masterdest", destination)
    };
    let bench = Bench::with([
        run("mkdir -p d/sub d/empty; echo s > d/sub/s; ln -s sub/s d/link; echo 1 > one.txt; echo 2 > two.log; mkfifo pipe")
            .named("make"),
        upload("d", "up/plain"),
        upload("d", "up/gz").with("compress", "gz"),
        upload("d", "up/bz2").with("compress", "bz2"),
        lenient(upload("nodir", "up/nodir")),
        many(list(&["one.txt", "d"]), "up/many").with("url", "http://x/"),
        many(list(&["*.log", "o*"]), "up/glob").flag("glob", true),
        lenient(many(list(&["one.txt", "none", "two.log"]), "up/some")),
        lenient(many(list(&["pipe"]), "up/pipe")),
        many(list(&[]), "up/nothing"),
    ])
    .await;
    assert_eq!(bench.build().await, Results::Success);
    assert_snapshot!(bench.texts(1).await, @r"
    make: success | 'mkdir -p ...'
    upload: success | uploading d
    upload_1: success | uploading d
    upload_2: success | uploading d
    upload_3: failure | uploading nodir (failure)
    upload_4: success | uploading 2 files
    upload_5: success | uploading 2 files
    upload_6: failure | uploading 3 files (failure)
    upload_7: failure | uploading 1 file (failure)
    upload_8: skipped | finished (skipped)
    ");
    for tree in ["up/plain", "up/gz", "up/bz2", "up/many/d"] {
        let tree = bench.on_master(tree);
        assert_eq!(fs::read_to_string(tree.join("link")).unwrap(), "s\n", "{}", tree.display());
        assert!(tree.join("empty").is_dir());
    }
    let there = ["up/many/one.txt", "up/glob/one.txt", "up/glob/two.log", "up/some/one.txt"];
    let missing = ["up/nodir", "up/some/two.log", "up/pipe", "up/nothing"];
    assert_eq!(there.map(|path| bench.on_master(path).exists()), [true; 4]);
    assert_eq!(missing.map(|path| bench.on_master(path).exists()), [false; 4]);
    assert_eq!(bench.master.log(1, "upload_6", "stderr").await, "File build/none not available at worker\n");
    let told = bench.master.log(1, "upload_7", "stderr").await;
    assert_eq!(told, "pipe is neither a regular file, nor a directory\n");
}
