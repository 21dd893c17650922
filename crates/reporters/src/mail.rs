//! `MailNotifier`: mail about workers that stay away.

mod letter;
mod server;

use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Errors, MailNotifier, Object, Value, WorkerMissingGenerator};
use ferrobot_engine::{HostError, Reporter, ReporterContext};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use lettre::Message;
use tracing::{info, warn};

use letter::{Formatter, Site};
use server::Server;

/// So many mails may wait for a server that does not answer; the newest are dropped.
const WAITING_MAX: usize = 1000;
/// How long to wait before each further attempt.
const RETRY_AFTER: [Duration; 5] = [
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(8 * 60 * 60),
];

/// Reads a `MailNotifier`.
pub(crate) fn make(object: &Object, errors: &mut Errors) -> Option<Box<dyn Reporter>> {
    let notifier = MailNotifier::from_object(object, errors)?;
    let generators = match notifier.generators.as_list() {
        // Left out: all that a `MailNotifier` can tell.
        None => vec![Generator { workers: None, formatter: Formatter::default() }],
        Some(items) => items.iter().filter_map(|item| Generator::read(item, errors)).collect(),
    };
    Some(Box::new(Mail { notifier, generators }))
}

struct Mail {
    notifier: MailNotifier,
    generators: Vec<Generator>,
}

/// Which workers are told of, and how.
struct Generator {
    /// `None`: all.
    workers: Option<Vec<String>>,
    formatter: Formatter,
}

impl Generator {
    /// `None`: it tells of something else.
    fn read(value: &Value, errors: &mut Errors) -> Option<Generator> {
        let object = value.as_object().filter(|object| object.class.ends_with(".WorkerMissingGenerator"))?;
        let WorkerMissingGenerator { workers, message_formatter } =
            WorkerMissingGenerator::from_object(object, errors)?;
        let names = workers.as_list().map(|names| names.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        Some(Generator { workers: names, formatter: Formatter::read(&message_formatter) })
    }

    fn tells_of(&self, worker: &str) -> bool {
        self.workers.as_ref().is_none_or(|names| names.iter().any(|name| name == worker))
    }
}

type Sending = Pin<Box<dyn Future<Output = ()> + Send>>;

#[async_trait]
impl Reporter for Mail {
    async fn run(self: Box<Self>, mut context: ReporterContext) {
        let mut sending: FuturesUnordered<Sending> = FuturesUnordered::new();
        loop {
            tokio::select! {
                event = context.next_missing() => match event {
                    Some(event) if sending.len() < WAITING_MAX => sending.extend(self.tell(&context, &event.body).await),
                    Some(_) => warn!("`{}`: too many mails wait for their server; one is dropped", context.name()),
                    None => break,
                },
                Some(()) = sending.next() => {}
            }
        }
        if !sending.is_empty() {
            warn!("`{}`: {} mails were not sent before the end", context.name(), sending.len());
        }
    }
}

impl Mail {
    /// The mails about a missing worker, on their way.
    async fn tell(&self, context: &ReporterContext, worker: &serde_json::Value) -> Option<Sending> {
        let name = worker["name"].as_str().unwrap_or_default();
        let generator = self.generators.iter().find(|generator| generator.tells_of(name))?;
        match self.write(context, generator, worker).await {
            Ok((server, letter)) => Some(Box::pin(deliver(context.name().to_owned(), name.to_owned(), server, letter))),
            Err(reason) => {
                warn!(worker.name = name, "`{}`: no mail about worker `{name}`: {reason}", context.name());
                None
            }
        }
    }

    async fn write(
        &self,
        context: &ReporterContext,
        generator: &Generator,
        worker: &serde_json::Value,
    ) -> Result<(Server, Message), String> {
        let told = |error: HostError| error.to_string();
        let config = context.config();
        let site = Site { title: &config.title, url: &config.buildbot_url };
        let sender = context.render(&self.notifier.fromaddr).await.map_err(told)?;
        let headers = context.render(&self.notifier.extra_headers).await.map_err(told)?;
        let letter = generator.formatter.letter(&site, worker).map_err(|error| error.to_string())?;
        let message = letter
            .addressed(sender.as_str().unwrap_or_default(), &worker["notify"], &headers)
            .map_err(|error| error.to_string())?;
        if self.notifier.dump_mails_to_log.is_truthy() {
            info!("mail: {}", String::from_utf8_lossy(&message.formatted()).escape_debug());
        }
        let server = Server::read(context, &self.notifier).await?;
        Ok((server, message))
    }
}

/// Sends a mail; a server that cannot be reached is asked again.
async fn deliver(reporter: String, worker: String, server: Server, message: Message) {
    let mut retries = RETRY_AFTER.iter();
    loop {
        let error = match server.send(message.clone()).await {
            Ok(()) => {
                info!(worker.name = worker, "`{reporter}`: sent a mail about worker `{worker}`");
                return;
            }
            Err(error) => error,
        };
        let Some(delay) = retries.next().filter(|_| !error.is_final()) else {
            warn!(worker.name = worker, "`{reporter}`: the mail about worker `{worker}` could not be sent: {error}");
            return;
        };
        let minutes = delay.as_secs() / 60;
        warn!(
            worker.name = worker,
            "`{reporter}`: the mail about worker `{worker}` could not be sent, next attempt in {minutes} min: {error}"
        );
        tokio::time::sleep(*delay).await;
    }
}
