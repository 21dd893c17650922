//! The server that mail is handed to.

use std::time::Duration;

use ferrobot_config::{MailNotifier, Value};
use ferrobot_engine::ReporterContext;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
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
        let unusable = |error: Error| format!("relayhost `{host}`: {error}");
        let transport = if notifier.use_smtps.is_truthy() {
            AsyncSmtpTransport::<Tokio1Executor>::relay(&host).map_err(unusable)?
        } else if notifier.use_tls.is_truthy() {
            AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&host).map_err(unusable)?
        } else {
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&host)
        };
        let mut transport = transport.port(port).timeout(Some(ANSWER_TIMEOUT));
        let (user, password) = (rendered(&notifier.smtp_user).await?, rendered(&notifier.smtp_password).await?);
        if let (Some(user), Some(password)) = (user.as_str(), password.as_str()) {
            transport = transport.credentials(Credentials::new(user.to_owned(), password.to_owned()));
        }
        Ok(Server { host, port, transport: transport.build() })
    }

    pub(super) async fn send(&self, message: Message) -> Result<(), SendError> {
        let sent = self.transport.send(message).await;
        sent.map(drop).map_err(|source| SendError { host: self.host.clone(), port: self.port, source })
    }
}
