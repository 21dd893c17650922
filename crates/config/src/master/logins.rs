//! Who may log in by Perspective Broker without being a worker, and at which ports.

use std::collections::HashSet;

use ferrobot_model::endpoint::Endpoint;

use super::argument::{At, argument, entry, list};
use super::network::endpoint;
use super::{Config, Reading};
use crate::{Errors, Object, Place, Value};

const CHANGES: &str = "buildbot.changes.pb.PBChangeSource";
const TRY: &str = "buildbot.schedulers.trysched.Try_Userpass";
const USERS: &str = "buildbot.process.users.manual.CommandlineUserManager";

/// Somebody who may log in by Perspective Broker without being a worker.
#[derive(Debug, Clone, PartialEq)]
pub struct Login {
    /// Where.
    pub port: Endpoint,
    /// The name.
    pub user: String,
    /// The password: text, or a renderable.
    pub password: Value,
    /// What may be done then.
    pub purpose: LoginPurpose,
    /// Where the configuration says so.
    pub place: Place,
}

/// What somebody who has logged in may do.
#[derive(Debug, Clone, PartialEq)]
pub enum LoginPurpose {
    /// Send changes.
    Changes {
        /// What paths of files must begin with; it is cut off.
        prefix: Option<String>,
    },
    /// Try what is not committed.
    Try {
        /// Name of the scheduler that takes the jobs.
        scheduler: String,
    },
    /// Change the users.
    Users,
}

impl Config {
    /// All ports of Perspective Broker, that of the workers first; each once.
    #[must_use]
    pub fn pb_ports(&self) -> Vec<&Endpoint> {
        let mut ports: Vec<&Endpoint> = Vec::new();
        for port in self.protocols.pb.iter().chain(self.logins.iter().map(|login| &login.port)) {
            if !ports.iter().any(|other| other.place.is_same(&port.place)) {
                ports.push(port);
            }
        }
        ports
    }
}

pub(super) fn read(reading: &mut Reading<'_>) {
    let mut logins = Vec::new();
    let config = &reading.config;
    for source in config.change_sources.iter().filter(|source| source.object.class == CHANGES) {
        logins.extend(sender(&source.object, config, reading.errors));
    }
    for scheduler in config.schedulers.iter().filter(|scheduler| scheduler.object.class == TRY) {
        logins.extend(triers(&scheduler.name, &scheduler.object, reading.errors));
    }
    logins.extend(managers(reading));
    let config = &reading.config;
    check_names(&logins, config, reading.errors);
    check_ports(&logins, config, reading.errors);
    reading.config.logins = logins;
}

/// The user of a `PBChangeSource`.
fn sender(source: &Object, config: &Config, errors: &mut Errors) -> Option<Login> {
    let at = At::Object(&source.place);
    let port = match argument(source, "port") {
        Value::None => config.protocols.pb.clone().or_else(|| {
            at.error(errors, "No port specified for PBChangeSource, and no worker port configured");
            None
        }),
        port => endpoint(port, "port of PBChangeSource", at, errors),
    };
    Some(Login {
        port: port?,
        user: argument(source, "user").as_str().unwrap_or("change").to_owned(),
        password: source.args.get("passwd").cloned().unwrap_or_else(|| "changepw".into()),
        purpose: LoginPurpose::Changes { prefix: argument(source, "prefix").as_str().map(str::to_owned) },
        place: source.place.clone(),
    })
}

/// The users of a `Try_Userpass`.
fn triers(name: &str, scheduler: &Object, errors: &mut Errors) -> Vec<Login> {
    // What is missing is told with the scheduler's other arguments.
    if !["port", "userpass"].iter().all(|name| scheduler.args.contains_key(*name)) {
        return Vec::new();
    }
    let at = At::Object(&scheduler.place);
    let port = match argument(scheduler, "port") {
        Value::None => {
            at.error(errors, format!("scheduler '{name}': port must be a port number or an endpoint string, not None"));
            None
        }
        port => endpoint(port, &format!("scheduler '{name}': port"), at, errors),
    };
    let Some(users) = userpass(argument(scheduler, "userpass")) else {
        at.error(errors, format!("scheduler '{name}': userpass must be a list of pairs (user, password)"));
        return Vec::new();
    };
    let Some(port) = port else { return Vec::new() };
    let login = |(user, password): (&str, &Value)| Login {
        port: port.clone(),
        user: user.to_owned(),
        password: password.clone(),
        purpose: LoginPurpose::Try { scheduler: name.to_owned() },
        place: scheduler.place.clone(),
    };
    users.into_iter().map(login).collect()
}

/// Those who may change the users.
fn managers(reading: &mut Reading<'_>) -> Vec<Login> {
    let at = At::Key(reading.source, &["user_managers"]);
    let managers = entry(reading.document, "user_managers");
    let managers = list(managers, "c['user_managers'] must be a list of user managers", at, reading.errors);
    let mut logins = Vec::new();
    for manager in managers {
        match manager.as_object() {
            Some(manager) if manager.class == USERS && manager.user_class.is_none() => {
                crate::classes::check(manager, reading.errors);
                logins.extend(administrator(manager, reading.errors));
            }
            Some(other) => {
                let told = format!("{} is not supported yet: nobody can change the users by it", other.class);
                reading.errors.warning(&other.place, told);
            }
            None => at.error(reading.errors, "c['user_managers'] must be a list of user managers"),
        }
    }
    logins
}

/// `None`: its class has told what is wrong.
fn administrator(manager: &Object, errors: &mut Errors) -> Option<Login> {
    let port = argument(manager, "port");
    if !port.is_truthy() {
        return None;
    }
    Some(Login {
        port: endpoint(port, "port of CommandlineUserManager", At::Object(&manager.place), errors)?,
        user: argument(manager, "username").as_str()?.to_owned(),
        password: argument(manager, "passwd").clone(),
        purpose: LoginPurpose::Users,
        place: manager.place.clone(),
    })
}

fn userpass(value: &Value) -> Option<Vec<(&str, &Value)>> {
    let (Value::List(pairs) | Value::Tuple(pairs)) = value else { return None };
    let pair = |pair| match pair {
        &(Value::List(ref pair) | Value::Tuple(ref pair)) => match pair.as_slice() {
            [Value::Str(user), password @ (Value::Str(_) | Value::Bytes(_) | Value::Object(_))] => {
                Some((user.as_str(), password))
            }
            _ => None,
        },
        _ => None,
    };
    pairs.iter().map(pair).collect()
}

/// At each port a name belongs to one user.
fn check_names(logins: &[Login], config: &Config, errors: &mut Errors) {
    let workers: HashSet<&str> = config.workers.iter().map(|worker| worker.name.as_str()).collect();
    for (number, login) in logins.iter().enumerate() {
        let is_same = |other: &Login| other.user == login.user && other.port.place.is_same(&login.port.place);
        let (user, port) = (&login.user, &login.port);
        if logins[..number].iter().any(is_same) {
            errors.error(&login.place, format!("username '{user}' is already registered on port {port}"));
        } else if is_for_workers(&login.port, config) && workers.contains(user.as_str()) {
            let told = format!("username '{user}' is already registered on port {port}: a worker has this name");
            errors.error(&login.place, told);
        }
    }
}

fn is_for_workers(port: &Endpoint, config: &Config) -> bool {
    config.protocols.pb.as_ref().is_some_and(|workers| workers.place.is_same(&port.place))
}

/// A port is shared by those who describe it in the same way, and by nothing that speaks another protocol.
fn check_ports(logins: &[Login], config: &Config, errors: &mut Errors) {
    let www = config.www.as_ref().and_then(|www| www.port.as_ref());
    let others = [(www, "c['www']['port']"), (config.protocols.msgpack.as_ref(), "c['protocols']")];
    for login in logins {
        for (other, owner) in others {
            if other.is_some_and(|other| other.collides_with(&login.port)) {
                errors.error(&login.place, format!("port {} is also that of {owner}", login.port));
            }
        }
        let ports = config.protocols.pb.iter().chain(logins.iter().map(|login| &login.port));
        if let Some(other) = ports.into_iter().find(|other| other.place.is_same(&login.port.place))
            && *other != login.port
        {
            errors.error(&login.place, format!("port {} is also described as {other}: write both alike", login.port));
        }
    }
}
