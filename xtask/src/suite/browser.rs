//! The pages in headless Chromium, driven by Playwright.

use anyhow::Context;

use super::{Outcome, closing_line, compat};
use crate::demo::build_pages;
use crate::machine;
use crate::process::{command, is_installed, root, run_seen};

pub(super) fn run() -> anyhow::Result<Outcome> {
    if !is_installed("npm") {
        return Ok(Outcome::Skipped("`npm` is not installed".to_owned()));
    }
    let chromium = match machine::chromium() {
        Ok(chromium) => chromium,
        Err(error) => return Ok(Outcome::Skipped(format!("{error:#}"))),
    };
    build_pages()?;
    let program = compat::build()?;
    let mut test = command("node");
    test.current_dir(root().join("ui")).arg("tests/run.mjs");
    test.env("FERROBOT", program).env("CHROMIUM", chromium);
    let mut counts = None;
    run_seen(&mut test, |line| counts = closing_line(line).or(counts))?;
    counts.map(Outcome::Ran).context("ui/tests/run.mjs printed no result")
}
