//! Tries, and how they are followed from outside.

use std::sync::Arc;

use ferrobot_engine::{StepNews, TriedBuild, Tries, TryJob};
use ferrobot_model::{BuildId, BuildRequestId, Results};
use ferrobot_testkit::{Builder, Site, TestMaster, act, eventually, shell};
use tokio::sync::mpsc::Receiver;

async fn submit(tries: &Arc<dyn Tries>) -> BuildRequestId {
    let job = TryJob { branch: Some("main".to_owned()), builders: vec!["linux".to_owned()], ..TryJob::default() };
    let requests = tries.submit("force", job).await.expect("it is taken").expect("there is such a builder");
    let [(builder, request)] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(builder, "linux");
    *request
}

async fn next<T>(news: &mut Receiver<T>) -> T {
    tokio::time::timeout(std::time::Duration::from_secs(20), news.recv())
        .await
        .expect("news come in time")
        .expect("somebody tells")
}

#[tokio::test]
async fn a_try_is_followed_from_its_request_to_its_result() {
    let site = Site::new().worker("w1").builder(Builder::new("linux", &["w1"]).step(shell("build")).step(act("fail")));
    let master = TestMaster::start(site).await;
    let tries = master.master.tries();
    let request = submit(&tries).await;
    let mut builds = tries.builds_of(request);
    let mut worker = master.connect("w1").await;
    let build = next(&mut builds).await;
    let command = worker.expect_command().await;
    let mut steps = tries.steps_of(build);
    // Who comes late learns of the same build, once.
    let mut late = tries.builds_of(request);
    assert_eq!(next(&mut late).await, build);
    assert_eq!(tries.build(build).await.unwrap().results, None);
    let finished = tokio::spawn({
        let tries = Arc::clone(&tries);
        async move { tries.finished(build).await }
    });
    command.finish(0).await;
    assert_eq!(finished.await.unwrap(), Ok(()));
    let told = [
        StepNews::Finished("shell".to_owned(), Some(Results::Success)),
        StepNews::Started("fail".to_owned()),
        StepNews::Finished("fail".to_owned(), Some(Results::Failure)),
    ];
    for expected in told {
        assert_eq!(next(&mut steps).await, expected);
    }
    let build = tries.build(build).await.unwrap();
    assert_eq!(
        build,
        TriedBuild { results: Some(Results::Failure), state_string: "failed finished (failure)".to_owned() }
    );
    // Neither was told anything twice.
    assert!(builds.try_recv().is_err() && late.try_recv().is_err());
}

#[tokio::test]
async fn a_build_that_is_lost_is_followed_by_the_next_one() {
    let master = TestMaster::start(Site::linux([shell("build")])).await;
    let tries = master.master.tries();
    let request = submit(&tries).await;
    let mut builds = tries.builds_of(request);
    let mut worker = master.connect("w1").await;
    let lost = next(&mut builds).await;
    worker.expect_command().await;
    worker.vanish();
    tries.finished(lost).await.unwrap();
    assert_eq!(tries.build(lost).await.unwrap().results, Some(Results::Retry));
    let mut worker = master.connect("w1").await;
    let second = next(&mut builds).await;
    assert_ne!(second, lost);
    worker.expect_command().await.finish(0).await;
    tries.finished(second).await.unwrap();
    assert_eq!(tries.build(second).await.unwrap().results, Some(Results::Success));
}

#[tokio::test]
async fn nobody_is_followed_for_somebody_who_is_gone() {
    let master = TestMaster::start(Site::linux([act("build")])).await;
    let tries = master.master.tries();
    let request = submit(&tries).await;
    drop((tries.builds_of(request), tries.steps_of(BuildId(1))));
    eventually("the tasks to end", || async {
        let running = master.master.status().tasks;
        (!running.iter().any(|(name, _)| name.ends_with("of a try"))).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_is_not_there_is_told() {
    let master = TestMaster::start(Site::linux([act("build")])).await;
    let tries = master.master.tries();
    assert!(tries.takes_tries("force") && !tries.takes_tries("nothing"));
    let told = tries.submit("nothing", TryJob::default()).await.unwrap_err();
    assert_eq!(told, "there is no scheduler named 'nothing'");
    assert_eq!(tries.builder_names("nothing").await.unwrap_err(), told);
    assert_eq!(tries.build(BuildId(7)).await.unwrap_err(), "there is no build 7");
    assert_eq!(tries.finished(BuildId(7)).await.unwrap_err(), "there is no build 7");
}
