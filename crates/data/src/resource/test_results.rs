//! Test results and the sets that they come in.

use ferrobot_storage::StorageError;
use ferrobot_storage::rusqlite::types::Value as SqlValue;
use ferrobot_storage::rusqlite::{Connection, Row};
use serde_json::{Value, json};

use crate::resource::endpoint::Arguments;
use crate::resource::field::{Column, Entity, Field, Type};
use crate::resource::select::{self, Listed, Scope, Source};
use crate::resource::{builders, codebases};
use crate::rest::{RestError, ResultSpec};

pub(crate) static SET: Entity = Entity {
    name: "test_result_set",
    plural: "test_result_sets",
    fields: &[
        Field::new("test_result_setid", Type::Integer, Column::Own("test_result_sets.id")),
        Field::new("builderid", Type::Integer, Column::Own("test_result_sets.builderid")),
        Field::new("buildid", Type::Integer, Column::Own("test_result_sets.buildid")),
        Field::new("stepid", Type::Integer, Column::Own("test_result_sets.stepid")),
        Field::nullable("description", Type::String, Column::Own("test_result_sets.description")),
        Field::new("category", Type::String, Column::Own("test_result_sets.category")),
        Field::new("value_unit", Type::String, Column::Own("test_result_sets.value_unit")),
        Field::nullable("tests_passed", Type::Integer, Column::Own("test_result_sets.tests_passed")),
        Field::nullable("tests_failed", Type::Integer, Column::Own("test_result_sets.tests_failed")),
        Field::new(
            "complete",
            Type::Boolean,
            Column::Flag { yes: "test_result_sets.complete <> 0", no: "test_result_sets.complete = 0" },
        ),
    ],
};

pub(crate) static ENTITY: Entity = Entity {
    name: "test_result",
    plural: "test_results",
    fields: &[
        Field::new("test_resultid", Type::Integer, Column::Own("test_results.id")),
        Field::new("builderid", Type::Integer, Column::Own("test_results.builderid")),
        Field::new("test_result_setid", Type::Integer, Column::Own("test_results.test_result_setid")),
        Field::nullable("test_name", Type::String, Column::Own("test_names.name")),
        Field::nullable("test_code_path", Type::String, Column::Own("test_code_paths.path")),
        Field::nullable("line", Type::Integer, Column::Own("test_results.line")),
        Field::nullable("duration_ns", Type::Integer, Column::Own("test_results.duration_ns")),
        Field::new("value", Type::String, Column::Own("test_results.value")),
    ],
};

const SETS: Source = Source {
    columns: "test_result_sets.id, test_result_sets.builderid, test_result_sets.buildid, test_result_sets.stepid, \
              test_result_sets.description, test_result_sets.category, test_result_sets.value_unit, \
              test_result_sets.tests_passed, test_result_sets.tests_failed, test_result_sets.complete",
    from: "test_result_sets",
    key: "test_result_sets.id",
    id: None,
};

const SOURCE: Source = Source {
    columns: "test_results.id, test_results.builderid, test_results.test_result_setid, test_names.name, \
              test_code_paths.path, test_results.line, test_results.duration_ns, test_results.value",
    from: "test_results LEFT JOIN test_names ON test_names.id = test_results.test_nameid \
           LEFT JOIN test_code_paths ON test_code_paths.id = test_results.test_code_pathid",
    key: "test_results.id",
    id: Some("test_results.id"),
};

// The values are a JSON list of commits and the codebase.
const OF_COMMITS: &str = "test_result_sets.buildid IN (SELECT builds.id FROM codebase_commits \
    JOIN codebases ON codebases.id = codebase_commits.codebaseid \
    JOIN sourcestamps ON sourcestamps.codebase = codebases.name AND sourcestamps.revision = codebase_commits.revision \
    JOIN buildset_sourcestamps ON buildset_sourcestamps.sourcestampid = sourcestamps.id \
    JOIN buildrequests ON buildrequests.buildsetid = buildset_sourcestamps.buildsetid \
    JOIN builds ON builds.buildrequestid = buildrequests.id \
    WHERE codebase_commits.id IN (SELECT value FROM json_each(?)) AND codebase_commits.codebaseid = ?)";

/// One set as the API and the events show it.
pub(crate) fn set_by_id(conn: &Connection, id: i64) -> Result<Option<Value>, StorageError> {
    select::one(conn, &SETS, &Scope::all().only("test_result_sets.id = ?", id), set)
}

pub(crate) fn one_set(conn: &Connection, path: &Arguments) -> Result<Option<Value>, StorageError> {
    set_by_id(conn, path.integer("test_result_setid").unwrap_or(-1))
}

pub(crate) fn sets(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Listed, RestError> {
    let scope = if path.is_empty() {
        Scope::all()
    } else if let Some(step) = path.integer("stepid") {
        Scope::all().only("test_result_sets.stepid = ?", step)
    } else if let Some(build) = path.integer("buildid") {
        Scope::all().only("test_result_sets.buildid = ?", build)
    } else {
        Scope::all().only("test_result_sets.builderid = ?", builders::id_of(conn, path)?.unwrap_or(-1))
    };
    select::list(conn, (&SET, &SETS), &scope, spec, set)
}

pub(crate) fn sets_of_commits(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Listed, RestError> {
    let commits = Value::from(codebases::range(conn, path)?).to_string();
    let codebase = path.integer("codebaseid").unwrap_or(-1);
    let scope = Scope::all().only(OF_COMMITS, SqlValue::Text(commits)).with_value(codebase).with_total();
    select::list(conn, (&SET, &SETS), &scope, spec, set)
}

pub(crate) fn list(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Listed, RestError> {
    let set = path.integer("test_result_setid").unwrap_or(-1);
    let scope = Scope::all().only("test_results.test_result_setid = ?", set);
    select::list(conn, (&ENTITY, &SOURCE), &scope, spec, result)
}

/// Further rows of a long list.
pub(crate) fn part(conn: &Connection, ids: &[i64]) -> Result<Vec<Value>, StorageError> {
    select::by_ids(conn, &SOURCE, ids, result)
}

fn set(_conn: &Connection, row: &Row<'_>) -> Result<Value, StorageError> {
    Ok(json!({
        "test_result_setid": row.get::<_, i64>(0)?,
        "builderid": row.get::<_, i64>(1)?,
        "buildid": row.get::<_, i64>(2)?,
        "stepid": row.get::<_, i64>(3)?,
        "description": row.get::<_, Option<String>>(4)?,
        "category": row.get::<_, String>(5)?,
        "value_unit": row.get::<_, String>(6)?,
        "tests_passed": row.get::<_, Option<i64>>(7)?,
        "tests_failed": row.get::<_, Option<i64>>(8)?,
        "complete": row.get::<_, i64>(9)? != 0,
    }))
}

fn result(_conn: &Connection, row: &Row<'_>) -> Result<Value, StorageError> {
    Ok(json!({
        "test_resultid": row.get::<_, i64>(0)?,
        "builderid": row.get::<_, i64>(1)?,
        "test_result_setid": row.get::<_, i64>(2)?,
        "test_name": row.get::<_, Option<String>>(3)?,
        "test_code_path": row.get::<_, Option<String>>(4)?,
        "line": row.get::<_, Option<i64>>(5)?,
        "duration_ns": row.get::<_, Option<i64>>(6)?,
        "value": row.get::<_, String>(7)?,
    }))
}
