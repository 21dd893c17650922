//! `docs/parity.toml`: which rows of Buildbot's feature list work, and the test that proves each.

use anyhow::Context;

use crate::process::root;
use crate::suite::compat;

/// States of a row.
const STATES: &[&str] = &["done", "partial", "missing", "excluded"];

#[derive(Debug, Default, PartialEq, Eq)]
struct Row {
    id: String,
    state: String,
    tests: Vec<String>,
    /// What is not done, or why it does not apply.
    note: String,
}

/// Every row has a known state; every row that is done or partial names tests that exist.
pub(crate) fn check(faults: &mut Vec<String>) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(root().join("docs/parity.toml")).context("read docs/parity.toml")?;
    let rows = match read(&text) {
        Ok(rows) => rows,
        Err(fault) => {
            faults.push(format!("docs/parity.toml: {fault}"));
            return Ok(());
        }
    };
    let mut seen = std::collections::BTreeSet::new();
    for row in &rows {
        if !seen.insert(&row.id) {
            faults.push(format!("docs/parity.toml: row {} is there twice", row.id));
        }
        if !STATES.contains(&row.state.as_str()) {
            faults.push(format!("docs/parity.toml: row {} has the unknown state `{}`", row.id, row.state));
        }
        if row.state == "done" && row.tests.is_empty() {
            faults.push(format!("docs/parity.toml: row {} is done but names no test", row.id));
        }
        if row.state == "excluded" && row.note.is_empty() {
            faults.push(format!("docs/parity.toml: row {} is excluded, and no note says why", row.id));
        }
        for test in &row.tests {
            if !exists(test)? {
                faults.push(format!(
                    "docs/parity.toml: row {} names the test `{test}`, which is not run or does not exist",
                    row.id
                ));
            }
        }
    }
    Ok(())
}

/// A test is `path/of/file.rs::name_of_function`, `difftest::scenario` for a scenario that the suite runs, or the path of a
/// test script.
fn exists(test: &str) -> anyhow::Result<bool> {
    if let Some(scenario) = test.strip_prefix("difftest::") {
        return Ok(compat::runs(scenario) && root().join("compat/difftest/scenarios").join(scenario).is_dir());
    }
    match test.split_once("::") {
        None => Ok(root().join(test).is_file()),
        Some((file, name)) => {
            let Ok(text) = std::fs::read_to_string(root().join(file)) else { return Ok(false) };
            let function = name.rsplit("::").next().unwrap_or(name);
            Ok([format!("fn {function}("), format!("def {function}("), format!("'{function}'")]
                .iter()
                .any(|pattern| text.contains(pattern)))
        }
    }
}

/// Reads the part of TOML that the file uses: `[[row]]` tables with text and lists of text on one line.
fn read(text: &str) -> Result<Vec<Row>, String> {
    let mut rows: Vec<Row> = Vec::new();
    for (number, line) in text.lines().enumerate().map(|(index, line)| (index + 1, line.trim())) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line == "[[row]]" {
            rows.push(Row::default());
            continue;
        }
        let (key, value) = line.split_once(" = ").ok_or_else(|| format!("line {number} is not `key = value`"))?;
        let row = rows.last_mut().ok_or_else(|| format!("line {number} is before the first [[row]]"))?;
        match key {
            "id" => row.id = unquote(value),
            "state" => row.state = unquote(value),
            "tests" => {
                let inner = value.trim_start_matches('[').trim_end_matches(']');
                row.tests = inner.split(',').map(unquote).filter(|test| !test.is_empty()).collect();
            }
            "note" => row.note = unquote(value),
            other => return Err(format!("line {number}: unknown key `{other}`")),
        }
    }
    Ok(rows)
}

fn unquote(text: &str) -> String {
    text.trim().trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_that_nothing_runs_prove_nothing() {
        assert!(exists("difftest::locks").unwrap());
        assert!(!exists("difftest::reporters").unwrap(), "there is such a scenario, but no suite runs it");
        assert!(!exists("difftest::no_such_scenario").unwrap());
    }

    #[test]
    fn rows_are_read() {
        let text =
            "# head\n[[row]]\nid = \"G1-01\"\nstate = \"done\"\ntests = [\"a.rs::b\", \"difftest::c\"]\nnote = \"x\"\n";
        let rows = read(text).unwrap();
        let expected = Row {
            id: "G1-01".to_owned(),
            state: "done".to_owned(),
            tests: vec!["a.rs::b".to_owned(), "difftest::c".to_owned()],
            note: "x".to_owned(),
        };
        assert_eq!(rows, [expected]);
        assert!(read("id = \"x\"").is_err());
    }
}
