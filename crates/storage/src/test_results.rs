//! Tables `test_result_sets`, `test_results`, `test_names` and `test_code_paths`.

use ferrobot_model::{StepId, TestResultSetId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{StorageError, named::Named};

/// What a step says about one test, or one finding.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewTestResult {
    /// Name of the test.
    pub test_name: Option<String>,
    /// File that it is about.
    pub test_code_path: Option<String>,
    /// Line in that file.
    pub line: Option<i64>,
    /// How long it took.
    pub duration_ns: Option<i64>,
    /// The result, in the unit of the set.
    pub value: String,
}

/// Adds an empty set to a step; nothing when there is no such step.
pub fn add_set(
    conn: &Connection,
    step: StepId,
    description: Option<&str>,
    category: &str,
    value_unit: &str,
) -> Result<Option<TestResultSetId>, StorageError> {
    let mut statement = conn.prepare_cached(
        "INSERT INTO test_result_sets (builderid, buildid, stepid, description, category, value_unit, complete)
         SELECT builds.builderid, builds.id, steps.id, ?2, ?3, ?4, 0
         FROM steps JOIN builds ON builds.id = steps.buildid WHERE steps.id = ?1 RETURNING id",
    )?;
    let id = statement.query_row(params![step.0, description, category, value_unit], |row| row.get(0));
    Ok(id.optional()?.map(TestResultSetId))
}

/// Adds results to a set; whether there is such a set.
pub fn add(conn: &Connection, set: TestResultSetId, results: &[NewTestResult]) -> Result<bool, StorageError> {
    let builder: Option<i64> = conn
        .prepare_cached("SELECT builderid FROM test_result_sets WHERE id = ?")?
        .query_row([set.0], |row| row.get(0))
        .optional()?;
    let Some(builder) = builder else { return Ok(false) };
    let once = |table: Named, text: &str| table.find_or_add_by(conn, params![builder, text], params![builder, text]);
    for result in results {
        let name = result.test_name.as_deref().map(|name| once(NAMES, name)).transpose()?;
        let path = result.test_code_path.as_deref().map(|path| once(PATHS, path)).transpose()?;
        conn.prepare_cached(
            "INSERT INTO test_results (builderid, test_result_setid, test_nameid, test_code_pathid, line, duration_ns, value)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![builder, set.0, name, path, result.line, result.duration_ns, result.value])?;
    }
    Ok(true)
}

/// Completes a set that is open; whether there was one.
pub fn complete_set(
    conn: &Connection,
    set: TestResultSetId,
    tests_passed: Option<i64>,
    tests_failed: Option<i64>,
) -> Result<bool, StorageError> {
    let changed = conn
        .prepare_cached(
            "UPDATE test_result_sets SET complete = 1, tests_passed = coalesce(?, tests_passed),
                tests_failed = coalesce(?, tests_failed)
             WHERE id = ? AND complete = 0",
        )?
        .execute(params![tests_passed, tests_failed, set.0])?;
    Ok(changed == 1)
}

const NAMES: Named = Named {
    find: "SELECT id FROM test_names WHERE builderid = ? AND name = ?",
    add: "INSERT INTO test_names (builderid, name) VALUES (?, ?)",
};

const PATHS: Named = Named {
    find: "SELECT id FROM test_code_paths WHERE builderid = ? AND path = ?",
    add: "INSERT INTO test_code_paths (builderid, path) VALUES (?, ?)",
};
