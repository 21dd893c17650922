//! What listens for workers, as `c['protocols']` says. A reconfiguration opens new ports before it closes old ones.

use std::sync::Arc;

use anyhow::bail;
use ferrobot_config::{Endpoint, Protocols};
use ferrobot_engine::Workers;
use ferrobot_gateway::MsgpackListener;
use tracing::info;

/// The open ports.
#[derive(Default)]
pub(crate) struct Ports {
    msgpack: Option<(Endpoint, MsgpackListener)>,
}

/// Ports that are open already but not in use: what a reconfiguration can still give up.
pub(crate) struct Opened {
    msgpack: Change,
}

enum Change {
    Keep,
    Replace(Option<(Endpoint, MsgpackListener)>),
}

impl Ports {
    /// Opens what is new; the ports in use stay as they are.
    pub(crate) async fn open(&self, wanted: &Protocols, workers: &Arc<dyn Workers>) -> anyhow::Result<Opened> {
        let current = self.msgpack.as_ref().map(|(endpoint, _)| endpoint);
        let msgpack = match (&wanted.msgpack, current) {
            (wanted, current) if wanted.as_ref() == current => Change::Keep,
            (None, _) => Change::Replace(None),
            (Some(endpoint), _) => {
                let listener = MsgpackListener::open(&address(endpoint)?, Arc::clone(workers)).await?;
                info!("MessagePack workers may connect to {}", listener.address());
                Change::Replace(Some((endpoint.clone(), listener)))
            }
        };
        Ok(Opened { msgpack })
    }

    /// Puts new ports in use and closes those that they replace.
    pub(crate) async fn apply(&mut self, opened: Opened) {
        if let Change::Replace(new) = opened.msgpack
            && let Some((_, old)) = std::mem::replace(&mut self.msgpack, new)
        {
            old.close().await;
        }
    }

    /// Closes all.
    pub(crate) async fn close(self) {
        if let Some((_, listener)) = self.msgpack {
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
