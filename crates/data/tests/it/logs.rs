//! Logs: appended in blocks, read by lines.

use ferrobot_data::Data;
use ferrobot_model::LogId;
use serde_json::json;

use crate::fixture::Fixture;
use crate::story::{body, topics, until};

async fn whole(data: &Data, log: LogId) -> String {
    data.log_lines(log, 0, i64::MAX).await.unwrap()
}

#[tokio::test]
async fn a_log_tells_its_story() {
    let fixture = Fixture::new().await;
    let step = fixture.step().await;
    let mut events = fixture.data.events().subscribe(&[]);
    let log = fixture.data.add_log(step, "my log", 't').await.unwrap();
    fixture.data.append_log(log, "one\ntwo\n".into()).await.unwrap();
    fixture.data.append_log(log, String::new()).await.unwrap();
    fixture.data.append_log(log, "\n\nfive\n".into()).await.unwrap();
    fixture.data.finish_log(log).await.unwrap();
    let seen = until(&mut events, "steps/1/logs/my_log/finished").await;
    assert_eq!(
        topics(&seen),
        [
            "logs/1/new",
            "steps/1/logs/my_log/new",
            "logs/1/append",
            "steps/1/logs/my_log/append",
            "logs/1/append",
            "steps/1/logs/my_log/append",
            "logs/1/finished",
            "steps/1/logs/my_log/finished",
        ]
    );
    assert_eq!(
        body(&seen, "logs/1/finished"),
        json!({"logid": 1, "name": "my log", "slug": "my_log", "stepid": 1, "complete": true, "num_lines": 5, "type": "t"})
    );
    assert_eq!(whole(&fixture.data, log).await, "one\ntwo\n\n\nfive\n");
    assert_eq!(
        fixture.rows("SELECT first_line || '-' || last_line || ' ' || compressed FROM logchunks").await,
        ["0-4 0"],
        "the two chunks are one now"
    );
}

#[tokio::test]
async fn slugs_are_unique_in_their_step() {
    let fixture = Fixture::new().await;
    let step = fixture.step().await;
    for name in ["t t/T", "t t/T", "t_t_T", "stdio"] {
        fixture.data.add_log(step, name, 's').await.unwrap();
    }
    assert_eq!(fixture.rows("SELECT slug FROM logs ORDER BY id").await, ["t_t_T", "t_t_T_2", "t_t_T_3", "stdio"]);
    assert_eq!(fixture.data.log_by_slug(step, "t_t_T_2").await.unwrap(), Some(LogId(2)));
    assert_eq!(fixture.data.log_by_slug(step, "nope").await.unwrap(), None);
}

#[tokio::test]
async fn any_range_of_lines_can_be_read() {
    let fixture = Fixture::new().await;
    let log = fixture.data.add_log(fixture.step().await, "stdio", 's').await.unwrap();
    let line = |number: usize| format!("oline {number} {}\n", "x".repeat(number % 97));
    for first in (0..3000).step_by(7) {
        fixture.data.append_log(log, (first..(first + 7).min(3000)).map(line).collect()).await.unwrap();
    }
    for finished in [false, true] {
        for (first, last) in
            [(0, 0), (0, 6), (0, 7), (6, 7), (1500, 1999), (2999, 2999), (2990, 5000), (0, 9999), (3000, 4000), (5, 4)]
        {
            let expected: String = (first..=last.min(2999)).map(line).collect();
            let text = fixture.data.log_lines(log, first as i64, last as i64).await.unwrap();
            assert_eq!(text, expected, "{first}-{last}, finished: {finished}");
        }
        fixture.data.finish_log(log).await.unwrap();
    }
    let chunks: i64 = fixture.rows("SELECT count(*) FROM logchunks").await[0].parse().unwrap();
    assert!((3..10).contains(&chunks), "{chunks}");
    assert_eq!(fixture.rows("SELECT num_lines FROM logs").await, ["3000"]);
}

#[tokio::test]
async fn a_log_can_be_read_in_blocks() {
    let fixture = Fixture::new().await;
    let log = fixture.data.add_log(fixture.step().await, "stdio", 't').await.unwrap();
    let text = "some text of a line\n".repeat(20_000);
    fixture.data.append_log(log, text.clone()).await.unwrap();
    let (mut read, mut next, mut blocks) = (String::new(), 0, 0);
    loop {
        let (block, after) = fixture.data.log_block(log, next, 100_000).await.unwrap();
        if block.is_empty() {
            break;
        }
        assert!(block.len() < 200_000);
        read.push_str(&block);
        (next, blocks) = (after, blocks + 1);
    }
    assert_eq!((read == text, next, blocks > 2), (true, 20_000, true));
}

#[tokio::test]
async fn every_compression_gives_back_what_was_written() {
    for method in ["raw", "gz", "bz2", "lz4", "zstd", "br"] {
        let fixture = Fixture::with(|options| options.log_compression = method.into()).await;
        let log = fixture.data.add_log(fixture.step().await, "stdio", 's').await.unwrap();
        let blocks = [
            "short\n".to_owned(),
            "compresses well\n".repeat(10_000),
            "\0 and \u{1F600}\n".to_owned(),
            "again\n".repeat(500),
        ];
        for block in &blocks {
            fixture.data.append_log(log, block.clone()).await.unwrap();
        }
        fixture.data.finish_log(log).await.unwrap();
        assert_eq!(whole(&fixture.data, log).await, blocks.concat(), "{method}");
    }
    let unknown = Fixture::new().await.dir;
    let options =
        ferrobot_data::DataOptions { log_compression: "rar".into(), ..crate::fixture::options(unknown.path()) };
    let error = Data::open(options, std::sync::Arc::new(ferrobot_model::SystemClock)).await.err().unwrap();
    assert!(error.to_string().contains("`rar`"), "{error}");
}

#[tokio::test]
async fn a_log_that_is_not_there_swallows_text() {
    let fixture = Fixture::new().await;
    fixture.data.append_log(LogId(77), "lost\n".into()).await.unwrap();
    assert_eq!(fixture.rows("SELECT count(*) FROM logchunks").await, ["0"]);
}

#[tokio::test]
async fn old_logs_lose_their_text_and_say_so() {
    let fixture = Fixture::new().await;
    let (_, build) = fixture.build().await;
    let mut logs = Vec::new();
    for number in 0..120 {
        let (step, _, _) = fixture.data.add_step(build, &format!("s{number}")).await.unwrap();
        fixture.data.start_step(step, true).await.unwrap();
        let log = fixture.data.add_log(step, "stdio", 's').await.unwrap();
        fixture.data.append_log(log, "oline\n".into()).await.unwrap();
        logs.push(log);
        fixture.clock.advance(1.0);
    }
    assert_eq!(fixture.data.delete_old_logs(1_000_000).await.unwrap(), 0);
    assert_eq!(fixture.data.delete_old_logs(1_000_100).await.unwrap(), 100);
    assert_eq!(fixture.data.delete_old_logs(1_000_100).await.unwrap(), 0);
    assert_eq!(whole(&fixture.data, logs[99]).await, "");
    assert_eq!(whole(&fixture.data, logs[100]).await, "oline\n");
    assert_eq!(fixture.rows("SELECT type || count(*) FROM logs GROUP BY type ORDER BY 1").await, ["d100", "s20"]);
}
