//! Which mail is sent: that about missing workers. What else a `MailNotifier` asks for is warned of.

use std::sync::Arc;

use super::argument::{argument, class_name};
use super::{Config, Named};
use crate::{Errors, Object, Value};

const MAIL_NOTIFIER: &str = "buildbot.reporters.mail.MailNotifier";
const WORKER_MISSING: &str = "buildbot.reporters.generators.worker.WorkerMissingGenerator";
const MISSING_FORMATTER: &str = "buildbot.reporters.message.MessageFormatterMissingWorker";
/// Who mail is from when no `MailNotifier` says it.
const DEFAULT_SENDER: &str = "buildbot@localhost";

/// Whether the service sends mail. One whose class the configuration overrides may mean anything.
pub(super) fn is_sent(object: &Object) -> bool {
    object.class == MAIL_NOTIFIER && object.user_class.is_none()
}

/// The name of a service without one. Reporters of one class are told apart by what they tell.
pub(super) fn default_name(object: &Object) -> String {
    let mut name = class_name(object).to_owned();
    if object.class != MAIL_NOTIFIER {
        return name;
    }
    for generator in generators(object) {
        name.push('_');
        name.push_str(class_name(generator));
        for (argument, value) in &generator.args {
            if let Some(value) = value.to_json() {
                name.push_str(&format!("_{argument}_{value}"));
            }
        }
    }
    name
}

fn generators(object: &Object) -> impl Iterator<Item = &Arc<Object>> {
    argument(object, "generators").as_list().unwrap_or_default().iter().filter_map(Value::as_object)
}

pub(super) fn warn_of_what_is_left_out(object: &Object, name: &str, errors: &mut Errors) {
    if *argument(object, "generators") == Value::None {
        let told =
            format!("MailNotifier '{name}': mail about builds is not supported yet; only missing workers are told");
        errors.warning(&object.place, told);
    }
    for generator in generators(object) {
        let class = class_name(generator);
        if generator.class != WORKER_MISSING || generator.user_class.is_some() {
            let told = format!("MailNotifier '{name}': {class} is not supported yet: it is ignored");
            errors.warning(&generator.place, told);
            continue;
        }
        if let Some(formatter) = argument(generator, "message_formatter").as_object()
            && (formatter.class != MISSING_FORMATTER || formatter.user_class.is_some())
        {
            let told = format!(
                "MailNotifier '{name}': {} is not supported yet: the default message is sent",
                class_name(formatter)
            );
            errors.warning(&formatter.place, told);
        }
    }
}

/// Somebody is to be told of missing workers, and no `MailNotifier` says how: by the mail server of this machine.
pub(super) fn add_default(config: &mut Config) {
    let is_wanted = config.workers.iter().any(|worker| !worker.notify_on_missing.is_empty());
    if !is_wanted || config.services.iter().any(|service| service.object.class == MAIL_NOTIFIER) {
        return;
    }
    let generator = Object { class: WORKER_MISSING.to_owned(), ..Object::default() };
    let args = [
        ("fromaddr".to_owned(), Value::from(DEFAULT_SENDER)),
        ("generators".to_owned(), Value::List(vec![Value::Object(Arc::new(generator))])),
    ];
    let notifier = Object { class: MAIL_NOTIFIER.to_owned(), args: args.into(), ..Object::default() };
    config.services.push(Named { name: "MailNotifier".to_owned(), object: Arc::new(notifier) });
}
