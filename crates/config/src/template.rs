//! `Interpolate`: text with `%(selector:name…)s`, read when the configuration is checked and again when it is rendered.

use crate::{FormatField, FormatPiece, FormatSize, parse_format};

/// Defaults nest so deep at most.
const DEPTH_MAX: usize = 32;

/// A text with substitutions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    /// In their order.
    pub pieces: Vec<TemplatePiece>,
}

/// One piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePiece {
    /// As it is.
    Text(String),
    /// A value, and how it is shown.
    Value(Substitution, FormatField),
    /// A `%s` without a name: Python shows the (empty) dictionary of values there.
    Nameless(FormatField),
}

/// What is substituted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substitution {
    /// Whose value.
    pub subject: Subject,
    /// What instead of it.
    pub otherwise: Otherwise,
}

/// Whose value is substituted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// `prop:NAME`
    Property(String),
    /// `src:CODEBASE:ATTRIBUTE`
    Source {
        /// Name of the codebase.
        codebase: String,
        /// `branch`, `revision`, …
        attribute: String,
    },
    /// `worker:NAME`
    Worker(String),
    /// `kw:NAME`
    Keyword(String),
    /// `secret:NAME`
    Secret(String),
}

/// What stands after the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Otherwise {
    /// Nothing: empty when it is missing.
    Empty,
    /// `:-`: this when it is missing.
    WhenMissing(Template),
    /// `:~`: this when it is missing or false.
    WhenFalse(Template),
    /// `:+`: this when it is there, else nothing.
    WhenThere(Template),
    /// `:?|yes|no` and `:#?|yes|no`: one of two, by whether it is there, or whether it is true.
    Choice {
        /// `#`
        by_truth: bool,
        /// When it is so.
        yes: Template,
        /// When it is not.
        no: Template,
    },
}

impl Template {
    /// Reads the first argument of an `Interpolate` without positional arguments.
    pub fn parse(format: &str) -> Result<Template, String> {
        template(format, 0)
    }
}

fn template(format: &str, depth: usize) -> Result<Template, String> {
    if depth > DEPTH_MAX {
        return Err("an Interpolate is nested too deep".to_owned());
    }
    let mut pieces = Vec::new();
    let mut fields = 0;
    for piece in parse_format(format)? {
        let mut field = match piece {
            FormatPiece::Text(text) => {
                pieces.push(TemplatePiece::Text(text));
                continue;
            }
            FormatPiece::Field(field) => field,
        };
        fields += 1;
        let key = field.key.take();
        showable(&field, if key.is_some() { "str" } else { "dict" })?;
        pieces.push(match key {
            Some(key) => TemplatePiece::Value(substitution(&key, depth)?, field),
            None => TemplatePiece::Nameless(field),
        });
    }
    let nameless = pieces.iter().any(|piece| matches!(piece, TemplatePiece::Nameless(_)));
    if nameless && fields > 1 {
        return Err("not enough arguments for format string".to_owned());
    }
    Ok(Template { pieces })
}

/// Values are shown as text: Buildbot tries the format with text when it is constructed.
fn showable(field: &FormatField, given: &str) -> Result<(), String> {
    if field.width == FormatSize::Next || field.precision == Some(FormatSize::Next) {
        return Err("* wants int".to_owned());
    }
    match field.conversion {
        's' | 'r' | 'a' => Ok(()),
        'c' => Err("%c requires int or char".to_owned()),
        whole @ ('d' | 'i' | 'u') => Err(format!("%{whole} format: a real number is required, not {given}")),
        digits @ ('o' | 'x' | 'X') => Err(format!("%{digits} format: an integer is required, not {given}")),
        _ => Err(format!("must be real number, not {given}")),
    }
}

fn substitution(key: &str, depth: usize) -> Result<Substitution, String> {
    let (selector, rest) =
        key.split_once(':').ok_or_else(|| format!("invalid Interpolate substitution without selector '{key}'"))?;
    let (name, after) = name_and_rest(rest);
    let (subject, after) = match selector {
        "prop" => {
            check_name(name, "Property name", "prop", rest)?;
            (Subject::Property(name.to_owned()), after)
        }
        "kw" => {
            check_name(name, "Keyword", "kw", rest)?;
            (Subject::Keyword(name.to_owned()), after)
        }
        "worker" => (Subject::Worker(name.to_owned()), after),
        "secret" => (Subject::Secret(name.to_owned()), after),
        "src" => {
            let after = after
                .ok_or_else(|| format!("Must specify both codebase and attribute for src Interpolation '{rest}'"))?;
            check_name(name, "Codebase", "src", rest)?;
            let (attribute, after) = name_and_rest(after);
            check_name(attribute, "Attribute", "src", rest)?;
            (Subject::Source { codebase: name.to_owned(), attribute: attribute.to_owned() }, after)
        }
        other => return Err(format!("invalid Interpolate selector '{other}'")),
    };
    let otherwise = match after {
        Some(after) => otherwise(after, depth + 1)?,
        None => Otherwise::Empty,
    };
    Ok(Substitution { subject, otherwise })
}

fn name_and_rest(text: &str) -> (&str, Option<&str>) {
    text.split_once(':').map_or((text, None), |(name, after)| (name, Some(after)))
}

fn check_name(name: &str, what: &str, selector: &str, rest: &str) -> Result<(), String> {
    let is_word = |character: char| character.is_alphanumeric() || "_-.".contains(character);
    if name.chars().all(is_word) {
        Ok(())
    } else {
        Err(format!("{what} must be alphanumeric for {selector} Interpolation '{rest}'"))
    }
}

fn otherwise(text: &str, depth: usize) -> Result<Otherwise, String> {
    if let Some(default) = text.strip_prefix('-') {
        return Ok(Otherwise::WhenMissing(template(default, depth)?));
    }
    if let Some(default) = text.strip_prefix('~') {
        return Ok(Otherwise::WhenFalse(template(default, depth)?));
    }
    if let Some(replacement) = text.strip_prefix('+') {
        return Ok(Otherwise::WhenThere(template(replacement, depth)?));
    }
    let (by_truth, choice) = match (text.strip_prefix("#?"), text.strip_prefix('?')) {
        (Some(choice), _) => (true, choice),
        (None, Some(choice)) => (false, choice),
        (None, None) => {
            let kind: String = text.chars().take(1).collect();
            return Err(format!("invalid Interpolate default type '{kind}'"));
        }
    };
    let delimiter: String = choice.chars().take(1).collect();
    let options = &choice[delimiter.len()..];
    let (yes, no) = split_outside(options, &delimiter)
        .ok_or_else(|| format!("invalid Interpolate ternary expression '{options}' with delimiter '{delimiter}'"))?;
    Ok(Otherwise::Choice { by_truth, yes: template(yes, depth)?, no: template(no, depth)? })
}

/// Splits at the first delimiter that does not stand in parentheses.
fn split_outside<'a>(text: &'a str, delimiter: &str) -> Option<(&'a str, &'a str)> {
    let mut open = 0;
    for (at, character) in text.char_indices() {
        if open == 0 && delimiter.starts_with(character) {
            return Some((&text[..at], &text[at + character.len_utf8()..]));
        }
        match character {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_buildbots() {
        let cases = [
            ("%(number)s", "invalid Interpolate substitution without selector 'number'"),
            ("%(nope:number)s", "invalid Interpolate selector 'nope'"),
            ("%(PROP:number)s", "invalid Interpolate selector 'PROP'"),
            ("%(:x)s", "invalid Interpolate selector ''"),
            ("%(prop:number:=x)s", "invalid Interpolate default type '='"),
            ("%(prop:number:#x)s", "invalid Interpolate default type '#'"),
            ("%(prop:number:)s", "invalid Interpolate default type ''"),
            ("%(worker:a:=b)s", "invalid Interpolate default type '='"),
            ("%(src:branch)s", "Must specify both codebase and attribute for src Interpolation 'branch'"),
            ("%(src::bra nch)s", "Attribute must be alphanumeric for src Interpolation ':bra nch'"),
            ("%(src:a/b:branch)s", "Codebase must be alphanumeric for src Interpolation 'a/b:branch'"),
            ("%(prop:a b:-x)s", "Property name must be alphanumeric for prop Interpolation 'a b:-x'"),
            ("%(kw:a b)s", "Keyword must be alphanumeric for kw Interpolation 'a b'"),
            ("%(prop:a:?|yes)s", "invalid Interpolate ternary expression 'yes' with delimiter '|'"),
            ("%(prop:a:?)s", "invalid Interpolate ternary expression '' with delimiter ''"),
            ("%(prop:a:-%(bad)s)s", "invalid Interpolate substitution without selector 'bad'"),
            ("%(prop:a)d", "%d format: a real number is required, not str"),
            ("%(prop:a)x", "%x format: an integer is required, not str"),
            ("%(prop:a)f", "must be real number, not str"),
            ("%(prop:a)c", "%c requires int or char"),
            ("%(prop:a)*d", "* wants int"),
            ("%d", "%d format: a real number is required, not dict"),
            ("50% off", "%o format: an integer is required, not dict"),
            ("%(prop:a)s %s", "not enough arguments for format string"),
            ("%(prop:a", "incomplete format key"),
        ];
        for (format, expected) in cases {
            assert_eq!(Template::parse(format), Err(expected.to_owned()), "{format}");
        }
        let deep = "%(prop:a:-".repeat(40) + &")s".repeat(40);
        assert_eq!(Template::parse(&deep), Err("an Interpolate is nested too deep".to_owned()));
    }

    #[test]
    fn names_may_be_empty_or_have_signs() {
        for format in ["%(prop:)s", "%(prop:a-b.c_é)s", "%(worker:a b)s", "%(secret:a/b|c)s", "%(src:a.b-c:branch)s"] {
            assert!(Template::parse(format).is_ok(), "{format}");
        }
    }

    #[test]
    fn a_delimiter_in_parentheses_does_not_split() {
        let text = |text: &str| Template { pieces: vec![TemplatePiece::Text(text.to_owned())] };
        let Ok(template) = Template::parse("%(prop:a:#?|%(prop:b:?|c|d)s|e|f)s") else { panic!("it is well-formed") };
        let [TemplatePiece::Value(Substitution { otherwise: Otherwise::Choice { by_truth, yes, no }, .. }, _)] =
            template.pieces.as_slice()
        else {
            panic!("{template:?}")
        };
        assert!(*by_truth);
        let [TemplatePiece::Value(inner, _)] = yes.pieces.as_slice() else { panic!("{yes:?}") };
        let choice = Otherwise::Choice { by_truth: false, yes: text("c"), no: text("d") };
        assert_eq!(*inner, Substitution { subject: Subject::Property("b".to_owned()), otherwise: choice });
        assert_eq!(*no, text("e|f"));
    }
}
