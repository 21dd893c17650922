//! The endpoint table, against paths whose answers were seen from the real master.

use super::*;

fn path(text: &str) -> Vec<String> {
    if text.is_empty() { Vec::new() } else { text.split('/').map(str::to_owned).collect() }
}

#[test]
fn every_pattern_leads_back_to_its_endpoint() {
    let mut count = 0;
    for (endpoint, patterns) in ENDPOINTS {
        for pattern in *patterns {
            let example = pattern[1..]
                .split('/')
                .map(|part| match part.split_once(':') {
                    Some(("n" | "", _)) => "7",
                    Some(("i", _)) => "an-id",
                    Some(_) => "any text",
                    None => part,
                })
                .collect::<Vec<_>>()
                .join("/");
            let found = find(&path(&example)).map(|(found, _)| found);
            assert_eq!(found, Some(*endpoint), "{pattern} by {example}");
            count += 1;
        }
    }
    assert_eq!(count, 138);
}

#[test]
fn a_number_wins_over_a_name() {
    let cases = [
        ("builders/5", Endpoint::Builder, Some(("builderid", Argument::Integer(5)))),
        ("builders/-1", Endpoint::Builder, Some(("builderid", Argument::Integer(-1)))),
        ("builders/five", Endpoint::Builder, Some(("buildername", Argument::Text("five".into())))),
        ("builders/a b/builds", Endpoint::Builds, Some(("buildername", Argument::Text("a b".into())))),
        ("builders/5/forceschedulers", Endpoint::ForceSchedulers, Some(("builderid", Argument::Text("5".into())))),
        ("workers/w1", Endpoint::Worker, Some(("name", Argument::Text("w1".into())))),
        ("workers/01", Endpoint::Worker, Some(("workerid", Argument::Integer(1)))),
        ("", Endpoint::Root, None),
        ("application.spec", Endpoint::Spec, None),
    ];
    for (text, endpoint, first) in cases {
        let (found, arguments) = find(&path(text)).unwrap();
        assert_eq!(found, endpoint, "{text}");
        assert_eq!(arguments.iter().next(), first.as_ref().map(|(name, value)| (*name, value)), "{text}");
    }
}

#[test]
fn other_paths_are_invalid() {
    let paths = [
        "nothing",
        "builders/5/2",
        "builds/abc",
        "builds/1.0",
        "builds/0x1",
        "builds/1/",
        "/builds",
        "workers/1x",
        "workers/w 1",
        "workers/\u{fc}",
        "workers/.b",
        "rootlinks",
        "builds//",
        "builds/1/steps/a b",
    ];
    for text in paths {
        assert_eq!(find(&path(text)), None, "{text}");
    }
    assert_eq!(find(&[String::new()]), None, "a slash and nothing behind it");
}
