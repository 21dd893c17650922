//! A tunnel through an HTTP proxy.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use ferrobot_transport::Stream;

/// A proxy's answer is shorter.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// Why there is no tunnel.
#[derive(Debug, thiserror::Error)]
pub(super) enum TunnelError {
    #[error(transparent)]
    Lost(#[from] std::io::Error),
    #[error("{0}")]
    Refused(String),
}

/// Asks the proxy at the other end for a tunnel to `host`.
pub(super) async fn dig(stream: &mut Stream, host: &str, port: u16) -> Result<(), TunnelError> {
    let target = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
    let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    let mut answer = Vec::new();
    // Byte by byte, as what follows belongs to somebody else.
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() > ANSWER_BYTES_MAX {
            return Err(TunnelError::Refused("the proxy's answer is too long".to_owned()));
        }
        answer.push(stream.read_u8().await?);
    }
    let text = String::from_utf8_lossy(&answer);
    let first = text.lines().next().unwrap_or_default();
    match first.split(' ').nth(1) {
        Some("200") => Ok(()),
        _ => Err(TunnelError::Refused(format!("the proxy answered `{first}`"))),
    }
}
