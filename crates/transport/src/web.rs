//! A web server accepts from a listener, and knows its peers.

use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;

use crate::{Listener, Peer, Stream};

impl axum::serve::Listener for Listener {
    type Io = Stream;
    type Addr = Peer;

    async fn accept(&mut self) -> (Stream, Peer) {
        Listener::accept(self).await
    }

    fn local_addr(&self) -> std::io::Result<Peer> {
        Ok(self.address().map_or(Peer::Local, Peer::Address))
    }
}

impl Connected<IncomingStream<'_, Listener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Listener>) -> Peer {
        stream.remote_addr().clone()
    }
}
