//! The dialect `base`: plain form fields, one change.

use ferrobot_data::{NewChange, python_repr_text};
use serde_json::{Map, Value};

use crate::change_hook::{Form, HookError};
use crate::{encoding, pyjson_error};

/// The change that a form tells of.
pub(crate) fn changes(form: &Form) -> Result<Vec<NewChange>, HookError> {
    let fields = Fields(form);
    let when = match fields.get("when_timestamp")?.or(fields.get("when")?) {
        None => None,
        Some(text) => Some(seconds(text)?),
    };
    Ok(vec![NewChange {
        author: fields.get("author")?.or(fields.get("who")?).unwrap_or_default().to_owned(),
        committer: fields.owned("committer")?,
        comments: fields.get("comments")?.unwrap_or_default().to_owned(),
        files: files(fields.get("files")?.unwrap_or("[]"))?,
        branch: fields.owned("branch")?,
        revision: fields.owned("revision")?,
        revlink: fields.owned("revlink")?,
        when_timestamp: when,
        category: fields.owned("category")?,
        repository: fields.get("repository")?.unwrap_or_default().to_owned(),
        codebase: fields.get("codebase")?.unwrap_or_default().to_owned(),
        project: fields.get("project")?.unwrap_or_default().to_owned(),
        properties: properties(fields.get("properties")?.unwrap_or("{}"))?,
        src: None,
    }])
}

struct Fields<'a>(&'a Form);

impl<'a> Fields<'a> {
    /// The first value of a field.
    fn get(&self, name: &str) -> Result<Option<&'a str>, HookError> {
        let value = self.0.iter().find(|(known, _)| known == name.as_bytes()).map(|(_, value)| value);
        value.map(|value| encoding::utf8(value).map_err(HookError::Refused)).transpose()
    }

    fn owned(&self, name: &str) -> Result<Option<String>, HookError> {
        Ok(self.get(name)?.map(str::to_owned))
    }
}

/// A time as Python's `float` reads it, in whole seconds.
fn seconds(text: &str) -> Result<i64, HookError> {
    let number: f64 = text
        .trim()
        .parse()
        .map_err(|_| HookError::Refused(format!("could not convert string to float: {}", python_repr_text(text))))?;
    if number.is_nan() {
        return Err(HookError::Refused("Invalid value NaN (not a number)".into()));
    }
    // What does not fit into a date is not a time.
    if number.abs() > 253_402_300_799.0 {
        return Err(HookError::Broken(format!("{number} is not a time")));
    }
    Ok(number as i64)
}

fn files(text: &str) -> Result<Vec<String>, HookError> {
    let names = match pyjson_error::parse(text).map_err(HookError::Refused)? {
        Value::Array(names) => names,
        Value::Object(names) => names.into_iter().map(|(name, _)| Value::String(name)).collect(),
        _ => return Err(HookError::Broken("`files` is not a list".into())),
    };
    let name = |name| match name {
        Value::String(name) => Ok(name),
        other => Err(HookError::Broken(format!("`files` holds {other}, which is not a name"))),
    };
    names.into_iter().map(name).collect()
}

fn properties(text: &str) -> Result<Map<String, Value>, HookError> {
    match pyjson_error::parse(text).map_err(HookError::Refused)? {
        Value::Object(properties) => Ok(properties),
        _ => Err(HookError::Broken("`properties` is not an object".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::urlencoded;

    fn read(form: &str) -> Result<NewChange, String> {
        match changes(&urlencoded::pairs(form.as_bytes())) {
            Ok(mut changes) => Ok(changes.remove(0)),
            Err(HookError::Refused(text)) => Err(text),
            Err(HookError::Broken(_)) => Err("broken".into()),
        }
    }

    #[test]
    fn all_fields_are_taken() {
        let form = "branch=main&revision=r1&author=Ann+%3Ca%40example.org%3E&comments=c%C3%B6&files=%5B%22a%22%2C+%22b%2Fc%22%5D\
                    &category=k&project=p&repository=http%3A%2F%2Fx&properties=%7B%22p1%22%3A+1%7D&revlink=http%3A%2F%2Fx%2Fr1\
                    &codebase=cb&when=1700000000.7&links=ignored&committer=Com";
        let expected = NewChange {
            author: "Ann <a@example.org>".into(),
            committer: Some("Com".into()),
            comments: "c\u{f6}".into(),
            files: vec!["a".into(), "b/c".into()],
            branch: Some("main".into()),
            revision: Some("r1".into()),
            revlink: Some("http://x/r1".into()),
            when_timestamp: Some(1_700_000_000),
            category: Some("k".into()),
            repository: "http://x".into(),
            codebase: "cb".into(),
            project: "p".into(),
            properties: Map::from_iter([("p1".to_owned(), Value::from(1))]),
            src: None,
        };
        assert_eq!(read(form), Ok(expected));
    }

    #[test]
    fn what_is_missing_is_empty_or_nothing() {
        assert_eq!(read(""), Ok(NewChange::default()));
        let only_who = NewChange { author: "w".into(), ..NewChange::default() };
        assert_eq!(read("who=w&comments="), Ok(only_who));
        let author_wins = NewChange { author: "a".into(), branch: Some(String::new()), ..NewChange::default() };
        assert_eq!(read("who=w&author=a&author=b&branch="), Ok(author_wins));
    }

    #[test]
    fn faults_are_named_as_buildbot_names_them() {
        let cases = [
            ("files=%7Bnot+json", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
            ("properties=nope", "Expecting value: line 1 column 1 (char 0)"),
            ("when=yesterday", "could not convert string to float: 'yesterday'"),
            ("when=", "could not convert string to float: ''"),
            ("when=nan", "Invalid value NaN (not a number)"),
            ("when=inf", "broken"),
            ("files=5", "broken"),
            ("properties=%5B1%5D", "broken"),
            ("author=%FF%FE", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        ];
        for (form, expected) in cases {
            assert_eq!(read(form), Err(expected.to_owned()), "{form}");
        }
    }
}
