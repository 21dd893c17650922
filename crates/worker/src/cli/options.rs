//! Options in the way of Python's `getopt`: they come before the arguments, and a long name may be cut short.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// The options of one verb: long name, short name, default, explanation.
pub(super) struct Spec {
    pub(super) verb: &'static str,
    pub(super) synopsis: &'static str,
    pub(super) flags: &'static [(&'static str, Option<char>, &'static str)],
    pub(super) values: &'static [(&'static str, Option<char>, Option<&'static str>, &'static str)],
    pub(super) help: &'static str,
}

impl Spec {
    pub(super) fn usage(&self, program: &str) -> String {
        let program = Path::new(program).file_name().unwrap_or_default().to_string_lossy();
        let mut text = format!("Usage:    {program} {} {}\nOptions:\n", self.verb, self.synopsis);
        let mut rows: Vec<(String, Option<char>, String)> =
            vec![("help".to_owned(), Some('h'), "Show this".to_owned())];
        rows.extend(self.flags.iter().map(|(name, short, help)| ((*name).to_owned(), *short, (*help).to_owned())));
        rows.extend(self.values.iter().map(|(name, short, default, help)| {
            let default = default.map(|default| format!(" [default: {default}]")).unwrap_or_default();
            (format!("{name}="), *short, format!("{help}{default}"))
        }));
        rows.sort();
        for (name, short, help) in rows {
            let short = short.map_or_else(|| "    ".to_owned(), |short| format!("-{short}, "));
            let _infallible = writeln!(text, "  {short}--{name:<26}{help}");
        }
        text.push('\n');
        text.push_str(self.help);
        text.push('\n');
        text
    }

    /// The full name of a long option, and whether it takes a value.
    fn long(&self, given: &str) -> Result<(&'static str, bool), String> {
        let all = self.flags.iter().map(|flag| (flag.0, false)).chain(self.values.iter().map(|value| (value.0, true)));
        let all: Vec<(&str, bool)> = all.chain([("help", false)]).collect();
        if let Some(exact) = all.iter().find(|(name, _)| *name == given) {
            return Ok(*exact);
        }
        let mut matching = all.iter().filter(|(name, _)| name.starts_with(given));
        match (matching.next(), matching.next()) {
            (Some(only), None) => Ok(*only),
            (None, _) => Err(format!("option --{given} not recognized")),
            (Some(_), Some(_)) => Err(format!("option --{given} not a unique prefix")),
        }
    }

    fn short(&self, given: char) -> Result<(&'static str, bool), String> {
        let flags = self.flags.iter().map(|flag| (flag.0, flag.1, false));
        let values = self.values.iter().map(|value| (value.0, value.1, true));
        flags
            .chain(values)
            .chain([("help", Some('h'), false)])
            .find(|(_, short, _)| *short == Some(given))
            .map(|(name, _, takes_value)| (name, takes_value))
            .ok_or_else(|| format!("option -{given} not recognized"))
    }
}

/// A command line that has been read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parsed {
    flags: BTreeSet<&'static str>,
    values: BTreeMap<&'static str, String>,
    pub(super) arguments: Vec<String>,
}

impl Parsed {
    pub(super) fn flag(&self, name: &str) -> bool {
        self.flags.contains(name)
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }
}

/// Reads the words behind a verb.
pub(super) fn parse(spec: &Spec, args: &[String]) -> Result<Parsed, String> {
    let mut parsed = Parsed::default();
    for (name, _, default, _) in spec.values {
        if let Some(default) = default {
            parsed.values.insert(name, (*default).to_owned());
        }
    }
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        if arg == "--" {
            parsed.arguments.extend(rest.by_ref().cloned());
        } else if let Some(long) = arg.strip_prefix("--") {
            let (given, attached) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            let (name, takes_value) = spec.long(given)?;
            if takes_value {
                let value = attached.map(str::to_owned).or_else(|| rest.next().cloned());
                let value = value.ok_or_else(|| format!("option --{name} requires argument"))?;
                parsed.values.insert(name, value);
            } else if attached.is_some() {
                return Err(format!("option --{name} must not have an argument"));
            } else {
                parsed.flags.insert(name);
            }
        } else if arg.len() > 1 && arg.starts_with('-') {
            for (at, letter) in arg[1..].char_indices() {
                let (name, takes_value) = spec.short(letter)?;
                if !takes_value {
                    parsed.flags.insert(name);
                    continue;
                }
                let attached = &arg[1 + at + letter.len_utf8()..];
                let value = if attached.is_empty() { rest.next().cloned() } else { Some(attached.to_owned()) };
                parsed.values.insert(name, value.ok_or_else(|| format!("option -{letter} requires argument"))?);
                break;
            }
        } else {
            parsed.arguments.push(arg.clone());
            parsed.arguments.extend(rest.by_ref().cloned());
        }
    }
    Ok(parsed)
}
