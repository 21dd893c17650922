//! Which refs of the remote repository are looked at, and under which names its own repository keeps them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use ferrobot_config::Callable;

/// What the configuration asks for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wanted {
    /// The branch that `HEAD` points to.
    Head,
    /// Branches by name; a name may have wild cards.
    Named(Vec<String>),
    AllBranches,
    Tags,
    /// Each ref that the function likes.
    Function(Arc<Callable>),
}

/// A ref of the remote repository and the object that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RemoteRef {
    pub(super) name: String,
    pub(super) object: String,
}

impl Wanted {
    /// Arguments of `git ls-remote` after its options: the URL and patterns.
    pub(super) fn patterns(&self) -> Vec<String> {
        match self {
            Wanted::Head => vec!["HEAD".to_owned()],
            Wanted::Named(names) => names.iter().map(|name| format!("refs/heads/{name}")).collect(),
            Wanted::AllBranches => vec!["refs/heads/*".to_owned()],
            Wanted::Tags => vec!["refs/tags/*".to_owned()],
            Wanted::Function(_) => Vec::new(),
        }
    }

    /// The refs in the answer of `git ls-remote`.
    pub(super) fn read(&self, answer: &str) -> Vec<RemoteRef> {
        match self {
            Wanted::Head => head(answer).into_iter().collect(),
            Wanted::Named(_) | Wanted::AllBranches => rows(answer, "refs/heads/"),
            Wanted::Tags => rows(answer, "refs/tags/"),
            Wanted::Function(_) => rows(answer, "refs/"),
        }
    }

    /// Under which name a ref is remembered in `lastRev`.
    pub(super) fn remembered_as<'a>(&self, name: &'a str) -> &'a str {
        match self {
            Wanted::Named(_) => branch_name(name),
            Wanted::Head | Wanted::AllBranches | Wanted::Tags | Wanted::Function(_) => name,
        }
    }
}

/// The branch of a change.
pub(super) fn branch_name(name: &str) -> &str {
    name.strip_prefix("refs/heads/").unwrap_or(name)
}

/// `<object>\t<ref>` a line. Patterns match the end of a ref, so what begins otherwise is left out.
fn rows(answer: &str, prefix: &str) -> Vec<RemoteRef> {
    let row = |line: &str| {
        let (object, name) = line.split_once('\t')?;
        let good = name.starts_with(prefix) && is_object(object) && !name.ends_with("^{}");
        good.then(|| RemoteRef { name: name.to_owned(), object: object.to_owned() })
    };
    answer.lines().filter_map(row).collect()
}

/// `ref: refs/heads/main\tHEAD` and `<object>\tHEAD`; a `HEAD` that is no branch is looked at as it is.
fn head(answer: &str) -> Option<RemoteRef> {
    let mut target = "HEAD";
    let mut object = None;
    for line in answer.lines() {
        if let Some((value, "HEAD")) = line.split_once('\t') {
            match value.strip_prefix("ref: ") {
                Some(name) => target = name,
                None => object = Some(value).filter(|object| is_object(object)),
            }
        }
    }
    object.map(|object| RemoteRef { name: target.to_owned(), object: object.to_owned() })
}

fn is_object(text: &str) -> bool {
    text.len() >= 40 && text.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// Where the refs of a repository are kept: several pollers may share a directory.
pub(super) fn tracker_prefix(repourl: &str) -> String {
    format!("refs/buildbot/{}/", quoted(repourl))
}

/// Where one ref is kept.
pub(super) fn tracker(repourl: &str, name: &str) -> String {
    let prefix = tracker_prefix(repourl);
    match name.strip_prefix("refs/") {
        Some(rest) => prefix + rest,
        None => format!("{prefix}raw/{name}"),
    }
}

/// A URL as one component of a ref. File systems hold no names beyond 255 bytes.
fn quoted(url: &str) -> String {
    const BYTES_MAX: usize = 180;
    let mut out = String::new();
    for byte in url.bytes() {
        if byte.is_ascii_alphanumeric() || b"_-".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _infallible = write!(out, "%{byte:02X}");
        }
    }
    if out.len() > BYTES_MAX {
        let tail = fnv(url);
        out.truncate(BYTES_MAX);
        let _infallible = write!(out, "-{tail:016x}");
    }
    out
}

/// FNV-1a: tells long URLs apart, the same in every run.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// `<object> <ref>` a line, as `git for-each-ref` is asked to write.
pub(super) fn read_trackers(answer: &str) -> BTreeMap<String, String> {
    let row = |line: &str| line.split_once(' ').map(|(object, name)| (name.to_owned(), object.to_owned()));
    answer.lines().filter_map(row).collect()
}

/// What has to be fetched, and what is kept that the remote repository has no more.
pub(super) fn difference(
    repourl: &str,
    remote: &[RemoteRef],
    kept: &BTreeMap<String, String>,
) -> (Vec<String>, Vec<String>) {
    let mut wanted = BTreeMap::new();
    for RemoteRef { name, object } in remote {
        wanted.insert(tracker(repourl, name), (name, object));
    }
    let fetch = wanted
        .iter()
        .filter(|(tracker, (_, object))| kept.get(*tracker) != Some(*object))
        .map(|(tracker, (name, _))| format!("+{name}:{tracker}"))
        .collect();
    let gone = kept.keys().filter(|tracker| !wanted.contains_key(*tracker)).cloned().collect();
    (fetch, gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "1111111111111111111111111111111111111111";
    const TWO: &str = "2222222222222222222222222222222222222222";

    fn remote(name: &str, object: &str) -> RemoteRef {
        RemoteRef { name: name.to_owned(), object: object.to_owned() }
    }

    #[test]
    fn the_default_branch() {
        let head = |answer: &str| Wanted::Head.read(answer);
        assert_eq!(head(&format!("ref: refs/heads/dev\tHEAD\n{ONE}\tHEAD\n")), [remote("refs/heads/dev", ONE)]);
        assert_eq!(head(&format!("{ONE}\tHEAD\n{TWO}\trefs/remotes/HEAD\n")), [remote("HEAD", ONE)]);
        assert_eq!(head("ref: refs/heads/dev\tHEAD\n"), []);
        assert_eq!(head(""), []);
    }

    #[test]
    fn refs_that_only_end_like_a_branch_are_left_out() {
        let answer = format!("{ONE}\trefs/heads/main\n{TWO}\trefs/x/refs/heads/main\nwarning: odd\n");
        assert_eq!(Wanted::Named(vec!["main".to_owned()]).read(&answer), [remote("refs/heads/main", ONE)]);
        let tags = format!("{ONE}\trefs/tags/v1\n{TWO}\trefs/tags/v1^{{}}\n");
        assert_eq!(Wanted::Tags.read(&tags), [remote("refs/tags/v1", ONE)]);
    }

    #[test]
    fn names_in_the_stored_value_are_buildbots() {
        let named = Wanted::Named(vec![]);
        assert_eq!(named.remembered_as("refs/heads/a/b"), "a/b");
        assert_eq!(Wanted::AllBranches.remembered_as("refs/heads/a/b"), "refs/heads/a/b");
        assert_eq!(Wanted::Head.remembered_as("HEAD"), "HEAD");
        assert_eq!((branch_name("refs/heads/x"), branch_name("refs/tags/x")), ("x", "refs/tags/x"));
    }

    #[test]
    fn trackers_are_refs_for_any_url() {
        assert_eq!(tracker("../a b.git", "refs/heads/x"), "refs/buildbot/%2E%2E%2Fa%20b%2Egit/heads/x");
        assert_eq!(tracker("u", "HEAD"), "refs/buildbot/u/raw/HEAD");
        let long = tracker_prefix(&"ü".repeat(300));
        assert!(long.len() < 230 && long != tracker_prefix(&"ü".repeat(301)));
    }

    #[test]
    fn only_what_moved_is_fetched_and_what_is_gone_is_dropped() {
        let kept = read_trackers(&format!(
            "{ONE} refs/buildbot/u/heads/same\n{ONE} refs/buildbot/u/heads/moved\n{ONE} refs/buildbot/u/heads/gone\n"
        ));
        let now = [remote("refs/heads/same", ONE), remote("refs/heads/moved", TWO), remote("refs/heads/new", TWO)];
        let (fetch, gone) = difference("u", &now, &kept);
        assert_eq!(
            fetch,
            ["+refs/heads/moved:refs/buildbot/u/heads/moved", "+refs/heads/new:refs/buildbot/u/heads/new"]
        );
        assert_eq!(gone, ["refs/buildbot/u/heads/gone"]);
    }
}
