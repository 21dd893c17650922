//! Links from a change to the page of its revision: by the configuration's `revlink`, or for hosts that everybody knows.

use std::sync::LazyLock;

use ferrobot_config::{FromValue, Object, Pattern, Value};

/// Repository to page, `%s` is the revision. The first that matches wins.
const KNOWN_HOSTS: [(&str, &str); 10] = [
    (r"https://github\.com/([^/]*)/([^/]*?)(?:\.git)?$", r"https://github.com/\1/\2/commit/%s"),
    (r"git://github\.com/([^/]*)/([^/]*?)(?:\.git)?$", r"https://github.com/\1/\2/commit/%s"),
    (r"git@github\.com:([^/]*)/([^/]*?)(?:\.git)?$", r"https://github.com/\1/\2/commit/%s"),
    (r"ssh://git@github\.com/([^/]*)/([^/]*?)(?:\.git)?$", r"https://github.com/\1/\2/commit/%s"),
    (r"https://[^@]*@bitbucket\.org/([^/]*)/([^/]*?)(?:\.git)?$", r"https://bitbucket.org/\1/\2/commits/%s"),
    (r"git@bitbucket\.org:([^/]*)/([^/]*?)(?:\.git)?$", r"https://bitbucket.org/\1/\2/commits/%s"),
    (
        r"git://([^.]*)\.git\.sourceforge\.net/gitroot/(.*)$",
        r"http://\1.git.sourceforge.net/git/gitweb.cgi?p=\2;a=commit;h=%s",
    ),
    (
        r"ssh://(?:[^@]*@)?([^.]*)\.git\.sourceforge\.net/gitroot/(.*)$",
        r"http://\1.git.sourceforge.net/git/gitweb.cgi?p=\2;a=commit;h=%s",
    ),
    (r"(?:git|http)://git\.code\.sf\.net/p/(.*)$", r"https://sourceforge.net/p/\1/ci/%s/"),
    (r"ssh://(?:[^@]*@)?git\.code\.sf\.net/p/(.*)$", r"https://sourceforge.net/p/\1/ci/%s/"),
];

static KNOWN: LazyLock<Vec<(Pattern, &'static str)>> = LazyLock::new(|| {
    KNOWN_HOSTS
        .iter()
        .filter_map(|(repository, page)| Pattern::new(repository).ok().map(|pattern| (pattern, *page)))
        .collect()
});

/// The link, as far as it can be said without calling a function of the configuration.
pub(crate) fn revlink(setting: &Value, revision: &str, repository: &str) -> Option<String> {
    match setting {
        Value::None => KNOWN.iter().find_map(|(pattern, page)| expand(pattern, page, revision, repository)),
        Value::Object(object) => of_object(object, revision, repository),
        _ => None,
    }
}

fn of_object(object: &Object, revision: &str, repository: &str) -> Option<String> {
    let argument = |name: &str| object.args.get(name);
    if let Some(links) = argument("revlinks").and_then(Value::as_list) {
        return links.iter().find_map(|link| revlink(link, revision, repository));
    }
    let page = argument("revlink").and_then(Value::as_str)?;
    let repositories = match argument("repo_urls")? {
        Value::List(items) | Value::Tuple(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let patterns = repositories.iter().filter_map(|repository| Pattern::from_value(repository).ok());
    patterns.into_iter().find_map(|pattern| expand(&pattern, page, revision, repository))
}

/// The page of a revision, if the repository matches from its beginning.
fn expand(pattern: &Pattern, page: &str, revision: &str, repository: &str) -> Option<String> {
    let groups = pattern.captures(repository)?;
    if !repository.starts_with(groups.first().copied().flatten()?) || !pattern.matches(repository) {
        return None;
    }
    let mut link = String::new();
    let mut rest = page;
    while let Some(at) = rest.find(['\\', '%']) {
        link.push_str(&rest[..at]);
        rest = &rest[at..];
        let digits: String = rest[1..].chars().take_while(char::is_ascii_digit).collect();
        if rest.starts_with("%s") {
            link.push_str(revision);
            rest = &rest[2..];
        } else if rest.starts_with('\\') && !digits.is_empty() {
            let group = digits.parse::<usize>().ok().and_then(|group| groups.get(group).copied().flatten());
            link.push_str(group.unwrap_or_default());
            rest = &rest[1 + digits.len()..];
        } else {
            link.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    link.push_str(rest);
    Some(link)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn known_hosts_are_those_of_buildbot() {
        // Recorded of Buildbot's default.
        let cases = [
            ("https://github.com/o/r", Some("https://github.com/o/r/commit/REV")),
            ("https://github.com/o/r.git", Some("https://github.com/o/r/commit/REV")),
            ("git://github.com/o/r.git", Some("https://github.com/o/r/commit/REV")),
            ("git@github.com:o/r.git", Some("https://github.com/o/r/commit/REV")),
            ("ssh://git@github.com/o/r.git", Some("https://github.com/o/r/commit/REV")),
            ("http://github.com/o/r", None),
            ("https://github.com/o/r/", None),
            ("https://bitbucket.org/o/r", None),
            ("https://o@bitbucket.org/o/r.git", Some("https://bitbucket.org/o/r/commits/REV")),
            ("git@bitbucket.org:o/r.git", Some("https://bitbucket.org/o/r/commits/REV")),
            (
                "git://a.git.sourceforge.net/gitroot/a/b",
                Some("http://a.git.sourceforge.net/git/gitweb.cgi?p=a/b;a=commit;h=REV"),
            ),
            ("ssh://u@git.code.sf.net/p/proj/code", Some("https://sourceforge.net/p/proj/code/ci/REV/")),
            ("http://git.code.sf.net/p/proj/code", Some("https://sourceforge.net/p/proj/code/ci/REV/")),
            ("https://gitlab.com/o/r", None),
            ("file:///x", None),
        ];
        for (repository, expected) in cases {
            assert_eq!(revlink(&Value::None, "REV", repository).as_deref(), expected, "{repository}");
        }
    }

    #[test]
    fn the_configurations_own_rules_replace_them() {
        let object = |args: &[(&str, Value)]| {
            let args = args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            Value::Object(Arc::new(Object { args, ..Object::default() }))
        };
        let rule = |repository: &str, page: &str| {
            object(&[("repo_urls", Value::List(vec![repository.into()])), ("revlink", page.into())])
        };
        let both = Value::Tuple(vec![rule("https://x/(.*)", r"http://y/\1/%s"), rule("svn:", "http://svn/%s")]);
        let multiplexer = object(&[("revlinks", both)]);
        assert_eq!(revlink(&multiplexer, "r7", "https://x/a/b").as_deref(), Some("http://y/a/b/r7"));
        assert_eq!(revlink(&multiplexer, "r7", "svn://z").as_deref(), Some("http://svn/r7"));
        assert_eq!(revlink(&multiplexer, "r7", "https://github.com/o/r"), None);
    }
}
