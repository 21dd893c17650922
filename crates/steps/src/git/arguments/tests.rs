use super::*;

fn options() -> Options {
    Options {
        repourl: "URL".to_owned(),
        branch: "HEAD".to_owned(),
        revision: None,
        depth: None,
        reference: None,
        origin: None,
        filters: Vec::new(),
        submodules: false,
        remote_submodules: false,
        tags: false,
        progress: true,
        retry_fetch: false,
        clobber_on_failure: false,
    }
}

fn features(version: &str) -> Features {
    Features::from_version(&format!("git version {version}")).unwrap()
}

#[test]
fn clones_are_those_of_the_recorded_builds() {
    let new = features("2.47.3");
    let cases = [
        (options(), "clone URL . --progress"),
        (Options { branch: "main".to_owned(), ..options() }, "clone --branch main URL . --progress"),
        (Options { branch: "refs/heads/x".to_owned(), ..options() }, "clone --no-checkout URL . --progress"),
        (
            Options { branch: "nope".to_owned(), depth: Some(3), ..options() },
            "clone --branch nope --depth 3 URL . --progress",
        ),
        (
            Options {
                reference: Some("/ref".to_owned()),
                origin: Some("upstream".to_owned()),
                filters: words(&["blob:none", "tree:0"]),
                progress: false,
                ..options()
            },
            "clone --reference /ref --origin upstream --filter blob:none --filter tree:0 URL .",
        ),
    ];
    for (options, expected) in cases {
        assert_eq!(options.clone_words(new).join(" "), expected);
    }
    let filtered = Options { filters: words(&["blob:none"]), branch: "main".to_owned(), ..options() };
    assert_eq!(filtered.clone_words(features("1.6.0")).join(" "), "clone URL .");
    assert!(filtered.branch_follows_clone(features("1.6.0")));
    assert!(!filtered.branch_follows_clone(new));
}

#[test]
fn fetches_are_those_of_the_recorded_builds() {
    let new = features("2.47.3");
    let cases = [
        (options(), "fetch -f --progress URL HEAD"),
        (Options { tags: true, ..options() }, "fetch -f --tags --progress URL HEAD"),
        (
            Options { depth: Some(2), branch: "feature/x".to_owned(), ..options() },
            "fetch -f --depth 2 --progress URL feature/x",
        ),
        (Options { progress: false, ..options() }, "fetch -f URL HEAD"),
    ];
    for (options, expected) in cases {
        assert_eq!(options.fetch_words(new).join(" "), expected);
    }
}

#[test]
fn submodules_follow_what_git_can() {
    let remote = Options { remote_submodules: true, depth: Some(3), ..options() };
    assert_eq!(remote.first_submodule_words().join(" "), "submodule update --init --recursive --remote --depth 3");
    assert_eq!(
        remote.submodule_words(features("2.47.3")).join(" "),
        "submodule update --init --recursive --force --checkout --remote"
    );
    assert_eq!(options().submodule_words(features("1.7.6")).join(" "), "submodule update --init --recursive --force");
}

#[test]
fn descriptions_take_every_option_of_describe() {
    let dict = |entries: &[(&str, Value)]| {
        Value::Dict(entries.iter().map(|(key, value)| ((*key).into(), value.clone())).collect())
    };
    let yes = Value::Bool(true);
    let cases = [
        (Value::Bool(false), None),
        (Value::None, None),
        (yes.clone(), Some("describe HEAD")),
        (dict(&[]), Some("describe HEAD")),
        (dict(&[("tags", yes.clone()), ("always", yes.clone())]), Some("describe --always --tags HEAD")),
        (dict(&[("exact-match", yes.clone())]), Some("describe --exact-match HEAD")),
        (dict(&[("dirty", "-mod".into())]), Some("describe --dirty=-mod")),
        (
            dict(&[
                ("long", yes.clone()),
                ("abbrev", Value::Int(4)),
                ("match", "v*".into()),
                ("exclude", "w*".into()),
                ("candidates", Value::Int(0)),
                ("dirty", "".into()),
                ("contains", Value::Bool(false)),
                ("all", yes),
            ]),
            Some("describe --all --long --match v* --exclude w* --abbrev=4 --candidates=0 --dirty"),
        ),
    ];
    for (value, expected) in cases {
        assert_eq!(describe_words(&value).map(|words| words.join(" ")).as_deref(), expected, "{value:?}");
    }
}

#[test]
fn shallow_is_a_switch_or_a_depth() {
    let cases = [
        (Value::Bool(false), Ok(None)),
        (Value::Bool(true), Ok(Some(1))),
        (Value::Int(5), Ok(Some(5))),
        (Value::Int(0), Ok(None)),
        ("7".into(), Ok(Some(7))),
    ];
    for (value, expected) in cases {
        assert_eq!(depth(&value), expected);
    }
    assert!(depth(&"deep".into()).is_err());
}

#[test]
fn only_addresses_of_ssh_get_a_port() {
    let cases = [
        ("user@host:path/x", 33, "ssh://user@host:33/path/x"),
        ("host:x", 22, "ssh://host:22/x"),
        ("https://host/x", 33, "https://host/x"),
        ("/srv/repo", 33, "/srv/repo"),
        ("C:\\repo", 33, "C:\\repo"),
    ];
    for (address, port, expected) in cases {
        assert_eq!(with_port(address, port), expected);
    }
}
