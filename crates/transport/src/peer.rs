//! Who is at the other end of a connection, for messages.

use std::fmt;
use std::net::SocketAddr;

/// The other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// This address; the one behind the proxy, if there is one.
    Address(SocketAddr),
    /// A program on this machine, by a socket in the file system.
    Local,
}

impl fmt::Display for Peer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Peer::Address(address) => address.fmt(formatter),
            Peer::Local => formatter.write_str("this machine"),
        }
    }
}
