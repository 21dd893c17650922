//! What listens for workers, as `c['protocols']` says. A reconfiguration opens new ports before it closes old ones.

use std::sync::Arc;

use anyhow::bail;
use ferrobot_config::{Endpoint, Protocols};
use ferrobot_engine::Workers;
use ferrobot_gateway::{Accounts, MsgpackListener, PbListener};
use tracing::info;

/// Who may connect: workers, and those who send changes.
pub(crate) struct Peers {
    pub(crate) workers: Arc<dyn Workers>,
    pub(crate) accounts: Arc<dyn Accounts>,
}

/// The open ports.
#[derive(Default)]
pub(crate) struct Ports {
    msgpack: Option<(Endpoint, MsgpackListener)>,
    pb: Option<(Endpoint, PbListener)>,
}

/// Ports that are open already but not in use: what a reconfiguration can still give up, by dropping it.
pub(crate) struct Opened {
    msgpack: Change<MsgpackListener>,
    pb: Change<PbListener>,
}

enum Change<T> {
    Keep,
    Replace(Option<(Endpoint, T)>),
}

/// What has to be opened for a wish; `None`: nothing, `change` says what becomes of the old port.
fn wish<'a, T>(wanted: Option<&'a Endpoint>, open: Option<&(Endpoint, T)>) -> (Option<&'a Endpoint>, Change<T>) {
    if wanted == open.map(|(endpoint, _)| endpoint) { (None, Change::Keep) } else { (wanted, Change::Replace(None)) }
}

impl Ports {
    /// Opens what is new; the ports in use stay as they are.
    pub(crate) async fn open(&self, wanted: &Protocols, peers: &Peers) -> anyhow::Result<Opened> {
        let (to_open, mut msgpack) = wish(wanted.msgpack.as_ref(), self.msgpack.as_ref());
        if let Some(endpoint) = to_open {
            let listener = MsgpackListener::open(&address(endpoint)?, Arc::clone(&peers.workers)).await?;
            info!("MessagePack workers may connect to {}", listener.address());
            msgpack = Change::Replace(Some((endpoint.clone(), listener)));
        }
        let (to_open, mut pb) = wish(wanted.pb.as_ref(), self.pb.as_ref());
        if let Some(endpoint) = to_open {
            let (workers, accounts) = (Arc::clone(&peers.workers), Arc::clone(&peers.accounts));
            let listener = PbListener::open(&address(endpoint)?, workers, accounts).await?;
            info!("Perspective Broker workers may connect to {}", listener.address());
            pb = Change::Replace(Some((endpoint.clone(), listener)));
        }
        Ok(Opened { msgpack, pb })
    }

    /// Puts new ports in use and closes those that they replace.
    pub(crate) async fn apply(&mut self, opened: Opened) {
        if let Change::Replace(new) = opened.msgpack
            && let Some((_, old)) = std::mem::replace(&mut self.msgpack, new)
        {
            old.close().await;
        }
        if let Change::Replace(new) = opened.pb
            && let Some((_, old)) = std::mem::replace(&mut self.pb, new)
        {
            old.close().await;
        }
    }

    /// Closes all.
    pub(crate) async fn close(self) {
        if let Some((_, listener)) = self.msgpack {
            listener.close().await;
        }
        if let Some((_, listener)) = self.pb {
            listener.close().await;
        }
    }
}

/// `host:port` of an endpoint.
pub(crate) fn address(endpoint: &Endpoint) -> anyhow::Result<String> {
    match endpoint {
        Endpoint::Tcp { interface, port } if interface.contains(':') => Ok(format!("[{interface}]:{port}")),
        Endpoint::Tcp { interface, port } => Ok(format!("{interface}:{port}")),
        Endpoint::Unix { path } => bail!("the endpoint `unix:{path}` is not supported here yet; name a TCP port"),
        Endpoint::Other(text) => bail!("the endpoint `{text}` is not supported yet; name a TCP port"),
    }
}
