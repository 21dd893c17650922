//! The tables are the reference's, and a database that cannot be used says why.

use std::fmt::Write as _;
use std::path::Path;

use ferrobot_storage::rusqlite::Connection;
use ferrobot_storage::{StorageError, check_current, create_or_check, upgrade};

const URL: &str = "sqlite:///state.sqlite";

/// Facts of a database that Buildbot 4.3.0's `create-master` made, one a line, sorted.
const RECORDED: &str = include_str!("schema.txt");

#[test]
fn created_tables_are_those_of_buildbot() {
    let dir = tempfile::tempdir().unwrap();
    create_or_check(URL, dir.path()).unwrap();
    let conn = Connection::open(dir.path().join("state.sqlite")).unwrap();
    assert_eq!(facts(&conn), RECORDED);
    let revision: String = conn.query_row("SELECT version_num FROM alembic_version", [], |row| row.get(0)).unwrap();
    assert_eq!(revision, "067");
    let mode: String = conn.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn creating_and_upgrading_twice_is_harmless() {
    let dir = tempfile::tempdir().unwrap();
    upgrade(URL, dir.path()).unwrap();
    upgrade(URL, dir.path()).unwrap();
    create_or_check(URL, dir.path()).unwrap();
    check_current(URL, dir.path()).unwrap();
}

#[test]
fn an_unusable_database_says_what_to_do() {
    let cases: [(&str, &str); 8] = [
        ("UPDATE alembic_version SET version_num = '066'", "run `upgrade-master`"),
        ("UPDATE alembic_version SET version_num = '068'", "newer release (revision 068"),
        ("DELETE FROM alembic_version", "newer release"),
        ("DROP TABLE users", "lacks the table `users`"),
        ("DROP TABLE alembic_version", "tables of another program"),
        (
            "DROP TABLE alembic_version; CREATE TABLE migrate_version (version); INSERT INTO migrate_version VALUES (39)",
            "before Buildbot 0.9",
        ),
        (
            "DROP TABLE alembic_version; CREATE TABLE migrate_version (version); INSERT INTO migrate_version VALUES (58)",
            "before Buildbot 3.0",
        ),
        ("DROP TABLE alembic_version; CREATE TABLE version (version)", "before Buildbot 0.9"),
    ];
    for (damage, advice) in cases {
        let dir = tempfile::tempdir().unwrap();
        create_or_check(URL, dir.path()).unwrap();
        Connection::open(dir.path().join("state.sqlite")).unwrap().execute_batch(damage).unwrap();
        let text = refusal(check_current(URL, dir.path()));
        assert!(text.contains(advice), "{damage}: {text}");
    }
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("state.sqlite"), "this is not a database, but a text of some length").unwrap();
    assert!(refusal(create_or_check(URL, dir.path())).contains("is not an SQLite database"));
}

#[test]
fn a_missing_database_and_a_missing_directory_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    assert!(refusal(check_current(URL, dir.path())).contains("does not exist"));
    assert!(refusal(create_or_check("sqlite:///no/such/dir/x.sqlite", dir.path())).contains("cannot be opened"));
}

#[test]
fn a_locked_database_is_told() {
    let dir = tempfile::tempdir().unwrap();
    create_or_check(URL, dir.path()).unwrap();
    let other = Connection::open(dir.path().join("state.sqlite")).unwrap();
    other
        .execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE alembic_version SET version_num = '067'",
        )
        .unwrap();
    other.execute_batch("COMMIT").unwrap();
    assert!(refusal(check_current(URL, dir.path())).contains("locked by another program"));
}

fn refusal(result: Result<(), StorageError>) -> String {
    match result {
        Err(StorageError::Unusable(text)) => text,
        other => panic!("expected an explained refusal, got {other:?}"),
    }
}

fn facts(conn: &Connection) -> String {
    let mut text = String::new();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    for table in column(conn, tables) {
        writeln!(text, "{table}").unwrap();
        for line in column(
            conn,
            &format!(
                "SELECT '  column ' || name || ' ' || type || iif(\"notnull\", ' not null', '')
                 || coalesce(' default ' || dflt_value, '') || iif(pk, ' key ' || pk, '')
                 FROM pragma_table_info('{table}') ORDER BY cid"
            ),
        ) {
            writeln!(text, "{line}").unwrap();
        }
        let mut keys = column(
            conn,
            &format!(
                "SELECT '  foreign key ' || \"from\" || ' -> ' || \"table\" || '.' || \"to\" || ' on delete ' || lower(on_delete)
                 || ' on update ' || lower(on_update) FROM pragma_foreign_key_list('{table}')"
            ),
        );
        keys.sort();
        let mut indexes = column(
            conn,
            &format!(
                "SELECT '  ' || iif(\"unique\", 'unique ', '') || 'index ' || name || ' ('
                 || (SELECT group_concat(name, ', ') FROM pragma_index_info(list.name)) || ')'
                 FROM pragma_index_list('{table}') AS list"
            ),
        );
        indexes.sort();
        for line in keys.into_iter().chain(indexes) {
            writeln!(text, "{line}").unwrap();
        }
    }
    text
}

fn column(conn: &Connection, sql: &str) -> Vec<String> {
    let mut statement = conn.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn the_directory_is_where_relative_paths_start() {
    let dir = tempfile::tempdir().unwrap();
    create_or_check("sqlite:///other.sqlite", dir.path()).unwrap();
    assert!(Path::new(&dir.path().join("other.sqlite")).exists());
}
