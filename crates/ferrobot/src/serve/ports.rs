//! What listens for workers, as `c['protocols']` says, and for users of Perspective Broker. A reconfiguration opens new ports
//! before it closes old ones; a port that the last of its users has left is closed.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use ferrobot_config::Config;
use ferrobot_engine::Master;
use ferrobot_gateway::{MsgpackListener, PbListener};
use ferrobot_model::endpoint::Endpoint;
use ferrobot_transport::{Renewal, Renewed};
use tracing::info;

use super::users::Users;

/// The open ports.
#[derive(Default)]
pub(crate) struct Ports {
    msgpack: Option<(Endpoint, MsgpackListener)>,
    /// Workers and users of Perspective Broker; no two at the same place.
    pb: Vec<(Endpoint, PbListener)>,
}

/// Ports that are open already but not in use: what a reconfiguration can still give up, by dropping it.
pub(crate) struct Opened {
    msgpack: Change<MsgpackListener>,
    /// All that there have to be.
    pb: Vec<Change<PbListener>>,
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
    pub(crate) async fn open(&self, config: &Config, master: &Arc<Master>) -> anyhow::Result<Opened> {
        let leaving = self.leaving(config);
        let endpoint = config.protocols.msgpack.as_ref();
        let msgpack = match (renewed(MSGPACK, endpoint, self.msgpack.as_ref(), MsgpackListener::renewal)?, endpoint) {
            (Some(change), _) => change,
            (None, None) => Change::Replace(None),
            (None, Some(endpoint)) => {
                let listener = MsgpackListener::open(endpoint, &leaving, master.workers()).await.context(MSGPACK)?;
                info!("MessagePack workers may connect to {}", shown(listener.address(), endpoint));
                Change::Replace(Some((endpoint.clone(), listener)))
            }
        };
        let mut pb = Vec::new();
        for endpoint in config.pb_ports() {
            let is_for_workers = config.protocols.pb.as_ref() == Some(endpoint);
            let (key, who) = if is_for_workers { (PB, "workers") } else { ("a port of users", "users") };
            let open = self.pb.iter().find(|(open, _)| open.place.is_same(&endpoint.place));
            pb.push(match renewed(key, Some(endpoint), open, PbListener::renewal)? {
                Some(change) => change,
                None => {
                    let users = Users { master: Arc::downgrade(master), place: endpoint.place.clone() };
                    let listener = PbListener::open(endpoint, &leaving, master.workers(), Arc::new(users)).await;
                    let listener = listener.with_context(|| key.to_owned())?;
                    info!("Perspective Broker {who} may connect to {}", shown(listener.address(), endpoint));
                    Change::Replace(Some((endpoint.clone(), listener)))
                }
            });
        }
        Ok(Opened { msgpack, pb })
    }

    /// The ports that are not wanted any more: new ones may take their place.
    fn leaving(&self, config: &Config) -> Vec<&Renewal> {
        let is_left =
            |open: &Endpoint, wanted: &[&Endpoint]| !wanted.iter().any(|other| other.place.is_same(&open.place));
        let msgpack: Vec<&Endpoint> = config.protocols.msgpack.iter().collect();
        let pb = config.pb_ports();
        let of_msgpack =
            self.msgpack.iter().filter(|(open, _)| is_left(open, &msgpack)).map(|(_, port)| port.renewal());
        let of_pb = self.pb.iter().filter(|(open, _)| is_left(open, &pb)).map(|(_, port)| port.renewal());
        of_msgpack.chain(of_pb).collect()
    }

    /// Puts new ports in use and closes those that nothing needs any more.
    pub(crate) async fn apply(&mut self, opened: Opened) {
        if let Some(old) = opened.msgpack.apply(&mut self.msgpack) {
            old.close().await;
        }
        let mut before: Vec<Option<(Endpoint, PbListener)>> = self.pb.drain(..).map(Some).collect();
        for change in opened.pb {
            let mut port = match &change {
                Change::Renew(wanted, _) => before
                    .iter_mut()
                    .find(|port| port.as_ref().is_some_and(|(open, _)| open.place.is_same(&wanted.place)))
                    .and_then(Option::take),
                Change::Replace(_) => None,
            };
            if let Some(old) = change.apply(&mut port) {
                old.close().await;
            }
            self.pb.extend(port);
        }
        for (endpoint, old) in before.into_iter().flatten() {
            info!(
                "Perspective Broker at {} is closed: nobody may connect there any more",
                shown(old.address(), &endpoint)
            );
            old.close().await;
        }
    }

    /// Closes all.
    pub(crate) async fn close(self) {
        if let Some((_, listener)) = self.msgpack {
            listener.close().await;
        }
        for (_, listener) in self.pb {
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
