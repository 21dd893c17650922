//! The first bytes of a connection, as a stock worker sends them.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use ferrobot_worker::options::{MasterAddress, Protocol, WorkerOptions};

use crate::scripted::{DEADLINE, LiveWorker};

/// What a stock master 4.3.0 sent to a stock worker, and what that answered, from the first byte to the first build.
const RECORDED: [(&str, &str); 6] = [
    ("02800282706204826e6f6e65", "0282706202801387068107801a8701810482726f6f741487018102800b870282773101800587"),
    (
        "02801387068103801b87018103800b8710828d1fc227a581e597b42cf62f11a919f4028010870181",
        "07801a87028101810782726573706f6e64018103800b871082ac9bd40c27baa459f6607fc57a4ce95f0280108701810180058702801d870181",
    ),
    (
        "07801a870181018105827072696e74018101800b8702800587028002800782756e69636f64651a8702800782756e69636f646508826174746163686564",
        "03801b87018101800187",
    ),
    (
        "07801a87038101810e827365744275696c6465724c697374018102800b870380088703800b8702800782756e69636f64650282623102800782756e69636f646504826264697203800b8702800782756e69636f64650282623202800782756e69636f64650282623201800587",
        "03801b87038103800587028002800782756e69636f646502826231028010870281028002800782756e69636f646502826232028010870381",
    ),
    (
        "07801a870481018105827072696e74018101800b8702800587028002800782756e69636f64651a8702800782756e69636f64650882617474616368656407801a870581018105827072696e74018101800b8702800587028002800782756e69636f64651a8702800782756e69636f646508826174746163686564",
        "03801b8704810180018703801b87058101800187",
    ),
    ("03801b87028102801087028107801a87078102810a8273746172744275696c64018101800b8701800587", "03801b87078101800187"),
];

#[tokio::test]
async fn a_worker_attaches_byte_for_byte_as_a_stock_one() {
    let place = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let master = MasterAddress { host: "127.0.0.1".to_owned(), port: listener.local_addr().unwrap().port() };
    let mut options = WorkerOptions::new(place.path().to_owned(), master, "w1", "pw");
    options.protocol = Protocol::PerspectiveBroker;
    let live = LiveWorker::start(options);
    let story = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        for (sent, expected) in RECORDED {
            socket.write_all(&hex::decode(sent).unwrap()).await.unwrap();
            let mut answer = vec![0; expected.len() / 2];
            socket.read_exact(&mut answer).await.unwrap();
            assert_eq!(hex::encode(answer), expected, "the answer to {sent}");
        }
    };
    tokio::time::timeout(DEADLINE, story).await.unwrap();
    // The builders of the recorded master.
    assert!(place.path().join("bdir").is_dir() && place.path().join("b2").is_dir());
    live.shutdown.cancel();
    live.end().await.unwrap();
}
