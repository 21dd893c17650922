//! What people look at every second costs the same however long the tables are.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use ferrobot_storage::create_or_check;
use ferrobot_storage::rusqlite::Connection;

use crate::resource::{collection, endpoint, query, single};

/// A site with so many builds, of ten builders on five workers, of which the last three still run.
fn site(folder: &std::path::Path, builds: i64) -> Connection {
    let url = format!("sqlite:///site{builds}.sqlite");
    create_or_check(&url, folder).unwrap();
    let conn = Connection::open(folder.join(format!("site{builds}.sqlite"))).unwrap();
    let fill = format!(
        "PRAGMA foreign_keys = OFF; BEGIN;
         CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {builds}) SELECT i FROM n;
         INSERT INTO masters VALUES (1, 'm', 'm', 1, 1);
         INSERT INTO builders (id, name, name_hash) SELECT i, 'b' || i, 'b' || i FROM n WHERE i <= 10;
         INSERT INTO workers SELECT i, 'w' || i, '{{}}', 0, NULL, 0 FROM n WHERE i <= 5;
         INSERT INTO sourcestamps SELECT i, 's' || i, 'main', 'r' || i, NULL, '', '', '', i FROM n;
         INSERT INTO changes SELECT i, 'a', NULL, 'c', 'main', 'r' || i, NULL, i, NULL, '', '', '', i, i - 1 FROM n;
         INSERT INTO buildsets SELECT i, NULL, 'because', i, i <= {builds} - 3, i, 0, NULL, NULL, NULL FROM n;
         INSERT INTO buildset_sourcestamps SELECT i, i, i FROM n;
         INSERT INTO buildrequests SELECT i, i, 1 + i % 10, 0, i <= {builds} - 3, 0, i, i, 0 FROM n;
         INSERT INTO buildrequest_claims SELECT i, 1, i FROM n;
         INSERT INTO builds SELECT i, i / 10, 1 + i % 10, i, 1 + i % 5, 1, i, CASE WHEN i <= {builds} - 3 THEN i END, 0, 's', 0 FROM n;
         INSERT INTO build_properties SELECT i, 'owner', '\"me\"', 's' FROM n;
         INSERT INTO steps SELECT i, 0, 'step', i, i, i, i, 's', 0, '[]', 0 FROM n;
         INSERT INTO logs SELECT i, 'stdio', 'stdio', i, 1, 1, 's' FROM n;
         COMMIT; ANALYZE;",
    );
    conn.execute_batch(&fill).unwrap();
    conn
}

/// How many instructions the database needs to answer a path with a query.
fn cost(conn: &mut Connection, url: &str) -> i64 {
    let (path, parameters) = url.split_once('?').unwrap_or((url, ""));
    let path: Vec<String> = path.split('/').map(str::to_owned).collect();
    let pairs: Vec<(String, String)> = parameters
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let (endpoint, arguments) = endpoint::find(&path).unwrap();
    let spec = query::parse(endpoint, &pairs).unwrap();
    let instructions = Arc::new(AtomicI64::new(0));
    let counter = Arc::clone(&instructions);
    let count = move || {
        counter.fetch_add(1, Ordering::Relaxed);
        false
    };
    conn.progress_handler(1, Some(count)).unwrap();
    let found = if endpoint.is_collection() {
        collection(conn, endpoint, &arguments, &spec).unwrap().values.len()
    } else {
        usize::from(single(conn, endpoint, &arguments, &spec).unwrap().is_some())
    };
    conn.progress_handler(0, None::<fn() -> bool>).unwrap();
    assert!(found > 0, "{url} finds nothing");
    instructions.load(Ordering::Relaxed)
}

#[test]
fn twenty_rows_cost_the_same_of_any_number() {
    let folder = tempfile::tempdir().unwrap();
    let (mut small, mut large) = (site(folder.path(), 1000), site(folder.path(), 20_000));
    let urls = [
        "builds?order=-buildid&limit=20",
        "builds?order=-buildid&complete=true&limit=20",
        "builds?limit=20&order=-buildid&property=owner",
        "builds?builderid=1&order=-number&limit=20",
        "builders/1/builds?order=-number&limit=20",
        "builders/1/builds?limit=20",
        "builders/1/builds/7",
        "workers/3/builds?order=-buildid&limit=20",
        "buildrequests/7/builds",
        "builds/990",
        "builds/990/steps",
        "builds/990/properties",
        "builds/990/changes?limit=20",
        "steps/990/logs",
        "buildrequests?order=-buildrequestid&limit=20",
        "buildrequests?complete=false",
        "builders/1/buildrequests?order=-buildrequestid&limit=20",
        "buildsets?order=-bsid&limit=20",
        "buildsets?complete=false",
        "buildsets/7",
        "changes?limit=20",
        "changes?order=-changeid&limit=20",
        "changes?branch=main&order=-changeid&limit=20",
        "changes/7",
        "sourcestamps/7",
        "builders",
        "workers",
    ];
    for url in urls {
        let (before, after) = (cost(&mut small, url), cost(&mut large, url));
        assert!(after <= before + before / 2 + 200, "{url}: {before} instructions became {after}");
    }
}
