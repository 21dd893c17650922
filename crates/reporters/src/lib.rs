//! The kinds of reporter that a configuration can name, one file each, behind the engine's trait `Reporter`.
//!
//! A reporter tells others what happened; it changes nothing. Read `mail` (when what is sent), then below it `letter` (what a mail
//! says) and `server` (how it is sent).

mod mail;

use ferrobot_engine::Kinds;

/// Makes the kinds known by their dotted paths.
pub fn register(kinds: &mut Kinds) {
    kinds.reporters.insert("buildbot.reporters.mail.MailNotifier", mail::make);
}
