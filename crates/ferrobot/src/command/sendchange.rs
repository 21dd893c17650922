//! `sendchange`: tells a running master of a change, over Perspective Broker, as Buildbot's own verb does.

mod session;

use std::process::ExitCode;

use anyhow::{Context, bail};
use ferrobot_wire::pb::Value;
use session::Session;

use super::start::say;
use crate::cli::Sendchange;

/// Where Buildbot's change sources listen unless they are told otherwise.
const DEFAULT_PORT: u16 = 9989;

pub(super) fn run(options: &Sendchange) -> anyhow::Result<ExitCode> {
    let change = change_of(options)?;
    let (user, password) = credentials(&options.auth)?;
    let master = options.master.as_deref().context("you must provide the master location")?;
    let (host, port) = place(master)?;
    let mut session = Session::connect(&host, port).with_context(|| format!("connect to {host}:{port}"))?;
    let perspective = session.log_in(&user, &password).context("change not sent")?;
    session.call(&perspective, "addChange", vec![change]).context("change not sent")?;
    say("change sent successfully");
    Ok(ExitCode::SUCCESS)
}

/// The dictionary that a master takes.
fn change_of(options: &Sendchange) -> anyhow::Result<Value> {
    let Some(who) = options.who.as_deref() else { bail!("you must provide a committer (--who)") };
    let text = |value: &Option<String>| value.clone().map_or(Value::None, Value::Text);
    let comments = match (&options.comments, &options.logfile) {
        (Some(comments), _) => comments.clone(),
        (None, Some(file)) if file == "-" => {
            std::io::read_to_string(std::io::stdin()).context("read standard input")?
        }
        (None, Some(file)) => std::fs::read_to_string(file).with_context(|| format!("read `{file}`"))?,
        (None, None) => String::new(),
    };
    let revision = match &options.revision_file {
        Some(file) => Some(std::fs::read_to_string(file).with_context(|| format!("read `{file}`"))?),
        None => options.revision.clone(),
    };
    let mut properties = Vec::new();
    for property in &options.property {
        let (name, value) = property
            .split_once(':')
            .with_context(|| format!("the property `{property}` is not in the format name:value"))?;
        properties.push((Value::Text(name.to_owned()), Value::Text(value.to_owned())));
    }
    let when = options.when.map_or(Value::None, Value::Float);
    let mut entries = vec![
        ("project", Value::Text(options.project.clone())),
        ("repository", Value::Text(options.repository.clone())),
        ("who", Value::Text(who.to_owned())),
        ("files", Value::List(options.files.iter().cloned().map(Value::Text).collect())),
        ("comments", Value::Text(comments)),
        ("branch", text(&options.branch)),
        ("revision", revision.map_or(Value::None, Value::Text)),
        ("category", text(&options.category)),
        ("when", when),
        ("properties", Value::Dict(properties)),
        ("revlink", Value::Text(options.revlink.clone())),
        ("src", text(&options.vc)),
    ];
    if options.codebase.is_some() {
        entries.push(("codebase", text(&options.codebase)));
    }
    Ok(Value::Dict(entries.into_iter().map(|(name, value)| (Value::Text(name.to_owned()), value)).collect()))
}

fn credentials(auth: &str) -> anyhow::Result<(String, String)> {
    match auth.split_once(':') {
        Some((user, password)) => Ok((user.to_owned(), password.to_owned())),
        None => bail!("--auth needs `username:password`"),
    }
}

/// `host:port`; an IPv6 address stands in brackets.
fn place(master: &str) -> anyhow::Result<(String, u16)> {
    let (host, port) = match master.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
            (host, port.parse().with_context(|| format!("`{port}` is not a port"))?)
        }
        _ => (master, DEFAULT_PORT),
    };
    Ok((host.trim_matches(['[', ']']).to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read() {
        let cases = [
            ("host:9999", ("host", 9999)),
            ("host", ("host", 9989)),
            ("[::1]:9999", ("::1", 9999)),
            ("127.0.0.1:1", ("127.0.0.1", 1)),
        ];
        for (text, (host, port)) in cases {
            assert_eq!(place(text).unwrap(), (host.to_owned(), port), "{text}");
        }
        assert!(place("host:many").is_err());
    }
}
