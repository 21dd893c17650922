//! The few requests that the demo sends to its master.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Value, json};

/// The master answers at once or not at all.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// A GET of the REST API.
pub(super) fn get(port: u16, path: &str) -> anyhow::Result<Value> {
    request(port, &format!("GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"))
}

/// Forces a build of a builder, by the demo's force scheduler.
pub(super) fn force(port: u16, builder: &str) -> anyhow::Result<()> {
    let found = get(port, &format!("/api/v2/builders/{builder}"))?;
    let id = found["builders"][0]["builderid"].to_string();
    let call = json!({"id": 1, "jsonrpc": "2.0", "method": "force", "params": {"builderid": id, "reason": "the demo"}});
    let body = call.to_string();
    let head = format!(
        "POST /api/v2/forceschedulers/force HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    let answer = request(port, &(head + &body))?;
    if answer["error"].is_null() { Ok(()) } else { bail!("the build was refused: {}", answer["error"]) }
}

fn request(port: u16, text: &str) -> anyhow::Result<Value> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
    stream.write_all(text.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("the master's answer has no body")?;
    let status = head.lines().next().unwrap_or_default();
    match serde_json::from_str(body) {
        Ok(value) => Ok(value),
        Err(_) => bail!("the master answered `{status}`"),
    }
}
