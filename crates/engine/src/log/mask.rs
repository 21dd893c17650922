//! Masks secrets in a stream of text, across its blocks: the one place through which everything that is shown passes.

use std::sync::{Arc, RwLock};

use super::lines::Letter;
use crate::guard::{read, write};

/// The secrets that a build has used so far, each with what is shown in its place. Shared by all of its logs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Secrets {
    patterns: Arc<RwLock<Arc<Vec<Pattern>>>>,
}

#[derive(Clone, PartialEq, Eq)]
struct Pattern {
    name: String,
    secret: String,
    shown: String,
}

impl std::fmt::Debug for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown)
    }
}

impl Secrets {
    /// How many secrets were used so far.
    pub(crate) fn len(&self) -> usize {
        self.patterns().len()
    }

    /// What `take` makes of the name and the value of each.
    pub(crate) fn each<T>(&self, take: impl Fn(&str, &str) -> T) -> Vec<T> {
        self.patterns().iter().map(|pattern| take(&pattern.name, &pattern.secret)).collect()
    }

    /// From now on the secret is shown as its name. Empty text cannot be masked.
    pub(crate) fn add(&self, name: &str, secret: &str) {
        if secret.is_empty() {
            return;
        }
        let mut patterns = write(&self.patterns);
        if patterns.iter().any(|pattern| pattern.secret == secret) {
            return;
        }
        let mut more = (**patterns).clone();
        more.push(Pattern { name: name.to_owned(), secret: secret.to_owned(), shown: format!("<{name}>") });
        // The longest first: a secret may begin with another one.
        more.sort_by_key(|pattern| std::cmp::Reverse(pattern.secret.len()));
        *patterns = Arc::new(more);
    }

    /// Whether a text has one.
    pub(crate) fn occur_in(&self, text: &str) -> bool {
        self.patterns().iter().any(|pattern| text.contains(&pattern.secret))
    }

    /// A whole text without its secrets.
    pub(crate) fn mask(&self, text: &str) -> String {
        let patterns = self.patterns();
        if patterns.is_empty() {
            return text.to_owned();
        }
        let mut shown = String::with_capacity(text.len());
        let held = replace(&patterns, text, &mut shown, Tail::Complete);
        shown.push_str(held);
        shown
    }

    fn patterns(&self) -> Arc<Vec<Pattern>> {
        Arc::clone(&read(&self.patterns))
    }
}

/// The state of one log's streams: what may be the beginning of a secret is held back.
#[derive(Default)]
pub(crate) struct Masker {
    held: [String; 3],
    patterns: Option<Arc<Vec<Pattern>>>,
}

/// Whether more text can follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tail {
    Open,
    Complete,
}

impl Masker {
    /// Takes the next text of a stream, returns what can be shown.
    pub(crate) fn push<'a>(&mut self, secrets: &Secrets, letter: Letter, text: &'a str) -> std::borrow::Cow<'a, str> {
        let patterns = secrets.patterns();
        let held = &mut self.held[letter as usize];
        if patterns.is_empty() && held.is_empty() {
            return text.into();
        }
        let whole = std::mem::take(held) + text;
        let mut shown = String::with_capacity(whole.len());
        let rest = replace(&patterns, &whole, &mut shown, Tail::Open);
        rest.clone_into(held);
        self.patterns = Some(patterns);
        shown.into()
    }

    /// Whether something is held back that was taken.
    pub(crate) fn holds_back(&self) -> bool {
        self.held.iter().any(|held| !held.is_empty())
    }

    /// The end of a stream: what was held back.
    pub(crate) fn finish(&mut self, letter: Letter) -> String {
        let whole = std::mem::take(&mut self.held[letter as usize]);
        let Some(patterns) = &self.patterns else { return whole };
        let mut shown = String::new();
        let rest = replace(patterns, &whole, &mut shown, Tail::Complete).to_owned();
        shown + &rest
    }
}

/// Appends `text` to `shown` with the secrets replaced. Returns the end of `text` that may be the beginning of a secret.
fn replace<'a>(patterns: &[Pattern], text: &'a str, shown: &mut String, tail: Tail) -> &'a str {
    let mut first_bytes = [false; 256];
    for pattern in patterns {
        first_bytes[usize::from(pattern.secret.as_bytes()[0])] = true;
    }
    let bytes = text.as_bytes();
    let (mut copied, mut at) = (0, 0);
    while at < bytes.len() {
        if !first_bytes[usize::from(bytes[at])] {
            at += 1;
            continue;
        }
        let rest = &bytes[at..];
        // Longest first, so a secret that is still incomplete goes before a shorter complete one.
        let begun = |secret: &[u8]| rest.len() < secret.len() && secret.starts_with(rest);
        let found = patterns.iter().find_map(|pattern| {
            let secret = pattern.secret.as_bytes();
            if tail == Tail::Open && begun(secret) {
                Some(None)
            } else {
                rest.starts_with(secret).then_some(Some(pattern))
            }
        });
        match found {
            None => at += 1,
            Some(None) => {
                shown.push_str(&text[copied..at]);
                return &text[at..];
            }
            Some(Some(pattern)) => {
                shown.push_str(&text[copied..at]);
                shown.push_str(&pattern.shown);
                at += pattern.secret.len();
                copied = at;
            }
        }
    }
    shown.push_str(&text[copied..]);
    ""
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secrets(pairs: &[(&str, &str)]) -> Secrets {
        let secrets = Secrets::default();
        for (secret, shown) in pairs {
            secrets.add(shown.trim_matches(['<', '>']), secret);
        }
        secrets
    }

    fn streamed(secrets: &Secrets, pieces: &[String]) -> String {
        let mut masker = Masker::default();
        let mut shown = String::new();
        for piece in pieces {
            shown.push_str(&masker.push(secrets, Letter::Output, piece));
        }
        shown + &masker.finish(Letter::Output)
    }

    #[test]
    fn secrets_are_replaced_wherever_the_blocks_end() {
        let secrets = secrets(&[("hunter2", "<password>"), ("hunter2-long", "<long>"), ("zwölf\nzeilen", "<lines>")]);
        let text = "a hunter2 b hunter2-long c hunter2-lonx zwölf\nzeilen hunter";
        let expected = "a <password> b <long> c <password>-lonx <lines> hunter";
        assert_eq!(secrets.mask(text), expected);
        for cut in (0..=text.len()).filter(|&cut| text.is_char_boundary(cut)) {
            let pieces = [text[..cut].to_owned(), text[cut..].to_owned()];
            assert_eq!(streamed(&secrets, &pieces), expected, "cut at {cut}");
        }
    }

    #[test]
    fn streams_hold_back_for_themselves() {
        let secrets = secrets(&[("secret", "<s>")]);
        let mut masker = Masker::default();
        assert_eq!(masker.push(&secrets, Letter::Output, "x sec"), "x ");
        assert_eq!(masker.push(&secrets, Letter::Error, "ret"), "ret");
        assert_eq!(masker.push(&secrets, Letter::Output, "ret y"), "<s> y");
    }

    #[test]
    fn debug_output_hides_the_secret() {
        assert!(!format!("{:?}", secrets(&[("hunter2", "<password>")])).contains("hunter2"));
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter(pieces in proptest::collection::vec("[abx]{0,5}", 0..10)) {
            let secrets = secrets(&[("ab", "<1>"), ("abba", "<2>"), ("bb", "<3>")]);
            prop_assert_eq!(streamed(&secrets, &pieces), secrets.mask(&pieces.concat()));
        }
    }
}
