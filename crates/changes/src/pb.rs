//! `PBChangeSource`: takes changes that programs such as `buildbot sendchange` bring to the master.
//!
//! The gateway accepts their connections; the source itself only stands in the list of sources, and waits.

use std::time::Duration;

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Errors, Object, Value};
use ferrobot_engine::{ChangeSource, ChangeSourceContext};

const LOOK_UP_EVERY: Duration = Duration::from_secs(24 * 3600);

/// Takes changes that are sent to the master.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.changes.pb", name = "PBChangeSource", base = "buildbot.changes.base.ChangeSource")]
pub(crate) struct PbChangeSource {
    /// Name that senders log in with.
    #[config(positional, default = "change")]
    #[expect(dead_code, reason = "the gateway reads it from the object")]
    user: String,
    /// Their password.
    #[config(positional, renderable, default = "changepw")]
    #[expect(dead_code, reason = "the gateway reads it from the object")]
    passwd: Value,
    /// Port to listen on; default: that of the workers.
    #[config(positional)]
    #[expect(dead_code, reason = "the gateway reads it from the object")]
    port: Value,
    /// What the paths of the files must begin with; it is cut off, other files are left out.
    #[config(positional)]
    #[expect(dead_code, reason = "the gateway reads it from the object")]
    prefix: Option<String>,
    /// Unique name.
    #[config(positional)]
    #[expect(dead_code, reason = "the engine knows it")]
    name: Option<String>,
}

/// Makes one.
pub(crate) fn make(object: &Object, errors: &mut Errors) -> Option<Box<dyn ChangeSource>> {
    PbChangeSource::from_object(object, errors)?;
    Some(Box::new(Waits))
}

/// The name without a `name`.
pub(crate) fn default_name(object: &Object) -> String {
    let port = match object.args.get("port") {
        Some(Value::Int(port)) => port.to_string(),
        Some(Value::Str(port)) => port.clone(),
        _ => "None".to_owned(),
    };
    match object.args.get("prefix").and_then(Value::as_str).filter(|prefix| !prefix.is_empty()) {
        Some(prefix) => format!("PBChangeSource:{prefix}:{port}"),
        None => format!("PBChangeSource:{port}"),
    }
}

struct Waits;

#[async_trait]
impl ChangeSource for Waits {
    async fn run(self: Box<Self>, mut context: ChangeSourceContext) {
        while context.wait(LOOK_UP_EVERY).await {}
    }
}
