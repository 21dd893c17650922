//! Many changes share a transaction, and none spoils another.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use ferrobot_model::Event;
use ferrobot_storage::rusqlite::{self, Connection};
use ferrobot_storage::{Durability, Storage, StorageError, Tx, create_or_check};

/// An open database, and the events that it published.
struct Store {
    storage: Storage,
    published: Arc<Mutex<Vec<String>>>,
    dir: tempfile::TempDir,
}

impl Store {
    fn new() -> Store {
        let dir = tempfile::tempdir().unwrap();
        create_or_check("sqlite:///state.sqlite", dir.path()).unwrap();
        let published = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&published);
        let publish = Box::new(move |events: Vec<Event>| {
            sink.lock().unwrap().extend(events.into_iter().map(|event| event.key.join("/")));
        });
        let storage = Storage::open(dir.path().join("state.sqlite"), publish).unwrap();
        Store { storage, published, dir }
    }

    fn other_program(&self) -> Connection {
        Connection::open(self.dir.path().join("state.sqlite")).unwrap()
    }

    async fn add(&self, durability: Durability, name: &str) -> Result<i64, StorageError> {
        self.storage.write(durability, |tx| insert(tx, name)).await
    }

    async fn count(&self) -> i64 {
        self.storage.read(count).await.unwrap()
    }
}

fn insert(tx: &mut Tx<'_>, name: &str) -> Result<i64, StorageError> {
    let id = tx.prepare_cached("INSERT INTO tags (name, name_hash) VALUES (?1, ?1)")?.insert([name])?;
    tx.publish(Event { key: vec!["tags".into(), name.into()], body: Arc::new(serde_json::Value::Null) });
    Ok(id)
}

fn count(conn: &Connection) -> Result<i64, StorageError> {
    Ok(conn.query_row("SELECT count(*) FROM tags", [], |row| row.get(0))?)
}

#[tokio::test]
async fn a_read_sees_everything_answered_before() {
    let store = Store::new();
    for number in 1..=50 {
        store.add(Durability::Soon, &format!("t{number}")).await.unwrap();
        assert_eq!(store.storage.peek(count).await.unwrap(), number);
        assert_eq!(store.count().await, number);
    }
}

#[tokio::test]
async fn what_is_soon_comes_to_others_without_being_asked_for() {
    let store = Store::new();
    store.add(Durability::Soon, "t").await.unwrap();
    let other = store.other_program();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    // Events follow the commit.
    while store.published.lock().unwrap().is_empty() {
        assert!(tokio::time::Instant::now() < deadline, "never committed");
        tokio::task::yield_now().await;
    }
    assert_eq!(*store.published.lock().unwrap(), ["tags/t"]);
    assert_eq!(count(&other).unwrap(), 1);
}

#[tokio::test]
async fn a_failing_change_leaves_nothing_and_spoils_nothing() {
    let store = Store::new();
    store.add(Durability::Soon, "before").await.unwrap();
    let failed: Result<(), _> = store
        .storage
        .write(Durability::Soon, |tx| {
            insert(tx, "half")?;
            insert(tx, "before").map(drop)
        })
        .await;
    assert!(matches!(failed, Err(StorageError::Sqlite(_))));
    store.add(Durability::Durable, "after").await.unwrap();
    assert_eq!(store.count().await, 2);
    assert_eq!(*store.published.lock().unwrap(), ["tags/before", "tags/after"]);
}

#[tokio::test]
async fn a_panicking_change_leaves_nothing_and_spoils_nothing() {
    let store = Arc::new(Store::new());
    store.add(Durability::Soon, "before").await.unwrap();
    let panics = Arc::clone(&store);
    let task = tokio::spawn(async move {
        let change = |tx: &mut Tx<'_>| -> Result<(), StorageError> {
            insert(tx, "half")?;
            panic!("on purpose")
        };
        panics.storage.write(Durability::Soon, change).await
    });
    assert!(task.await.unwrap_err().is_panic());
    store.add(Durability::Durable, "after").await.unwrap();
    assert_eq!(store.count().await, 2);
    assert_eq!(*store.published.lock().unwrap(), ["tags/before", "tags/after"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_share_commits_and_events_come_in_the_order_of_the_rows() {
    let store = Arc::new(Store::new());
    let tasks = (0..20).map(|task| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for number in 0..50 {
                let durability = if number % 7 == 0 { Durability::Durable } else { Durability::Soon };
                let failed = store.storage.write::<(), _>(Durability::Soon, |tx| {
                    insert(tx, "never")?;
                    Err(StorageError::Corrupt("on purpose".into()))
                });
                assert!(failed.await.is_err());
                store.add(durability, &format!("t{task}.{number}")).await.unwrap();
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let names: Vec<String> = store
        .storage
        .read(|conn| {
            let mut statement = conn.prepare("SELECT 'tags/' || name FROM tags ORDER BY id")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
        .unwrap();
    assert_eq!(names.len(), 1000);
    assert_eq!(*store.published.lock().unwrap(), names);
}

#[tokio::test]
async fn a_durable_change_is_published_before_it_is_answered() {
    let store = Store::new();
    for number in 1..=10 {
        store.add(Durability::Durable, &format!("t{number}")).await.unwrap();
        assert_eq!(store.published.lock().unwrap().len(), number);
    }
}

#[tokio::test]
async fn another_program_that_writes_is_waited_for() {
    let store = Store::new();
    let other = store.other_program();
    other.execute_batch("BEGIN IMMEDIATE; INSERT INTO tags (name, name_hash) VALUES ('other', 'o')").unwrap();
    let add = store.add(Durability::Durable, "ours");
    let release = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        other.execute_batch("COMMIT").unwrap();
    };
    let (added, ()) = tokio::join!(add, release);
    assert_eq!(added.unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn another_program_that_never_ends_is_told() {
    let store = Store::new();
    let other = store.other_program();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    match store.add(Durability::Durable, "ours").await {
        Err(StorageError::Unusable(text)) => assert!(text.contains("locked by another program"), "{text}"),
        unexpected => panic!("{unexpected:?}"),
    }
    other.execute_batch("COMMIT").unwrap();
    store.add(Durability::Durable, "ours").await.unwrap();
}

#[tokio::test]
async fn closing_keeps_everything_and_ends_everything() {
    let store = Store::new();
    store.add(Durability::Soon, "t").await.unwrap();
    store.storage.close().await.unwrap();
    store.storage.close().await.unwrap();
    assert_eq!(count(&store.other_program()).unwrap(), 1);
    assert!(matches!(store.add(Durability::Durable, "u").await, Err(StorageError::Closed)));
    assert!(matches!(store.storage.read(count).await, Err(StorageError::Closed)));
    assert!(matches!(store.storage.peek(count).await, Err(StorageError::Closed)));
    assert!(!store.dir.path().join("state.sqlite-wal").exists(), "the log is copied back");
}

#[tokio::test]
async fn dropping_without_closing_keeps_what_was_answered() {
    let Store { storage, dir, .. } = Store::new();
    storage.write(Durability::Soon, |tx| insert(tx, "t")).await.unwrap();
    drop(storage);
    let other = Connection::open(dir.path().join("state.sqlite")).unwrap();
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    while count(&other).unwrap() == 0 {
        assert!(std::time::Instant::now() < deadline, "never committed");
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn reading_cannot_write() {
    let store = Store::new();
    let result =
        store.storage.read(|conn| Ok(conn.execute("INSERT INTO tags (name, name_hash) VALUES ('x', 'x')", [])?)).await;
    assert!(matches!(result, Err(StorageError::Sqlite(rusqlite::Error::SqliteFailure(..)))), "{result:?}");
}

/// The log would be as long as all that was ever written if it were not copied back beside the writer.
#[tokio::test]
async fn the_log_is_copied_back_while_writing_goes_on() {
    let store = Store::new();
    let text = "x".repeat(100_000);
    for number in 0..1000 {
        let change = |tx: &mut Tx<'_>| {
            let sql = "INSERT INTO tags (name, name_hash) VALUES (?, ?)";
            Ok(tx.prepare_cached(sql)?.execute(rusqlite::params![text, number])?)
        };
        store.storage.write(Durability::Soon, change).await.unwrap();
    }
    store.storage.write(Durability::Durable, |_| Ok(())).await.unwrap();
    let log = store.dir.path().join("state.sqlite-wal").metadata().unwrap().len();
    assert!(log < 90_000_000, "{log}");
    store.storage.close().await.unwrap();
    assert!(!store.dir.path().join("state.sqlite-wal").exists(), "the rest is copied back at the end");
    assert_eq!(count(&store.other_program()).unwrap(), 1000);
}
