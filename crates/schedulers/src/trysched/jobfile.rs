//! Job files: netstrings, of which the first is the version of the format.
//!
//! Versions 1 to 4 have a netstring for each field and then one for each builder; 5 and 6 have one JSON object.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ferrobot_engine::TryJob;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

/// Why a file is no job.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadJobfile {
    #[error("it does not consist of netstrings (`<length>:<text>,`)")]
    Netstrings,
    #[error("it has no complete netstring; was it cut off?")]
    Empty,
    #[error("format version '{0}' is unknown; 1 to 6 are known")]
    Version(String),
    #[error("field '{0}' is missing")]
    Missing(&'static str),
    #[error("field '{0}' is not text in UTF-8")]
    NotText(&'static str),
    #[error("patch_level '{0}' is not a number")]
    Level(String),
    #[error("its JSON cannot be read: {0}")]
    Json(String),
    #[error("patch_body_base64 is not Base64: {0}")]
    Base64(String),
}

/// A job with the name that its sender gave it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Jobfile {
    pub(super) id: String,
    pub(super) job: TryJob,
}

/// Reads a file.
pub(super) fn parse(content: &[u8]) -> Result<Jobfile, BadJobfile> {
    let strings = netstrings(content)?;
    let (version, rest) = strings.split_first().ok_or(BadJobfile::Empty)?;
    match *version {
        b"1" => plain(rest, &[]),
        b"2" => plain(rest, &PLACE),
        b"3" => plain(rest, &[PLACE[0], PLACE[1], "who"]),
        b"4" => plain(rest, &[PLACE[0], PLACE[1], "who", "comment"]),
        b"5" | b"6" => json(rest.first().ok_or(BadJobfile::Missing("JSON"))?, *version == b"6"),
        other => Err(BadJobfile::Version(String::from_utf8_lossy(other).chars().take(20).collect())),
    }
}

/// What version 2 brought.
const PLACE: [&str; 2] = ["repository", "project"];

/// The complete netstrings; as in Buildbot, a last one that is cut off does not count.
fn netstrings(mut rest: &[u8]) -> Result<Vec<&[u8]>, BadJobfile> {
    let mut found = Vec::new();
    while !rest.is_empty() {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let length = std::str::from_utf8(&rest[..digits]).ok().and_then(|digits| digits.parse::<usize>().ok());
        let (length, after) = match (length, rest.get(digits)) {
            (Some(length), Some(b':')) => (length, &rest[digits + 1..]),
            (Some(_), None) => break,
            _ => return Err(BadJobfile::Netstrings),
        };
        let Some(text) = after.get(..length) else { break };
        match after.get(length) {
            Some(b',') => {}
            Some(_) => return Err(BadJobfile::Netstrings),
            None => break,
        }
        found.push(text);
        rest = &after[length + 1..];
    }
    Ok(found)
}

fn text(field: &'static str, bytes: &[u8]) -> Result<String, BadJobfile> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| BadJobfile::NotText(field))
}

fn level(text: &str) -> Result<i64, BadJobfile> {
    text.trim().parse().map_err(|_| BadJobfile::Level(text.to_owned()))
}

fn given(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// Versions 1 to 4; `more` are the fields that the version has besides those of the first.
fn plain(strings: &[&[u8]], more: &[&'static str]) -> Result<Jobfile, BadJobfile> {
    let mut strings = strings.iter();
    let mut bytes = |field: &'static str| strings.next().copied().ok_or(BadJobfile::Missing(field));
    let id = text("jobid", bytes("jobid")?)?;
    let mut job = TryJob {
        branch: given(text("branch", bytes("branch")?)?),
        revision: given(text("baserev", bytes("baserev")?)?),
        patch_level: level(&text("patch_level", bytes("patch_level")?)?)?,
        patch_body: bytes("patch_body")?.to_vec(),
        ..TryJob::default()
    };
    for field in more {
        let value = text(field, bytes(field)?)?;
        match *field {
            "repository" => job.repository = value,
            "project" => job.project = value,
            "who" => job.who = value,
            _ => job.comment = value,
        }
    }
    job.builders = strings.map(|name| text("builderNames", name)).collect::<Result<_, _>>()?;
    Ok(Jobfile { id, job })
}

/// The JSON object. Buildbot's client leaves nothing out; what other senders may leave out is an `Option` that defaults.
#[derive(Deserialize)]
struct Fields {
    jobid: String,
    branch: Option<String>,
    baserev: Option<String>,
    patch_level: Level,
    patch_body: Option<String>,
    patch_body_base64: Option<String>,
    repository: Option<String>,
    project: Option<String>,
    who: Option<String>,
    comment: Option<String>,
    #[serde(rename = "builderNames")]
    builder_names: Vec<String>,
    properties: Option<Map<String, Json>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Level {
    Number(i64),
    Text(String),
}

fn json(bytes: &[u8], is_base64: bool) -> Result<Jobfile, BadJobfile> {
    let fields: Fields = serde_json::from_slice(bytes).map_err(|error| BadJobfile::Json(error.to_string()))?;
    let patch_body = if is_base64 {
        let body = fields.patch_body_base64.ok_or(BadJobfile::Missing("patch_body_base64"))?;
        BASE64.decode(body).map_err(|error| BadJobfile::Base64(error.to_string()))?
    } else {
        fields.patch_body.unwrap_or_default().into_bytes()
    };
    let job = TryJob {
        branch: fields.branch.and_then(given),
        revision: fields.baserev.and_then(given),
        patch_level: match fields.patch_level {
            Level::Number(number) => number,
            Level::Text(text) => level(&text)?,
        },
        patch_body,
        repository: fields.repository.unwrap_or_default(),
        project: fields.project.unwrap_or_default(),
        builders: fields.builder_names,
        who: fields.who.unwrap_or_default(),
        comment: fields.comment.unwrap_or_default(),
        properties: fields.properties.unwrap_or_default(),
    };
    Ok(Jobfile { id: fields.jobid, job })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(strings: &[&[u8]]) -> Vec<u8> {
        strings
            .iter()
            .flat_map(|text| [format!("{}:", text.len()).into_bytes(), text.to_vec(), b",".to_vec()].concat())
            .collect()
    }

    const FIRST: [&[u8]; 5] = [b"id", b"main", b"abc", b"2", b"--- a\xff\n"];

    fn first() -> TryJob {
        TryJob {
            branch: Some("main".to_owned()),
            revision: Some("abc".to_owned()),
            patch_level: 2,
            patch_body: FIRST[4].to_vec(),
            ..TryJob::default()
        }
    }

    #[test]
    fn each_version_adds_fields_before_the_builders() {
        let more: [&[u8]; 4] = [b"r", b"p", "J\u{f6}".as_bytes(), b"why"];
        for (version, count) in [("1", 0), ("2", 2), ("3", 3), ("4", 4)] {
            let content = file(&[&[version.as_bytes()][..], &FIRST, &more[..count], &[b"linux", b"bsd"]].concat());
            let at = |place: usize| {
                let shown = more.get(place).filter(|_| place < count);
                shown.map(|text| String::from_utf8(text.to_vec()).unwrap()).unwrap_or_default()
            };
            let job = TryJob {
                repository: at(0),
                project: at(1),
                who: at(2),
                comment: at(3),
                builders: vec!["linux".to_owned(), "bsd".to_owned()],
                ..first()
            };
            assert_eq!(parse(&content), Ok(Jobfile { id: "id".to_owned(), job }), "version {version}");
        }
    }

    #[test]
    fn empty_branches_and_revisions_are_none_and_builders_may_be_missing() {
        let job = parse(&file(&[b"1", b"id", b"", b"", b"0", b""])).unwrap().job;
        assert_eq!(job, TryJob::default());
    }

    #[test]
    fn json_of_both_versions() {
        let rest = r#""jobid": "id", "branch": "main", "baserev": "abc", "patch_level": "2", "repository": null,
            "project": "p", "who": null, "builderNames": ["linux"], "properties": {"a": [1, null]}, "other": 1"#;
        let expected = TryJob {
            project: "p".to_owned(),
            builders: vec!["linux".to_owned()],
            properties: Map::from_iter([("a".to_owned(), serde_json::json!([1, null]))]),
            ..first()
        };
        let fifth = format!(r#"{{{rest}, "patch_body": "diff"}}"#);
        let job = parse(&file(&[b"5", fifth.as_bytes()])).unwrap().job;
        assert_eq!(job, TryJob { patch_body: b"diff".to_vec(), ..expected.clone() });
        let sixth = format!(r#"{{{rest}, "patch_body_base64": "LS0tIGH/Cg=="}}"#);
        assert_eq!(parse(&file(&[b"6", sixth.as_bytes()])).unwrap().job, expected);
        let none = format!(r#"{{{rest}, "patch_body": null}}"#);
        assert_eq!(parse(&file(&[b"5", none.as_bytes()])).unwrap().job.patch_body, b"");
    }

    #[test]
    fn what_is_no_job_says_why() {
        let broken = |strings: &[&[u8]]| parse(&file(strings)).unwrap_err().to_string();
        let minimal = br#"{"jobid": "x", "patch_level": 0, "builderNames": []}"#;
        let cases = [
            (parse(b"").unwrap_err().to_string(), "no complete netstring"),
            (parse(b"12").unwrap_err().to_string(), "no complete netstring"),
            (parse(b"5:ab").unwrap_err().to_string(), "no complete netstring"),
            (parse(b"hello").unwrap_err().to_string(), "does not consist of netstrings"),
            (parse(b"1:5;").unwrap_err().to_string(), "does not consist of netstrings"),
            (parse(b"99999999999999999999999:").unwrap_err().to_string(), "does not consist of netstrings"),
            (parse(b"1:5,100:short,").unwrap_err().to_string(), "field 'JSON' is missing"),
            (broken(&[b"7"]), "version '7' is unknown"),
            (broken(&[b"1", b"id", b"main"]), "field 'baserev' is missing"),
            (broken(&[b"2", b"id", b"", b"", b"1", b"", b"r"]), "field 'project' is missing"),
            (broken(&[b"1", b"id", b"", b"", b"one", b""]), "patch_level 'one' is not a number"),
            (broken(&[b"1", b"id", b"\xff", b"", b"1", b""]), "field 'branch' is not text"),
            (broken(&[b"5", b"{\"jobid\": "]), "JSON cannot be read"),
            (broken(&[b"5", b"{\"jobid\": \"x\"}"]), "missing field `patch_level`"),
            (broken(&[b"6", minimal]), "field 'patch_body_base64' is missing"),
        ];
        for (told, expected) in cases {
            assert!(told.contains(expected), "{told}");
        }
    }
}
