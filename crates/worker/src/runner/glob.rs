//! File patterns as Python's `glob` knows them: `*`, `?`, `[…]`, and `**` for any depth.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// A pattern that matches more than this is cut off: no step can use so many.
const MATCHES_MAX: usize = 100_000;
/// `**` goes no deeper.
const DEPTH_MAX: usize = 64;

/// All paths that match, in the order in which the directories have them, as Python gives them.
pub(super) fn matches(pattern: &str) -> Vec<String> {
    let mut search = Search { found: Vec::new() };
    let (root, rest) = match pattern.strip_prefix('/') {
        Some(rest) => ("/", rest),
        None => ("", pattern),
    };
    // Slashes in a row are one; one at the end asks for directories.
    let mut components: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
    if rest.ends_with('/') {
        components.push("");
    }
    search.expand(root.to_owned(), &components);
    search.found
}

struct Search {
    found: Vec<String>,
}

impl Search {
    /// Matches `components` below `prefix`, which is empty or ends with a slash.
    fn expand(&mut self, prefix: String, components: &[&str]) {
        let Some((&first, rest)) = components.split_first() else { return };
        if first == "**" {
            self.expand_any_depth(&prefix, rest, 0, &mut Vec::new());
        } else if has_magic(first) {
            for name in names(&prefix, first.starts_with('.')) {
                if component_matches(first, &name) {
                    self.step(format!("{prefix}{name}"), rest);
                }
            }
        } else {
            self.step(format!("{prefix}{first}"), rest);
        }
    }

    /// One component is matched by `path`.
    fn step(&mut self, path: String, rest: &[&str]) {
        if rest.is_empty() {
            let exists = if path.ends_with('/') { is_dir(&path) } else { fs::symlink_metadata(&path).is_ok() };
            if exists {
                self.add(path);
            }
        } else if is_dir(&path) {
            self.expand(format!("{path}/"), rest);
        }
    }

    /// `**`: nothing, or directories at any depth; as the last component also all files.
    fn expand_any_depth(&mut self, prefix: &str, rest: &[&str], depth: usize, above: &mut Vec<(u64, u64)>) {
        if rest.is_empty() {
            if depth == 0 && !prefix.is_empty() && is_dir(prefix) {
                self.add(prefix.to_owned());
            }
        } else {
            self.expand(prefix.to_owned(), rest);
        }
        let Some(identity) = identity(prefix) else { return };
        // A link may lead back up.
        if depth >= DEPTH_MAX || above.contains(&identity) || self.found.len() >= MATCHES_MAX {
            return;
        }
        above.push(identity);
        for name in names(prefix, false) {
            let path = format!("{prefix}{name}");
            if rest.is_empty() {
                self.add(path.clone());
            }
            if is_dir(&path) {
                self.expand_any_depth(&format!("{path}/"), rest, depth + 1, above);
            }
        }
        above.pop();
    }

    fn add(&mut self, path: String) {
        if self.found.len() < MATCHES_MAX {
            self.found.push(path);
        }
    }
}

fn is_dir(path: &str) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

fn identity(prefix: &str) -> Option<(u64, u64)> {
    let place = if prefix.is_empty() { "." } else { prefix };
    fs::metadata(place).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// Names in a directory, hidden ones only when asked for; none when it cannot be read.
fn names(prefix: &str, hidden: bool) -> Vec<String> {
    let place = Path::new(if prefix.is_empty() { "." } else { prefix });
    let Ok(entries) = fs::read_dir(place) else { return Vec::new() };
    entries
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|name| hidden || !name.starts_with('.'))
        .collect()
}

fn has_magic(component: &str) -> bool {
    component.contains(['*', '?', '['])
}

/// Matches a name with one component of a pattern.
fn component_matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    // Where to go on when a star has to take one character more.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p + 1, n));
            p += 1;
        } else if let Some(length) = one_matches(&pattern[p..], name[n]) {
            p += length;
            n += 1;
        } else if let Some((after_star, taken)) = star {
            star = Some((after_star, taken + 1));
            p = after_star;
            n = taken + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

/// Matches one character with the first element of a pattern; answers with the element's length.
fn one_matches(pattern: &[char], character: char) -> Option<usize> {
    match pattern.first()? {
        '?' => Some(1),
        '[' => match set_matches(pattern, character) {
            Some((length, true)) => Some(length),
            Some((_, false)) => None,
            // Without its end a bracket is only a bracket.
            None => (character == '[').then_some(1),
        },
        &literal => (literal == character).then_some(1),
    }
}

/// A set such as `[a-z]` or `[!x]`: its length and whether the character is in it.
fn set_matches(pattern: &[char], character: char) -> Option<(usize, bool)> {
    let negated = pattern.get(1) == Some(&'!');
    let start = if negated { 2 } else { 1 };
    // A closing bracket in the first place stands for itself.
    let end = start + 1 + pattern.get(start + 1..)?.iter().position(|&c| c == ']')?;
    let set = &pattern[start..end];
    let mut inside = false;
    let mut at = 0;
    while at < set.len() {
        if at + 2 < set.len() && set[at + 1] == '-' {
            inside |= (set[at]..=set[at + 2]).contains(&character);
            at += 3;
        } else {
            inside |= set[at] == character;
            at += 1;
        }
    }
    Some((end + 1, inside != negated))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_match_as_in_python() {
        let cases = [
            ("*", "file", true),
            ("f?le", "file", true),
            ("f?le", "fle", false),
            ("[fs]*", "src", true),
            ("[!fs]*", "src", false),
            ("[a-c]x", "bx", true),
            ("[]]", "]", true),
            ("[", "[", true),
            ("a*b*c", "aXXbYYbc", true),
            ("a*b*c", "aXXbYYb", false),
            ("{a,b}", "a", false),
            ("*.tac", "buildbot.tac", true),
            ("é?", "éa", true),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(component_matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    /// The same tree and patterns were shown to a stock worker.
    #[test]
    fn patterns_find_what_python_finds() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        fs::create_dir_all(root.join("src/sub")).unwrap();
        fs::create_dir_all(root.join("src/.hd")).unwrap();
        for file in ["file", "src/f", "src/.hid", "src/.hd/x", "src/sub/f"] {
            fs::write(root.join(file), "").unwrap();
        }
        std::os::unix::fs::symlink("..", root.join("src/sub/up")).unwrap();
        let cases: &[(&str, &[&str])] = &[
            ("*", &["file", "src"]),
            ("src/*", &["src/f", "src/sub"]),
            ("src/.*", &["src/.hd", "src/.hid"]),
            ("src/.h*/*", &["src/.hd/x"]),
            ("nope*", &[]),
            ("nope", &[]),
            ("file", &["file"]),
            ("s*/", &["src/"]),
            ("src/[!s]*", &["src/f"]),
            ("src/sub/**", &["src/sub/", "src/sub/f", "src/sub/up", "src/sub/up/f", "src/sub/up/sub"]),
            ("src/**/x", &[]),
            ("f*/x", &[]),
            ("src//f", &["src/f"]),
            ("src/../f*", &["src/../file"]),
        ];
        for (pattern, expected) in cases {
            let full = format!("{}/{pattern}", root.display());
            let prefix = format!("{}/", root.display());
            let mut found: Vec<String> = matches(&full).iter().map(|path| path.replacen(&prefix, "", 1)).collect();
            found.sort_unstable();
            assert_eq!(found, *expected, "{pattern}");
        }
        let deep = matches(&format!("{}/**/f", root.display()));
        assert!(deep.contains(&format!("{}/src/sub/f", root.display())), "{deep:?}");
    }
}
