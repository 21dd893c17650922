//! Whatever is appended in whatever blocks comes back line by line, before and after merging, however it is packed.

use ferrobot_model::{LogId, StepId};
use ferrobot_storage::rusqlite::Connection;
use ferrobot_storage::{LogCompression, Method, create_or_check, logchunks, logs};
use proptest::prelude::*;

/// A database with one log.
fn with_log() -> (Connection, LogId) {
    let dir = tempfile::tempdir().unwrap();
    create_or_check("sqlite:///state.sqlite", dir.path()).unwrap();
    let conn = Connection::open(dir.path().join("state.sqlite")).unwrap();
    conn.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF").unwrap();
    let log = logs::add(&conn, StepId(1), "stdio", 's').unwrap();
    (conn, log)
}

fn merge(conn: &Connection, log: LogId, compression: LogCompression) {
    for group in logchunks::mergeable(conn, log, compression).unwrap() {
        logchunks::merge(conn, log, &group, compression).unwrap();
    }
}

fn chunk_count(conn: &Connection) -> i64 {
    conn.query_row("SELECT count(*) FROM logchunks", [], |row| row.get(0)).unwrap()
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-z \u{0}ü😀]{0,40}",
        1 => (1_usize..400, "[a-zé]{1,9}").prop_map(|(count, word)| word.repeat(count)),
        1 => Just(String::new()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn lines_come_back(
        blocks in prop::collection::vec(prop::collection::vec(line(), 1..200), 1..12),
        method in prop::sample::select(Method::ALL.to_vec()),
        from_bytes in prop::sample::select(vec![0_u64, 1, 1000]),
        ranges in prop::collection::vec((0_i64..2400, 0_i64..300), 6),
    ) {
        let (conn, log) = with_log();
        let compression = LogCompression { method, from_bytes };
        for block in &blocks {
            let text: String = block.iter().map(|line| format!("{line}\n")).collect();
            prop_assert!(logchunks::append(&conn, log, &compression.chunks(&text)).unwrap());
        }
        let lines: Vec<String> = blocks.concat().into_iter().map(|line| line + "\n").collect();
        for _ in 0..2 {
            prop_assert_eq!(logchunks::lines(&conn, log, 0, i64::MAX).unwrap(), lines.concat());
            for (first, count) in &ranges {
                let expected: String = lines.iter().skip(*first as usize).take(*count as usize + 1).cloned().collect();
                prop_assert_eq!(logchunks::lines(&conn, log, *first, first + count).unwrap(), expected);
            }
            merge(&conn, log, compression);
        }
        let mut next = 0;
        let mut text = String::new();
        loop {
            let block = logchunks::block(&conn, log, next, 1000).unwrap();
            if block.text.is_empty() {
                break;
            }
            text.push_str(&block.text);
            next = block.next_line;
        }
        prop_assert_eq!(text, lines.concat());
        prop_assert_eq!(next, lines.len() as i64);
    }
}

#[test]
fn merged_chunks_are_bounded_in_lines_and_bytes() {
    let (conn, log) = with_log();
    let compression = LogCompression { method: Method::Raw, from_bytes: 0 };
    for _ in 0..2500 {
        logchunks::append(&conn, log, &compression.chunks("short\n")).unwrap();
    }
    for _ in 0..20 {
        logchunks::append(&conn, log, &compression.chunks(&("y".repeat(10_000) + "\n"))).unwrap();
    }
    merge(&conn, log, compression);
    let largest: (i64, i64) = conn
        .query_row("SELECT max(last_line - first_line + 1), max(length(content)) FROM logchunks", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert!(largest.0 <= 1000 && largest.1 <= 65536 && largest.1 > 50_000, "{largest:?}");
    assert_eq!(chunk_count(&conn), 3 + 4 - 1);
    assert!(logchunks::mergeable(&conn, log, compression).unwrap().is_empty());
}

#[test]
fn a_lone_chunk_is_packed_at_the_end_when_that_is_worth_it() {
    let (conn, log) = with_log();
    let compression = LogCompression { method: Method::Gz, from_bytes: 1000 };
    logchunks::append(&conn, log, &compression.chunks(&"line\n".repeat(1000))).unwrap();
    let packed = || conn.query_row("SELECT compressed FROM logchunks", [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(packed(), 0);
    merge(&conn, log, compression);
    assert_eq!(packed(), 1);
    assert_eq!(logchunks::lines(&conn, log, 0, i64::MAX).unwrap(), "line\n".repeat(1000));
}

#[test]
fn damaged_and_unknown_chunks_are_told() {
    for damage in ["UPDATE logchunks SET compressed = 1", "UPDATE logchunks SET compressed = 9"] {
        let (conn, log) = with_log();
        let compression = LogCompression { method: Method::Raw, from_bytes: 0 };
        logchunks::append(&conn, log, &compression.chunks("text\n")).unwrap();
        conn.execute_batch(damage).unwrap();
        let error = logchunks::lines(&conn, log, 0, 9).unwrap_err();
        assert!(error.to_string().contains("log chunk"), "{error}");
    }
}
