//! Carries the frames of one MessagePack worker both ways, until either side ends. An idle connection has no buffers and one timer.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, ready};
use std::time::Duration;

use ferrobot_engine::Workers;
use ferrobot_wire::msgpack::Frame;
use ferrobot_wire::websocket::{self, Message, Reader, WebSocketError};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::time::{Instant, interval_at, timeout};

use crate::connection::{Connection, WorkerRequest};

/// No block of output and no block of a transfer comes near this.
const MESSAGE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// One read takes at most so much.
const READ_BYTES: usize = 64 * 1024;
/// A peer that was silent for so long is pinged, and given up when it does not answer within the same time: after at most three of
/// these, a network that fails is noticed, also behind a proxy.
const PING_EVERY: Duration = Duration::from_secs(9);
/// How long the last words may take.
const CLOSING_TIMEOUT: Duration = Duration::from_secs(1);

/// Serves the connection until it ends; answers with the reason.
pub(crate) async fn carry(
    connection: &Arc<Connection>,
    workers: &Arc<dyn Workers>,
    stream: impl AsyncRead + AsyncWrite + Send,
) -> String {
    let (reader, mut writer) = tokio::io::split(stream);
    let hearing = Hearing::default();
    let mut unwritten = Unwritten::default();
    let reason = tokio::select! {
        reason = read(connection, workers, reader, &hearing) => reason,
        error = write(connection, &mut writer, &mut unwritten) => error.to_string(),
        () = silence(connection, &hearing) => "the peer is silent".to_owned(),
        () = connection.ended() => "the master closed the connection".to_owned(),
    };
    connection.close(&reason);
    let _closing = timeout(CLOSING_TIMEOUT, part(&mut writer, &mut unwritten)).await;
    reason
}

/// What is heard of a peer.
#[derive(Default)]
struct Hearing {
    /// Something has come since this was looked at.
    heard: AtomicBool,
    /// What has come is being taken, for which the engine may need its time. Nothing can be heard meanwhile.
    is_busy: AtomicBool,
}

async fn read(
    connection: &Arc<Connection>,
    workers: &Arc<dyn Workers>,
    mut stream: impl AsyncRead + Unpin,
    hearing: &Hearing,
) -> String {
    let mut reader = Reader::new(MESSAGE_BYTES_MAX);
    loop {
        let messages = match receive(&mut stream, &mut reader).await {
            Ok(Some(messages)) => messages,
            Ok(None) => return "the peer closed the connection".to_owned(),
            Err(error) => return error.to_string(),
        };
        hearing.heard.store(true, Ordering::Relaxed);
        hearing.is_busy.store(true, Ordering::Relaxed);
        // On the heap, so that a connection does not keep the room for it while it waits.
        if let Err(reason) = Box::pin(take_all(connection, workers, messages)).await {
            return reason;
        }
        hearing.is_busy.store(false, Ordering::Relaxed);
        // A peer that never stops leaves the others their turn.
        tokio::task::yield_now().await;
    }
}

/// Waits for bytes, and answers with the messages that they complete; `None`: the end. The buffer is on the stack: thousands of
/// idle connections have none.
async fn receive(stream: &mut (impl AsyncRead + Unpin), reader: &mut Reader) -> io::Result<Option<Vec<Message>>> {
    poll_fn(|context| {
        let mut space = [MaybeUninit::uninit(); READ_BYTES];
        let mut buffer = ReadBuf::uninit(&mut space);
        ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer))?;
        let received = buffer.filled();
        Poll::Ready(if received.is_empty() { Ok(None) } else { messages(reader, received).map(Some) })
    })
    .await
}

fn messages(reader: &mut Reader, mut received: &[u8]) -> io::Result<Vec<Message>> {
    let invalid = |error: WebSocketError| io::Error::new(io::ErrorKind::InvalidData, error);
    let mut messages = Vec::new();
    while let Some(message) = reader.read(&mut received).map_err(invalid)? {
        messages.push(message);
    }
    Ok(messages)
}

/// An error is the reason why the connection ends.
async fn take_all(
    connection: &Arc<Connection>,
    workers: &Arc<dyn Workers>,
    messages: Vec<Message>,
) -> Result<(), String> {
    for message in messages {
        take(connection, workers, message).await?;
        // Without this, thousands of small messages that came at once would be taken in one turn.
        tokio::task::coop::consume_budget().await;
    }
    Ok(())
}

async fn take(connection: &Arc<Connection>, workers: &Arc<dyn Workers>, message: Message) -> Result<(), String> {
    let bytes = match message {
        Message::Binary(bytes) => bytes,
        Message::Text(_) => return Err("the peer sent text where only MessagePack is spoken".to_owned()),
        Message::Close => return Err("the peer closed the connection".to_owned()),
        Message::Pong => return Ok(()),
        Message::Ping(asked) => {
            connection.outgoing().push(websocket::pong(&asked)).await;
            return Ok(());
        }
    };
    let frame = Frame::decode(&bytes).map_err(|error| format!("the peer sent a broken frame: {error}"))?;
    match connection.receive(frame).await.map_err(|error| error.to_string())? {
        None => {}
        Some(WorkerRequest::Shutdown) => workers.graceful_shutdown_requested(connection.worker()).await,
    }
    Ok(())
}

/// What was taken to be written and is not, or not all, on its way.
#[derive(Default)]
struct Unwritten {
    bytes: Vec<u8>,
    written: usize,
}

impl Unwritten {
    async fn write(&mut self, stream: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        while self.written < self.bytes.len() {
            match stream.write(&self.bytes[self.written..]).await? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                written => self.written += written,
            }
        }
        *self = Unwritten::default();
        stream.flush().await
    }
}

async fn write(
    connection: &Connection,
    stream: &mut (impl AsyncWrite + Unpin),
    unwritten: &mut Unwritten,
) -> io::Error {
    loop {
        unwritten.bytes = connection.outgoing().take().await;
        if let Err(error) = unwritten.write(stream).await {
            return error;
        }
    }
}

/// Ends when the peer says nothing, not even when it is asked.
async fn silence(connection: &Connection, hearing: &Hearing) {
    let mut due = interval_at(Instant::now() + PING_EVERY, PING_EVERY);
    let mut asked = false;
    loop {
        due.tick().await;
        let (heard, is_busy) = (hearing.heard.swap(false, Ordering::Relaxed), hearing.is_busy.load(Ordering::Relaxed));
        if asked && !heard && !is_busy {
            return;
        }
        if !heard {
            // Also while nobody listens: a peer whose messages are not answered would take the master for gone.
            connection.outgoing().push(websocket::ping()).await;
        }
        asked = !heard && !is_busy;
    }
}

/// Finishes what was begun, and says goodbye.
async fn part(stream: &mut (impl AsyncWrite + Unpin), unwritten: &mut Unwritten) -> io::Result<()> {
    unwritten.write(stream).await?;
    stream.write_all(&websocket::close()).await?;
    stream.shutdown().await
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_peer_is_asked_before_it_is_given_up() {
        let connection = Connection::new("w1", CancellationToken::new());
        let hearing = Hearing { heard: true.into(), is_busy: false.into() };
        let begin = Instant::now();
        silence(&connection, &hearing).await;
        assert_eq!(begin.elapsed(), 3 * PING_EVERY);
        assert_eq!(connection.outgoing().take().await, websocket::ping());
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_answers_stays() {
        let connection = Connection::new("w1", CancellationToken::new());
        let hearing = Hearing::default();
        let answers = async {
            for _ in 0..10 {
                connection.outgoing().take().await;
                hearing.heard.store(true, Ordering::Relaxed);
            }
        };
        tokio::select! {
            () = silence(&connection, &hearing) => panic!("it is given up"),
            () = answers => {}
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_whose_messages_wait_for_the_engine_is_not_silent_and_hears_something() {
        let connection = Connection::new("w1", CancellationToken::new());
        let hearing = Hearing { heard: false.into(), is_busy: true.into() };
        let begin = Instant::now();
        let engine = async {
            for _ in 0..10 {
                assert_eq!(connection.outgoing().take().await, websocket::ping());
            }
            assert_eq!(begin.elapsed(), 10 * PING_EVERY);
            hearing.is_busy.store(false, Ordering::Relaxed);
            std::future::pending().await
        };
        tokio::select! {
            () = silence(&connection, &hearing) => {}
            () = engine => {}
        }
        assert_eq!(begin.elapsed(), 12 * PING_EVERY);
    }
}
