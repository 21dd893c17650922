//! How a connection whose other end has vanished is noticed: the system asks a silent peer whether it is still there.

use std::io;
use std::time::Duration;

use crate::Stream;

/// A peer is asked after so much silence, and then every so often.
const ASK_AFTER: Duration = Duration::from_secs(10);
const ASK_EVERY: Duration = Duration::from_secs(5);
/// A peer that acknowledges nothing for so long is gone, whether it is asked or sent something. The system looks at this
/// when it asks, so that the end comes at most [`ASK_EVERY`] later: within 30 seconds.
const GONE_AFTER: Duration = Duration::from_secs(20);

/// Ends the connection within 30 seconds when nothing can be heard of its peer any more.
pub fn probe_when_silent(stream: &Stream) -> io::Result<()> {
    // A program on the same machine that ends closes its sockets.
    let Some(stream) = stream.tcp() else { return Ok(()) };
    let socket = socket2::SockRef::from(stream);
    let keepalive = socket2::TcpKeepalive::new().with_time(ASK_AFTER).with_interval(ASK_EVERY).with_retries(3);
    socket.set_tcp_keepalive(&keepalive)?;
    socket.set_tcp_user_timeout(Some(GONE_AFTER))
}
