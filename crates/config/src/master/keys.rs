//! The keys that a configuration may have, and what an unknown one may stand for.

use super::Reading;
use super::argument::{At, entry, shown};
use crate::Value;

/// Every key that a configuration may have.
const KEYS: &[&str] = &[
    "buildbotNetUsageData",
    "buildbotURL",
    "buildCacheSize",
    "builders",
    "caches",
    "change_source",
    "codebaseGenerator",
    "codebases",
    "configurators",
    "changeCacheSize",
    "changeHorizon",
    "db",
    "db_url",
    "logCompressionLimit",
    "logCompressionMethod",
    "logEncoding",
    "logMaxSize",
    "logMaxTailSize",
    "manhole",
    "machines",
    "collapseRequests",
    "metrics",
    "mq",
    "multiMaster",
    "prioritizeBuilders",
    "projects",
    "properties",
    "protocols",
    // Not one of Buildbot 4.3, but its manual uses it for `services`.
    "reporters",
    "revlink",
    "schedulers",
    "secretsProviders",
    "select_next_worker",
    "services",
    "title",
    "titleURL",
    "user_managers",
    "validation",
    "www",
    "workers",
];

/// Keys of ancient versions, and what they are called now.
const RENAMED: &[(&str, &str)] = &[
    ("bots", "workers"),
    ("change_sources", "change_source"),
    ("mergeRequests", "collapseRequests"),
    ("projectName", "title"),
    ("projectURL", "titleURL"),
    ("slavePortnum", "protocols"),
    ("slaves", "workers"),
    ("sources", "change_source"),
    ("status", "services"),
];

/// Keys that are read by Buildbot and have no effect here yet, when they are set to something.
const WITHOUT_EFFECT: &[&str] = &["changeHorizon", "manhole", "metrics"];

/// Refuses keys that no master knows.
pub(super) fn known_keys(reading: &mut Reading<'_>) {
    let (source, errors) = (reading.source, &mut *reading.errors);
    let Value::Dict(entries) = reading.document else {
        At::Key(source, &[]).error(errors, "the configuration is not a dictionary");
        return;
    };
    let mut unknown: Vec<&str> = Vec::new();
    for (key, _) in entries {
        match key.as_str() {
            Some(key) if KEYS.contains(&key) => {}
            Some(key) => unknown.push(key),
            None => {
                let told = format!("the keys of the configuration must be strings, but there is {}", shown(key));
                At::Key(source, &[]).error(errors, told);
            }
        }
    }
    unknown.sort_unstable();
    for key in unknown {
        let advice = advice(key, KEYS);
        At::Key(source, &[key]).error(errors, format!("Unknown BuildmasterConfig key {key}{advice}"));
    }
    for key in WITHOUT_EFFECT {
        if entry(reading.document, key).is_truthy() {
            let told = format!("c['{key}'] is not supported yet and has no effect");
            At::Key(source, &[key]).warning(errors, told);
        }
    }
}

/// What an unknown key may stand for.
pub(super) fn advice(key: &str, known: &[&str]) -> String {
    let renamed = RENAMED.iter().find(|(old, _)| *old == key).map(|(_, now)| *now);
    let similar = || known.iter().copied().find(|other| is_similar(key, other));
    match (renamed, similar()) {
        (Some(now), _) => format!("; its name is '{now}' now"),
        (None, Some(other)) => format!("; perhaps '{other}' is meant"),
        (None, None) => String::new(),
    }
}

/// Whether two words differ in case only, or in one character that is missing, too many, or another one.
fn is_similar(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    let same = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    let skip_first = |rest: &[char]| rest.get(1..).map(<[char]>::to_vec);
    a == b
        || skip_first(a).as_deref() == Some(b)
        || skip_first(b).as_deref() == Some(a)
        || (skip_first(a).is_some() && skip_first(a) == skip_first(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_keys_are_proposed() {
        let cases = [
            ("slaves", "; its name is 'workers' now"),
            ("worker", "; perhaps 'workers' is meant"),
            ("Workers", "; perhaps 'workers' is meant"),
            ("titel", ""),
            ("tiitle", "; perhaps 'title' is meant"),
            ("tutle", "; perhaps 'title' is meant"),
            ("titleUrl", "; perhaps 'titleURL' is meant"),
            ("bogusKey", ""),
        ];
        for (key, expected) in cases {
            assert_eq!(advice(key, KEYS), expected, "{key}");
        }
    }
}
