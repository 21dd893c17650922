use std::fs;
use std::path::Path;

use super::{Invocation, run};

fn call(args: &[&str]) -> (i32, String) {
    let invocation = Invocation { program: "buildbot-worker".to_owned(), prefix: vec!["buildbot-worker".into()] };
    let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
    let mut out = Vec::new();
    let code = run(&invocation, &args, &mut out);
    (code, String::from_utf8(out).unwrap())
}

fn create(place: &Path, options: &[&str], arguments: &[&str]) -> (i32, String) {
    let directory = place.join("w").display().to_string();
    let mut args = vec!["create-worker"];
    args.extend(options);
    args.push(&directory);
    args.extend(arguments);
    call(&args)
}

fn tac(options: &[&str], master: &str) -> String {
    let place = tempfile::tempdir().unwrap();
    let (code, out) = create(place.path(), options, &[master, "n", "p"]);
    assert_eq!(code, 0, "{out}");
    fs::read_to_string(place.path().join("w/buildbot.tac")).unwrap()
}

/// What a stock `buildbot-worker create-worker` of 4.3.0 refuses, and its words.
#[test]
fn wrong_command_lines_are_refused_in_stock_words() {
    let cases: &[(&[&str], &[&str], &str)] = &[
        (&[], &["http://x", "n", "p"], "<master> is not a URL - do not use URL"),
        (&[], &["host:abc", "n", "p"], "invalid master port 'abc', needs to be a number"),
        (&[], &["h:", "n", "p"], "invalid master port '', needs to be a number"),
        (&[], &["", "n", "p"], "invalid <master> argument ''"),
        (
            &[],
            &["::1", "n", "p"],
            "invalid <master> argument '::1', if it is an ipv6 address, it must be enclosed by []",
        ),
        (
            &[],
            &["[::1", "n", "p"],
            "invalid <master> argument '[::1', if it is an ipv6 address, it must be enclosed by []",
        ),
        (&[], &["h", "n", "p", "extra"], "incorrect number of arguments"),
        (&[], &["h"], "incorrect number of arguments"),
        (&["-k", "x"], &["h", "n", "p"], "keepalive parameter needs to be a number"),
        (&["--umask=022"], &["h", "n", "p"], "umask parameter needs to be a number or None"),
        (&["--umask=0x12"], &["h", "n", "p"], "umask parameter needs to be a number or None"),
        (&["--maxdelay=x"], &["h", "n", "p"], "maxdelay parameter needs to be a number"),
        (&["--maxretries=x"], &["h", "n", "p"], "maxretries parameter needs to be a number or None"),
        (&["--numcpus=0x2"], &["h", "n", "p"], "numcpus parameter needs to be a number or None"),
        (&["--numcpus=-1"], &["h", "n", "p"], "numcpus parameter needs to be a number or None"),
        (&["--umask=0O22"], &["h", "n", "p"], "umask parameter needs to be a number or None"),
        (&["--log-size=x"], &["h", "n", "p"], "log-size parameter needs to be a number"),
        (&["--log-count=x"], &["h", "n", "p"], "log-count parameter needs to be a number or None"),
        (&["--allow-shutdown=foo"], &["h", "n", "p"], "allow-shutdown needs to be one of 'signal' or 'file'"),
        (&["--nope"], &["h", "n", "p"], "option --nope not recognized"),
        (&["--log"], &["h", "n", "p"], "option --log not a unique prefix"),
    ];
    let place = tempfile::tempdir().unwrap();
    for (options, arguments, expected) in cases {
        let (code, out) = create(place.path(), options, arguments);
        assert_eq!(code, 1, "{out}");
        assert!(out.starts_with(&format!("buildbot-worker:  {expected}\n\nUsage:")), "{out}");
        assert!(!place.path().join("w").exists());
    }
}

#[test]
fn options_find_their_place_in_the_file() {
    let cases: &[(&[&str], &str, &str)] = &[
        (&[], "localhost", "buildmaster_host = 'localhost'\nport = 9989\nconnection_string = None\n"),
        (&[], "[::1]:99", "buildmaster_host = '::1'\nport = 99\n"),
        (&["--umask=0o22"], "h", "\numask = 0o22\n"),
        (&["-s", "0", "-l", "None"], "h", "\nrotateLength = 0\nmaxRotatedFiles = None\n"),
        (&["-qfr"], "h", "\nbasedir = '.'\n"),
        (&["-a", "signal", "--maxretries", "10"], "h", "\nallow_shutdown = 'signal'\nmaxretries = 10\n"),
        (&["--use-tls", "--delete"], "h", "\nuse_tls = 1\ndelete_leftover_dirs = 1\n"),
        (&["--protocol=foo"], "h", "\nprotocol = 'foo'\n"),
        (
            &["--connection-string=tls:h:1"],
            "h",
            "buildmaster_host = None  # 'h'\nport = None  # 9989\nconnection_string = 'tls:h:1'\n",
        ),
        (&["-k5", "--maxdelay=7", "--numcpus=3"], "h", "\nkeepalive = 5\numask = None\nmaxdelay = 7\nnumcpus = 3\n"),
    ];
    for (options, master, expected) in cases {
        let text = tac(options, master);
        assert!(text.contains(expected), "{options:?}\n{text}");
    }
    assert!(!tac(&["-n"], "h").contains("LogFile"));
}

#[test]
fn directories_that_are_no_workers_are_refused() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().display().to_string();
    for verb in ["start", "stop", "restart"] {
        let (code, out) = call(&[verb, &path]);
        let expected = format!(
            "error reading '{path}/buildbot.tac': No such file or directory\ninvalid worker directory '{path}'\n"
        );
        assert_eq!((code, out), (1, expected));
    }
}

#[test]
fn stopping_what_does_not_run_is_no_error() {
    let place = tempfile::tempdir().unwrap();
    create(place.path(), &["-q"], &["h", "n", "p"]);
    let path = place.path().join("w").display().to_string();
    assert_eq!(call(&["stop", &path]), (0, "worker not running\n".to_owned()));
    assert_eq!(call(&["stop", "-q", &path]), (0, String::new()));
    fs::write(place.path().join("w/twistd.pid"), "999999999").unwrap();
    assert_eq!(call(&["stop", &path]), (0, "worker process 999999999 is dead\n".to_owned()));
}

#[test]
fn the_program_explains_itself() {
    assert_eq!(call(&["--version"]).0, 0);
    assert!(call(&["--help"]).1.contains("create-worker"));
    let (code, out) = call(&[]);
    assert_eq!(code, 1);
    assert!(out.starts_with("buildbot-worker:  must specify a command\n"), "{out}");
    let (code, out) = call(&["nope"]);
    assert_eq!(code, 1);
    assert!(out.starts_with("buildbot-worker:  Unknown command: nope\n"), "{out}");
    let (code, out) = call(&["create-worker", "--help"]);
    assert!(code == 0 && out.contains("--allow-shutdown="), "{out}");
}

#[test]
fn numbers_are_written_as_python_has_them() {
    let text = tac(&["-k", "+5", "--maxdelay=007", "--log-size=-0", "--numcpus=0o10", "--log-count=0o4"], "h");
    for line in ["keepalive = 5", "maxdelay = 7", "rotateLength = 0", "numcpus = 0o10", "maxRotatedFiles = 0o4"] {
        assert!(text.contains(&format!("\n{line}\n")), "{line}: {text}");
    }
}

#[test]
fn a_directory_may_be_named_in_any_way() {
    let place = tempfile::tempdir().unwrap();
    let named = format!("{}/x/../w/", place.path().display());
    let (code, out) = call(&["create-worker", &named, "h", "n", "p"]);
    let directory = place.path().join("w").display().to_string();
    assert!(code == 0 && out.starts_with(&format!("mkdir {directory}\n")), "{out}");
    let text = fs::read_to_string(place.path().join("w/buildbot.tac")).unwrap();
    assert!(text.contains(&format!("\nbasedir = '{directory}'\n")), "{text}");
}
