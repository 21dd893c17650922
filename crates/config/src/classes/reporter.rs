//! Reporters, as far as their arguments can be checked (manual section "Reporters").

use crate::{ConfigClass, Errors, Object, Place, Value};

/// Sends mail.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.reporters.mail", rename_all = "camelCase", check = MailNotifier::check)]
pub struct MailNotifier {
    /// Who the mail is from.
    #[config(positional, renderable, required)]
    pub fromaddr: Value,
    /// The mail server.
    #[config(positional, renderable, default = "localhost")]
    pub relayhost: Value,
    /// How names of users become addresses: a domain, or an object with `getAddress`.
    #[config(positional)]
    pub lookup: Value,
    /// Addresses that get every mail.
    #[config(positional)]
    pub extra_recipients: Value,
    /// Whether those get mail who have to do with the build.
    #[config(positional, default = true)]
    pub send_to_interested_users: Value,
    /// Further headers.
    #[config(positional, renderable)]
    pub extra_headers: Value,
    /// Whether STARTTLS is used.
    #[config(positional, default = false)]
    pub use_tls: Value,
    /// Whether the connection is encrypted from its beginning.
    #[config(positional, default = false)]
    pub use_smtps: Value,
    /// Name at the mail server.
    #[config(positional, renderable)]
    pub smtp_user: Value,
    /// Password at the mail server.
    #[config(positional, renderable)]
    pub smtp_password: Value,
    /// Port of the mail server.
    #[config(positional, renderable, default = 25)]
    pub smtp_port: Value,
    /// Whether mail is written to the log as well.
    #[config(positional, default = false)]
    pub dump_mails_to_log: Value,
    /// What is told when.
    #[config(positional)]
    pub generators: Value,
    /// Unique name.
    pub name: Option<String>,
}

impl MailNotifier {
    fn check(&self, object: &Object, errors: &mut Errors) {
        let place = &object.place;
        if !matches!(self.extra_headers, Value::None | Value::Dict(_) | Value::Object(_)) {
            errors.error(place, "extraHeaders must be a dictionary");
        }
        match &self.extra_recipients {
            Value::None => {}
            Value::List(items) | Value::Tuple(items) => {
                for item in items.iter().filter(|item| !is_address(item)) {
                    let shown = item.as_str().map_or_else(|| item.type_name().to_owned(), str::to_owned);
                    errors.error(place, format!("extra recipient {shown} is not a valid email"));
                }
            }
            _ => errors.error(place, "extraRecipients must be a list or tuple"),
        }
        check_generators(&self.generators, "MailNotifier", place, errors);
    }
}

/// `user@host.domain`, alone or after a name in angle brackets.
fn is_address(value: &Value) -> bool {
    let Some(text) = value.as_str() else { return false };
    let address = text.split_once('<').map_or(text, |(_, rest)| rest.strip_suffix('>').unwrap_or(rest));
    address
        .split_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && host.contains('.') && !address.contains(char::is_whitespace))
}

/// Sends JSON to a server.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.reporters.http", check = HttpStatusPush::check)]
#[expect(dead_code, reason = "checked here and used by nobody yet")]
pub(crate) struct HttpStatusPush {
    /// Where to.
    #[config(name = "serverUrl", positional, renderable, required)]
    pub(crate) server_url: Value,
    /// Name and password.
    #[config(positional, renderable)]
    pub(crate) auth: Value,
    /// Further headers.
    #[config(positional, renderable)]
    pub(crate) headers: Value,
    /// Whether requests are written to the log.
    #[config(positional)]
    pub(crate) debug: Value,
    /// Whether the server's certificate is checked.
    #[config(positional)]
    pub(crate) verify: Value,
    /// Certificate to show.
    #[config(positional, renderable)]
    pub(crate) cert: Value,
    /// Whether the server's certificate is not checked.
    #[config(positional, default = false)]
    pub(crate) skip_encoding: Value,
    /// What is told when.
    #[config(positional)]
    pub(crate) generators: Value,
    /// Unique name.
    pub(crate) name: Option<String>,
}

impl HttpStatusPush {
    fn check(&self, object: &Object, errors: &mut Errors) {
        check_generators(&self.generators, "HttpStatusPush", &object.place, errors);
    }
}

/// A list of generators.
fn check_generators(generators: &Value, class: &str, place: &Place, errors: &mut Errors) {
    let items = match generators {
        Value::None => return,
        Value::List(items) | Value::Tuple(items) => items,
        _ => {
            errors.error(place, format!("{class}: generators argument must be a list"));
            return;
        }
    };
    for item in items {
        match item {
            Value::Object(generator) => super::check(generator, errors),
            other => errors.error(place, format!("{class}: a {} is not a generator", other.type_name())),
        }
    }
}
