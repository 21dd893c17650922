use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{TacError, check, parse};
use crate::create;
use crate::options::{AllowShutdown, LogRotation, MasterAddress, Protocol, WorkerOptions};

fn directory() -> &'static Path {
    Path::new("/srv/w1")
}

fn with_call(before: &str, call: &str) -> String {
    format!(
        "from buildbot_worker.bot import Worker\n{before}\napplication = service.Application('buildbot-worker')\n{call}\n"
    )
}

#[test]
fn what_create_worker_writes_is_read_back() {
    let text = create::tac_text(&create::TacSettings {
        basedir: "/srv/w1",
        host: "master.example",
        port: 9990,
        name: "w'1",
        password: "pa\"ss\\word",
        umask: "0o22",
        numcpus: "4",
        maxretries: "10",
        allow_shutdown: Some("file"),
        protocol: "msgpack_experimental_v7",
        use_tls: false,
        delete_leftover_dirs: true,
        connection_string: None,
        proxy: None,
        relocatable: false,
        rotate: true,
        log_size: "5000",
        log_count: "None",
        keepalive: "60",
        maxdelay: "30",
    });
    let master = MasterAddress { host: "master.example".to_owned(), port: 9990 };
    let expected = WorkerOptions {
        umask: Some(0o22),
        numcpus: Some(4),
        maxretries: Some(10),
        allow_shutdown: Some(AllowShutdown::File),
        delete_leftover_dirs: true,
        rotation: Some(LogRotation { length: 5000, kept: None }),
        keepalive: Some(Duration::from_secs(60)),
        maxdelay: Duration::from_secs(30),
        ..WorkerOptions::new(PathBuf::from("/srv/w1"), master, "w'1", "pa\"ss\\word")
    };
    assert_eq!(parse(&text, Path::new("/elsewhere")).unwrap(), expected);
}

#[test]
fn a_relocatable_file_lives_where_it_lies() {
    let text = with_call(
        "basedir = '.'\nif basedir == '.':\n    import os.path\n    basedir = os.path.abspath(os.path.dirname(__file__))\n",
        "s = Worker('h', 9989, 'w1', 'pw', basedir, None, protocol='msgpack_experimental_v7')",
    );
    let options = parse(&text, directory()).unwrap();
    assert_eq!(options.basedir, directory());
    assert_eq!(options.keepalive, None);
    assert_eq!(options.rotation, None);
}

/// Files that people have changed.
#[test]
fn common_python_is_understood() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "geheim\n").unwrap();
    let cases = [
        ("host = 'a' 'b'", "host", "ab"),
        ("host = \"x\" + ('y' + \"z\")", "host", "xyz"),
        ("host = r'a\\b'", "host", "a\\b"),
        ("host = '''a\nb'''", "host", "a\nb"),
        ("host = u'\\u00e9\\x41'", "host", "éA"),
        ("host = os.environ.get('FERROBOT_NO_SUCH', 'fallback')", "host", "fallback"),
        ("host = os.environ.get('FERROBOT_NO_SUCH') or 'other'", "host", "other"),
        ("host = os.path.join('/a', 'b')", "host", "/a/b"),
        ("host = os.path.dirname(__file__)", "host", "/srv/w1"),
        ("host = str(5)", "host", "5"),
        ("host = \\\n  'continued'  # comment", "host", "continued"),
        ("x = 1; host = 'second'", "host", "second"),
    ];
    for (assignment, name, expected) in cases {
        let text = with_call(assignment, &format!("Worker({name}, int('12') + 1, 'w1', 'pw', '.', 600)"));
        let options = parse(&text, directory()).unwrap();
        assert_eq!((options.master.host.as_str(), options.master.port), (expected, 13), "{assignment}");
        assert_eq!(options.protocol, Protocol::PerspectiveBroker);
    }
    let read = format!("passwd = open({:?}).read().strip()", secret.path().display().to_string());
    let text = with_call(&read, "s = bot.Worker(\n  'h', 1, 'w1',\n  passwd, '.', 600,\n  umask=022,  # old octal\n)");
    let options = parse(&text, directory()).unwrap();
    assert_eq!((options.password.as_str(), options.umask), ("geheim", Some(0o22)));
}

#[test]
fn what_only_python_knows_is_named_with_its_line() {
    let text =
        with_call("passwd = subprocess.check_output(['pass', 'w1'])", "s = Worker('h', 1, 'w1', passwd, '.', 600)");
    let error = parse(&text, directory()).unwrap_err().to_string();
    assert!(error.starts_with("/srv/w1/buildbot.tac:2: `passwd` is computed by Python code"), "{error}");

    let unused = with_call("junk = [x for x in y]", "s = Worker('h', 1, 'w1', 'pw', '.', 600)");
    assert!(parse(&unused, directory()).is_ok());
}

#[test]
fn an_endless_keepalive_is_a_very_long_one() {
    let options = parse(&with_call("", "s = Worker('h', 1, 'w', 'pw', '.', 1e999)"), directory()).unwrap();
    assert_eq!(options.keepalive, Some(ferrobot_model::LONGEST));
    let options = parse(&with_call("", "s = Worker('h', 1, 'w', 'pw', '.', 0)"), directory()).unwrap();
    assert_eq!(options.keepalive, None);
}

#[test]
fn nonsense_is_refused() {
    let cases = [
        ("", "there is no call of `Worker(…)` in it"),
        ("s = Worker('h', 0, 'w1', 'pw', '.', 600)", "0 is not a port"),
        ("s = Worker('h', 1, 5, 'pw', '.', 600)", "`name` must be text, not 5"),
        ("s = Worker('h', 1, 'w', 'pw', '.', 600, protocol='bogus')", "Unknown protocol bogus"),
        (
            "s = Worker('h', 1, 'w', 'pw', '.', 600, protocol='msgpack_experimental_v6')",
            "Unknown protocol msgpack_experimental_v6",
        ),
        ("s = Worker('h', 1, 'w', 'pw', '.', 600, allow_shutdown='x')", "allow_shutdown must be"),
        (
            "s = Worker('h', 1, 'w', 'pw', '.', 600, unicode_encoding='klingon')",
            "'klingon' is no encoding that is known",
        ),
        ("s = Worker('h', 1, 'w', 'pw', '.', -1)", "`keepalive` must be a number of seconds, 0 or more, not -1"),
        ("s = Worker('h', 1, 'w', 'pw', '.', 600, maxdelay='nan')", "`maxdelay` must be a number of seconds"),
        ("s = Worker('h', 'many', 'w', 'pw', '.', 600)", "`port` must be a number, not 'many'"),
    ];
    for (call, expected) in cases {
        let error = parse(&with_call("", call), directory()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn directories_of_something_else_are_refused() {
    let place = tempfile::tempdir().unwrap();
    assert!(matches!(check(place.path()), Err(TacError::Unreadable { .. })));
    std::fs::write(place.path().join("buildbot.tac"), "application = service.Application('buildmaster')\n").unwrap();
    let error = check(place.path()).unwrap_err().to_string();
    assert_eq!(error, format!("unexpected content in '{}'", place.path().join("buildbot.tac").display()));
}
