//! What a mail about a missing worker says.

use ferrobot_config::Value;
use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use minijinja::{Environment, context};
use serde_json::Value as Json;

const SUBJECT: &str = "Buildbot {{ buildbot_title }} worker {{ worker.name }} missing";
const TEXT: &str = "\
The worker {{ worker.name }} of {{ buildbot_title }} is missing.

It was last connected at {{ worker.last_connection }}.
{% if worker.workerinfo.admin %}
Its administrator, as it says of itself: {{ worker.workerinfo.admin|trim }}
{% endif %}
All workers: {{ buildbot_url }}#/workers
";

/// Why there is no mail.
#[derive(Debug, thiserror::Error)]
pub(super) enum LetterError {
    #[error("its template: {0:#}")]
    Template(#[from] minijinja::Error),
    #[error("`{address}` is no address for mail: {source}")]
    Address { address: String, source: lettre::address::AddressError },
    #[error("`{0}` is no name of a header")]
    Header(String),
    #[error("{0}")]
    Message(#[from] lettre::error::Error),
}

/// The site that a mail comes from.
pub(super) struct Site<'a> {
    pub(super) title: &'a str,
    pub(super) url: &'a str,
}

/// `MessageFormatterMissingWorker`.
pub(super) struct Formatter {
    subject: String,
    text: String,
    is_html: bool,
    /// Further names that the templates know.
    names: Json,
}

impl Default for Formatter {
    fn default() -> Formatter {
        Formatter { subject: SUBJECT.to_owned(), text: TEXT.to_owned(), is_html: false, names: Json::Null }
    }
}

impl Formatter {
    pub(super) fn read(value: &Value) -> Formatter {
        let mut formatter = Formatter::default();
        let own = value.as_object().filter(|object| object.class.ends_with(".MessageFormatterMissingWorker"));
        let Some(object) = own else { return formatter };
        let text = |name: &str| object.args.get(name).and_then(Value::as_str).map(str::to_owned);
        formatter.is_html = text("template_type").as_deref() == Some("html");
        formatter.subject = text("subject").unwrap_or(formatter.subject);
        formatter.text = text("template").unwrap_or(formatter.text);
        formatter.names = object.args.get("ctx").and_then(Value::to_json).unwrap_or(Json::Null);
        formatter
    }

    /// The mail about a worker, not yet addressed.
    pub(super) fn letter(&self, site: &Site<'_>, worker: &Json) -> Result<Letter, minijinja::Error> {
        let own = context! { buildbot_title => site.title, buildbot_url => site.url, worker => shown(worker) };
        let names = context! { ..own, ..shown(&self.names) };
        let templates = Environment::new();
        // The name decides whether what a worker says is escaped.
        let name = if self.is_html { "mail.html" } else { "mail.txt" };
        let subject = templates.render_str(&self.subject, &names)?;
        let text = templates.render_named_str(name, &self.text, &names)?;
        Ok(Letter { subject, text: text + "\n", is_html: self.is_html })
    }
}

fn shown(json: &Json) -> minijinja::Value {
    minijinja::Value::from(minijinja::value::Serde(json.clone()))
}

#[derive(Debug)]
pub(super) struct Letter {
    subject: String,
    text: String,
    is_html: bool,
}

impl Letter {
    /// The mail with its headers.
    pub(super) fn addressed(self, sender: &str, recipients: &Json, headers: &Value) -> Result<Message, LetterError> {
        // One line, whatever the template makes.
        let subject = self.subject.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut mail = Message::builder().from(address(sender)?).subject(subject).message_id(None).date_now();
        for recipient in recipients.as_array().map(Vec::as_slice).unwrap_or_default() {
            mail = mail.to(address(recipient.as_str().unwrap_or_default())?);
        }
        if let Value::Dict(entries) = headers {
            for (name, value) in entries {
                let (name, value) = (name.as_str().unwrap_or_default(), value.as_str().unwrap_or_default());
                let header =
                    HeaderName::new_from_ascii(name.to_owned()).map_err(|_| LetterError::Header(name.to_owned()))?;
                mail = mail.raw_header(HeaderValue::new(header, value.replace(['\r', '\n'], " ")));
            }
        }
        let kind = if self.is_html { ContentType::TEXT_HTML } else { ContentType::TEXT_PLAIN };
        Ok(mail.singlepart(SinglePart::builder().header(kind).body(self.text))?)
    }
}

fn address(text: &str) -> Result<Mailbox, LetterError> {
    text.parse().map_err(|source| LetterError::Address { address: text.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SITE: Site<'_> = Site { title: "Nightly", url: "http://ci/" };

    fn worker() -> Json {
        json!({"name": "w1", "last_connection": "Wed Nov 25 01:57:39 2026", "notify": ["bob@example.com"],
               "workerinfo": {"admin": "Ann <ann@example.org>\n"}})
    }

    #[test]
    fn the_default_says_who_and_since_when() {
        let letter = Formatter::default().letter(&SITE, &worker()).unwrap();
        assert_eq!(letter.subject, "Buildbot Nightly worker w1 missing");
        for expected in ["w1", "Wed Nov 25 01:57:39 2026", "Ann <ann@example.org>\n", "http://ci/#/workers"] {
            assert!(letter.text.contains(expected), "{expected}: {}", letter.text);
        }
    }

    #[test]
    fn what_a_worker_says_is_no_markup_and_no_header() {
        let formatter = Formatter {
            subject: "{{ worker.workerinfo.admin }}Bcc: x@y.z".to_owned(),
            text: "<b>{{ worker.workerinfo.admin }}</b>".to_owned(),
            is_html: true,
            names: Json::Null,
        };
        let letter = formatter.letter(&SITE, &worker()).unwrap();
        assert!(letter.text.starts_with("<b>Ann &lt;ann@example.org&gt;"), "{}", letter.text);
        let headers = Value::Dict(vec![("X-Site".into(), "a\r\nBcc: x@y.z".into())]);
        let mail = letter.addressed("CI <ci@example.org>", &worker()["notify"], &headers).unwrap().formatted();
        let mail = String::from_utf8(mail).unwrap();
        assert!(
            !mail.contains("\nBcc") && mail.contains("To: bob@example.com") && mail.contains("X-Site: a"),
            "{mail}"
        );
    }

    #[test]
    fn what_is_no_address_is_named() {
        let letter = Formatter::default().letter(&SITE, &worker()).unwrap();
        let error = letter.addressed("nobody", &json!([]), &Value::None).unwrap_err();
        assert!(error.to_string().starts_with("`nobody` is no address for mail"), "{error}");
    }
}
