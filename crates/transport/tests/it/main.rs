//! Listeners and TLS against programs of others: OpenSSL and HAProxy.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic anywhere")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

mod authority;
mod haproxy;
mod sockets;
mod tls;

use std::time::Duration;

use ferrobot_transport::{Listener, Peer, Stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Nothing that a test waits for takes longer.
const DEADLINE: Duration = Duration::from_secs(30);

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future).await.expect("it happens in time")
}

/// Answers the next connection's first line with its peer's address.
async fn answer_one(listener: &mut Listener) -> Peer {
    let (mut stream, peer) = within(listener.accept()).await;
    within(answer(&mut stream, &peer)).await;
    peer
}

async fn answer(stream: &mut Stream, peer: &Peer) {
    let mut line = Vec::new();
    while !line.ends_with(b"\n") {
        line.push(stream.read_u8().await.unwrap());
    }
    let text = format!("{peer} said {}", String::from_utf8_lossy(&line));
    stream.write_all(text.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
}
