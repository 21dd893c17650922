//! What listens for workers, as `c['protocols']` says. A reconfiguration opens new ports before it closes old ones.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use ferrobot_config::Protocols;
use ferrobot_engine::Workers;
use ferrobot_gateway::{Accounts, MsgpackListener, PbListener};
use ferrobot_model::endpoint::Endpoint;
use ferrobot_transport::{Renewal, Renewed};
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
    /// The same socket, with certificates read anew.
    Renew(Endpoint, Renewed),
    Replace(Option<(Endpoint, T)>),
}

impl<T> Change<T> {
    /// Puts it in force; the port that is not needed any more.
    fn apply(self, port: &mut Option<(Endpoint, T)>) -> Option<T> {
        match self {
            Change::Renew(wanted, renewed) => {
                renewed.apply();
                if let Some((endpoint, _)) = port {
                    *endpoint = wanted;
                }
                None
            }
            Change::Replace(new) => std::mem::replace(port, new).map(|(_, old)| old),
        }
    }
}

/// A socket that is open already serves on.
fn renewed<T>(
    key: &str,
    wanted: Option<&Endpoint>,
    open: Option<&(Endpoint, T)>,
    renewal: impl Fn(&T) -> &Renewal,
) -> anyhow::Result<Option<Change<T>>> {
    let (Some(wanted), Some((_, open))) = (wanted, open) else { return Ok(None) };
    let renewed = renewal(open).prepare(wanted).with_context(|| key.to_owned())?;
    Ok(renewed.map(|renewed| Change::Renew(wanted.clone(), renewed)))
}

const MSGPACK: &str = "c['protocols']['msgpack_experimental_v7']['port']";
const PB: &str = "c['protocols']['pb']['port']";

impl Ports {
    /// Opens what is new; the ports in use stay as they are.
    pub(crate) async fn open(&self, wanted: &Protocols, peers: &Peers) -> anyhow::Result<Opened> {
        let endpoint = wanted.msgpack.as_ref();
        let msgpack = match (renewed(MSGPACK, endpoint, self.msgpack.as_ref(), MsgpackListener::renewal)?, endpoint) {
            (Some(change), _) => change,
            (None, None) => Change::Replace(None),
            (None, Some(endpoint)) => {
                let listener = MsgpackListener::open(endpoint, Arc::clone(&peers.workers)).await.context(MSGPACK)?;
                info!("MessagePack workers may connect to {}", shown(listener.address(), endpoint));
                Change::Replace(Some((endpoint.clone(), listener)))
            }
        };
        let endpoint = wanted.pb.as_ref();
        let pb = match (renewed(PB, endpoint, self.pb.as_ref(), PbListener::renewal)?, endpoint) {
            (Some(change), _) => change,
            (None, None) => Change::Replace(None),
            (None, Some(endpoint)) => {
                let (workers, accounts) = (Arc::clone(&peers.workers), Arc::clone(&peers.accounts));
                let listener = PbListener::open(endpoint, workers, accounts).await.context(PB)?;
                info!("Perspective Broker workers may connect to {}", shown(listener.address(), endpoint));
                Change::Replace(Some((endpoint.clone(), listener)))
            }
        };
        Ok(Opened { msgpack, pb })
    }

    /// Puts new ports in use and closes those that they replace.
    pub(crate) async fn apply(&mut self, opened: Opened) {
        if let Some(old) = opened.msgpack.apply(&mut self.msgpack) {
            old.close().await;
        }
        if let Some(old) = opened.pb.apply(&mut self.pb) {
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

/// The address as it turned out, which for port 0 is not that of the endpoint.
fn shown(address: Option<SocketAddr>, endpoint: &Endpoint) -> String {
    match address {
        Some(address) if endpoint.tls.is_none() && !endpoint.behind_proxy => address.to_string(),
        _ => endpoint.to_string(),
    }
}
