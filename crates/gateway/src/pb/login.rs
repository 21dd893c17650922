//! How a peer logs in: it names itself, answers a challenge, and gets what it may call.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use ferrobot_engine::{AttachError, Workers};
use ferrobot_wire::pb::login::{CHALLENGE_BYTES, response};
use ferrobot_wire::pb::{Call, Failure, Value};
use subtle::ConstantTimeEq;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use super::accounts::{Account, Accounts, Caller, Perspective, hand_out};
use super::connection::{CallError, LocalObject, PbConnection, Reply};
use super::session::PbSession;
use crate::connection::lock;

/// How long it may take until a worker is attached.
const ATTACH_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a refused peer may stay.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(1);
/// Challenges of one connection that wait for an answer.
const CHALLENGES_MAX: usize = 8;

/// The object that everybody may call.
pub(super) struct Root {
    workers: Arc<dyn Workers>,
    accounts: Arc<dyn Accounts>,
    tasks: TaskTracker,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// Who has logged in.
    user: Mutex<Option<String>>,
    challenges: Mutex<usize>,
}

impl Root {
    pub(super) fn new(workers: Arc<dyn Workers>, accounts: Arc<dyn Accounts>, tasks: TaskTracker) -> Root {
        Root { workers, accounts, tasks, state: Arc::default() }
    }

    /// Who has logged in.
    pub(super) fn user(&self) -> Option<String> {
        lock(&self.state.user).clone()
    }

    fn challenge(&self, connection: &PbConnection, call: &Call) -> Result<Value, Failure> {
        let user = call.argument(0, "username").and_then(Value::as_text).ok_or_else(Failure::unauthorized)?;
        {
            let mut challenges = lock(&self.state.challenges);
            if *challenges >= CHALLENGES_MAX {
                return Err(Failure::unauthorized());
            }
            *challenges += 1;
        }
        let challenge = random_challenge()?;
        let challenger = Challenger {
            user: user.to_owned(),
            challenge,
            used: Mutex::new(false),
            workers: Arc::clone(&self.workers),
            accounts: Arc::clone(&self.accounts),
            tasks: self.tasks.clone(),
            state: Arc::clone(&self.state),
        };
        let id = connection.export(Arc::new(challenger)).map_err(failure_of)?;
        Ok(Value::Tuple(vec![Value::Bytes(Bytes::copy_from_slice(&challenge)), Value::Ours(id.0)]))
    }
}

#[async_trait]
impl LocalObject for Root {
    async fn call(&self, connection: &Arc<PbConnection>, call: Call) -> Reply {
        match call.method.as_str() {
            "login" => Reply::Now(self.challenge(connection, &call)),
            "loginAnonymous" => {
                warn!("refused {}: it did not name itself", connection.peer());
                Reply::Now(Err(Failure::unauthorized()))
            }
            _ => Reply::no_such_method(&call),
        }
    }
}

/// Unpredictable, so that an answer that was overheard is of no use.
fn random_challenge() -> Result<[u8; CHALLENGE_BYTES], Failure> {
    let mut challenge = [0; CHALLENGE_BYTES];
    getrandom::fill(&mut challenge).map_err(|error| {
        warn!("the system gives no random numbers, so nobody can log in: {error}");
        Failure::unauthorized()
    })?;
    Ok(challenge)
}

/// Takes the answer to one challenge.
struct Challenger {
    user: String,
    challenge: [u8; CHALLENGE_BYTES],
    used: Mutex<bool>,
    workers: Arc<dyn Workers>,
    accounts: Arc<dyn Accounts>,
    tasks: TaskTracker,
    state: Arc<State>,
}

/// Who it is that has logged in.
enum Identity {
    Worker,
    Account(Arc<dyn Perspective>),
}

#[async_trait]
impl LocalObject for Challenger {
    async fn call(&self, connection: &Arc<PbConnection>, call: Call) -> Reply {
        if call.method != "respond" {
            return Reply::no_such_method(&call);
        }
        if std::mem::replace(&mut *lock(&self.used), true) {
            return Reply::Now(Err(Failure::unauthorized()));
        }
        let answer = match call.args.first() {
            Some(Value::Bytes(answer)) => answer.clone(),
            _ => Bytes::new(),
        };
        let identity = match self.check(&answer).await {
            Ok(identity) => identity,
            Err(reason) => {
                warn!("refused {}: {reason}", connection.peer());
                return Reply::Now(Err(Failure::unauthorized()));
            }
        };
        *lock(&self.state.user) = Some(self.user.clone());
        connection.trust();
        match identity {
            Identity::Account(perspective) => {
                let object = AccountObject { perspective, tasks: self.tasks.clone() };
                Reply::Now(hand_out(connection, Arc::new(object)))
            }
            Identity::Worker => {
                let mind = match call.args.get(1) {
                    Some(Value::Theirs(mind)) => *mind,
                    _ => return Reply::Now(Err(Failure::new("builtins.TypeError", "a worker has to bring an object"))),
                };
                // Attaching makes calls on this very connection, which has to be read meanwhile.
                let attaching =
                    attach(Arc::clone(connection), Arc::clone(&self.workers), self.user.clone(), mind, call.request);
                self.tasks.spawn(attaching);
                Reply::Later
            }
        }
    }
}

impl Challenger {
    /// The text of an error is for the log; the peer only learns that it was refused.
    async fn check(&self, answer: &[u8]) -> Result<Identity, String> {
        let worker = match self.accounts.takes_workers() {
            true => self.workers.password(&self.user).await.map_err(|reason| reason.to_string()),
            false => Err(format!("nobody is known here by the name `{}`", self.user)),
        };
        let (password, identity) = match worker {
            Ok(password) => (password, Identity::Worker),
            Err(reason) => match self.accounts.find(&self.user).await {
                Some(Account { password, perspective }) => (password, Identity::Account(perspective)),
                None => return Err(reason),
            },
        };
        let expected = response(&password, &self.challenge);
        if bool::from(expected.as_slice().ct_eq(answer)) {
            Ok(identity)
        } else {
            Err(format!("`{}` gave a wrong password", self.user))
        }
    }
}

pub(super) fn failure_of(error: CallError) -> Failure {
    match error {
        CallError::Failed(failure) => failure,
        CallError::Lost => Failure::new("twisted.spread.pb.PBConnectionLost", ""),
    }
}

/// Brings a worker in, and answers its login when it is in.
async fn attach(connection: Arc<PbConnection>, workers: Arc<dyn Workers>, name: String, mind: i64, request: i64) {
    let attaching = async {
        let session =
            PbSession::greet(Arc::clone(&connection), &name, mind).await.map_err(|error| error.to_string())?;
        workers.attach(&name, Arc::new(session)).await.map_err(|error: AttachError| error.to_string())
    };
    let attached = tokio::time::timeout(ATTACH_TIMEOUT, attaching)
        .await
        .unwrap_or_else(|_| Err("the greeting took too long".to_owned()));
    let perspective = WorkerObject { name: name.clone(), workers };
    let answer = match &attached {
        Ok(()) => connection.export(Arc::new(perspective)).map(|id| Value::Ours(id.0)).map_err(failure_of),
        Err(reason) => Err(Failure::new("builtins.RuntimeError", reason.as_str())),
    };
    let answered = connection.answer(request, answer).await;
    match (attached, answered) {
        (Ok(()), Ok(())) => info!(worker.name = name, "worker `{name}` attached from {}", connection.peer()),
        (Ok(()), Err(_)) => {}
        (Err(reason), _) => {
            warn!(worker.name = name, "worker `{name}` from {} was not attached: {reason}", connection.peer());
            // So long the peer may read why it is refused.
            let mut closed = connection.closed();
            let _closed = tokio::time::timeout(REFUSAL_TIMEOUT, closed.wait_for(Option::is_some)).await.is_ok();
            connection.close(&reason);
        }
    }
}

/// What a worker may call.
struct WorkerObject {
    name: String,
    workers: Arc<dyn Workers>,
}

#[async_trait]
impl LocalObject for WorkerObject {
    async fn call(&self, _connection: &Arc<PbConnection>, call: Call) -> Reply {
        match call.method.as_str() {
            "keepalive" => Reply::NONE,
            "shutdown" => {
                self.workers.graceful_shutdown_requested(&self.name).await;
                Reply::NONE
            }
            _ => Reply::no_such_method(&call),
        }
    }
}

/// What somebody else may call.
struct AccountObject {
    perspective: Arc<dyn Perspective>,
    tasks: TaskTracker,
}

#[async_trait]
impl LocalObject for AccountObject {
    async fn call(&self, connection: &Arc<PbConnection>, call: Call) -> Reply {
        let caller = Caller { connection: Arc::clone(connection), tasks: self.tasks.clone() };
        Reply::Now(self.perspective.call(&caller, call).await)
    }
}
