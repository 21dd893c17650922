//! The server that mail is handed to.

use std::time::Duration;

use ferrobot_config::{MailNotifier, Value};
use ferrobot_engine::ReporterContext;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

/// From the connection to the answer of one word.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
#[error("{host}:{port}: {source}")]
pub(super) struct SendError {
    host: String,
    port: u16,
    source: Error,
}

impl SendError {
    /// The server has said no, and will again.
    pub(super) fn is_final(&self) -> bool {
        self.source.is_permanent()
    }
}

/// How a connection is secured: as Buildbot does it for the same settings, so that a server that takes its mail takes ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    /// TLS from the first byte; whoever answers is believed.
    Smtps,
    /// STARTTLS, by a server whose certificate the system trusts.
    StartTls,
    /// The same where the server offers it: a login is not shown to others without need.
    StartTlsIfOffered,
    Nothing,
}

impl Security {
    fn of(notifier: &MailNotifier, has_login: bool) -> Security {
        match (notifier.use_smtps.is_truthy(), notifier.use_tls.is_truthy(), has_login) {
            (true, _, _) => Security::Smtps,
            (false, true, _) => Security::StartTls,
            (false, false, true) => Security::StartTlsIfOffered,
            (false, false, false) => Security::Nothing,
        }
    }

    fn tls(self, host: &str) -> Result<Tls, Error> {
        let checked = || TlsParameters::new(host.to_owned());
        Ok(match self {
            Security::Smtps => {
                Tls::Wrapper(TlsParameters::builder(host.to_owned()).dangerous_accept_invalid_certs(true).build()?)
            }
            Security::StartTls => Tls::Required(checked()?),
            Security::StartTlsIfOffered => Tls::Opportunistic(checked()?),
            Security::Nothing => Tls::None,
        })
    }
}

/// Where mail is handed in, and how.
pub(super) struct Server {
    host: String,
    port: u16,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Server {
    /// Reads `relayhost` and what belongs to it; secrets are read anew for each mail.
    pub(super) async fn read(context: &ReporterContext, notifier: &MailNotifier) -> Result<Server, String> {
        let rendered = async |value: &Value| context.render(value).await.map_err(|error| error.to_string());
        let host = rendered(&notifier.relayhost).await?.as_str().unwrap_or("localhost").to_owned();
        let port = match rendered(&notifier.smtp_port).await? {
            Value::Int(port) => u16::try_from(port).map_err(|_| format!("smtpPort {port} is no port"))?,
            Value::None => 25,
            other => return Err(format!("smtpPort must be a number, not {}", other.type_name())),
        };
        let (user, password) = (rendered(&notifier.smtp_user).await?, rendered(&notifier.smtp_password).await?);
        let login = match (user.as_str(), password.as_str()) {
            (Some(user), Some(password)) => Some(Credentials::new(user.to_owned(), password.to_owned())),
            _ => None,
        };
        let security = Security::of(notifier, login.is_some());
        let tls = security.tls(&host).map_err(|error| format!("relayhost `{host}`: {error}"))?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&host);
        let mut transport = transport.port(port).tls(tls).timeout(Some(ANSWER_TIMEOUT));
        if let Some(login) = login {
            transport = transport.credentials(login);
        }
        Ok(Server { host, port, transport: transport.build() })
    }

    pub(super) async fn send(&self, message: Message) -> Result<(), SendError> {
        let sent = self.transport.send(message).await;
        sent.map(drop).map_err(|source| SendError { host: self.host.clone(), port: self.port, source })
    }
}
