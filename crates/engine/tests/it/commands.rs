//! What commands report: output of all shapes, log files, interrupts.

use ferrobot_config::LogSettings;
use ferrobot_engine::CommandControl;
use ferrobot_model::{CommandEvent, Results, Stream, Update};
use ferrobot_testkit::{Site, TestMaster, eventually, shell};
use insta::assert_snapshot;

fn output(stream: Stream, text: &str) -> CommandEvent {
    CommandEvent::Update(Update::Output(stream, text.to_owned()))
}

#[tokio::test]
async fn output_arrives_in_whole_lines_of_each_stream() {
    let master = TestMaster::start(Site::linux([shell("make").with("logfile", "test.log")])).await;
    let mut worker = master.connect("w1").await;
    let request = master.force("linux").await;
    let command = worker.expect_command().await;
    for event in [
        output(Stream::Header, "make\n in dir /build\n"),
        output(Stream::Stdout, "com"),
        output(Stream::Stderr, "warning\r\n"),
        output(Stream::Stdout, "piling\rlinking\n"),
        output(Stream::Log("test.log".to_owned()), "ran 3 tests\n"),
        output(Stream::Log("other.log".to_owned()), "nobody asked for this\n"),
        output(Stream::Stdout, "no newline"),
        output(Stream::Header, "program finished with exit code 0\n"),
    ] {
        command.send(event).await;
    }
    command.finish(0).await;
    master.finished(request).await;
    assert_snapshot!(master.log(1, "shell", "stdio").await, @"
    hmake
    h in dir /build
    ewarning
    ocompiling
    olinking
    hprogram finished with exit code 0
    hprogram finished with exit code 0
    ono newline
    ");
    assert_eq!(master.rows("builds/1/steps/shell/logs", &[]).await.len(), 2);
    assert_snapshot!(master.log(1, "shell", "test_log").await, @"oran 3 tests");
}

#[tokio::test]
async fn output_is_shown_while_the_command_runs() {
    let master = TestMaster::start(Site::linux([shell("make")])).await;
    let mut worker = master.connect("w1").await;
    let request = master.force("linux").await;
    let command = worker.expect_command().await;
    command.print("half way\n").await;
    eventually("the output", || async { (master.log(1, "shell", "stdio").await == "ohalf way\n").then_some(()) }).await;
    command.finish(0).await;
    master.finished(request).await;
}

#[tokio::test]
async fn what_is_too_much_is_left_out_but_for_its_end() {
    let logs = LogSettings { max_size: Some(60), max_tail_size: Some(30), ..LogSettings::default() };
    let master = TestMaster::start(Site::linux([shell("seq")]).logs(logs)).await;
    let mut worker = master.connect("w1").await;
    let request = master.force("linux").await;
    let command = worker.expect_command().await;
    for number in 1..=20 {
        command.print(&format!("line {number}\n")).await;
    }
    command.send(output(Stream::Header, "program finished\n")).await;
    command.finish(0).await;
    master.finished(request).await;
    assert_snapshot!(master.log(1, "shell", "stdio").await, @"
    oline 1
    oline 2
    oline 3
    oline 4
    oline 5
    oline 6
    oline 7
    h
    hOutput exceeded 60 bytes, remaining output has been truncated
    hprogram finished
    hprogram finished with exit code 0
    h
    hFinal 27 bytes follow below:
    oline 18
    oline 19
    oline 20
    ");
}

#[tokio::test]
async fn a_stopped_step_ends_when_its_command_has_ended() {
    let master = TestMaster::start(Site::linux([shell("sleep"), shell("never")])).await;
    let mut worker = master.connect("w1").await;
    let request = master.force("linux").await;
    let mut command = worker.expect_command().await;
    let build = master.building(request).await;
    let stop = ferrobot_data::Control::StopBuild { build, reason: "enough".to_owned(), results: None };
    master.control(stop).await.unwrap();
    assert_eq!(command.expect_control().await, CommandControl::Interrupt("enough".to_owned()));
    command.print("killed\n").await;
    command.finish(-1).await;
    assert_eq!(master.finished(request).await, Results::Cancelled);
    assert_snapshot!(master.story().await, @r"
    build 1 of linux on w1 for request 1: cancelled | cancelled (enough) 'sleep' (cancelled)
      0 worker_preparation: success | worker w1 ready
      1 shell: cancelled | 'sleep' (cancelled) [stdio, cancelled]
    ");
    assert_snapshot!(master.log(1, "shell", "cancelled").await, @"enough");
}
