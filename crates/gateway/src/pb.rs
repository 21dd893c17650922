//! Perspective Broker: stock workers of every age, the programs that send changes, and those that try them.
//!
//! `listener` accepts connections and logs them in, `connection` makes and takes method calls on one of them, `session` is a
//! worker as the engine sees it. What else may log in is known by [`Accounts`].

mod accounts;
mod arguments;
mod changes;
mod command;
mod connection;
mod listener;
mod login;
mod session;
mod tries;
mod user_admin;
mod values;

pub use accounts::{Account, Accounts, Caller, NoAccounts, Perspective};
pub use changes::{ChangeSink, SentChange, SentChanges};
pub use listener::PbListener;
pub use tries::TryUser;
pub use user_admin::{UserAdmin, UserDirectory};
