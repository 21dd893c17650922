//! Classes that belong to no kind of step, scheduler or change source: what a configuration is made of.
//!
//! Each is one struct: parameters, defaults, documentation, checks. What needs the rest of the configuration is checked in `master`.

mod builder;
mod configurator;
mod factory;
mod generator;
mod lock;
mod project;
mod reporter;
mod secret;
mod user_manager;
mod worker;

pub(crate) use builder::BuilderParameters;
pub(crate) use factory::BuildFactory;
pub use generator::WorkerMissingGenerator;
pub(crate) use lock::{LockAccess, check_lock};
pub(crate) use project::{Codebase, Project};
pub use reporter::MailNotifier;
pub(crate) use worker::{LocalWorker, Worker, WorkerArguments};

use crate::{ClassSchema, ConfigClass, Errors, Object};

/// The descriptions of the classes in this crate.
#[must_use]
pub fn schemas() -> Vec<ClassSchema> {
    vec![
        BuilderParameters::schema(),
        BuildFactory::schema(),
        Worker::schema(),
        LocalWorker::schema(),
        Project::schema(),
        Codebase::schema(),
        lock::MasterLock::schema(),
        lock::WorkerLock::schema(),
        LockAccess::schema(),
        secret::SecretInAFile::schema(),
        user_manager::CommandlineUserManager::schema(),
        configurator::JanitorConfigurator::schema(),
        reporter::MailNotifier::schema(),
        reporter::HttpStatusPush::schema(),
        generator::BuildStatusGenerator::schema(),
        generator::BuildStartEndStatusGenerator::schema(),
        generator::BuildSetStatusGenerator::schema(),
        generator::BuildSetCombinedStatusGenerator::schema(),
        generator::BuildRequestGenerator::schema(),
        generator::WorkerMissingGenerator::schema(),
    ]
}

/// Checks the arguments of an object, and of those that it holds, where its class is described here.
pub(crate) fn check(object: &Object, errors: &mut Errors) {
    let check: fn(&Object, &mut Errors) = match object.class.as_str() {
        secret::SecretInAFile::PATH => checked::<secret::SecretInAFile>,
        user_manager::CommandlineUserManager::PATH => checked::<user_manager::CommandlineUserManager>,
        configurator::JanitorConfigurator::PATH => checked::<configurator::JanitorConfigurator>,
        reporter::MailNotifier::PATH => checked::<reporter::MailNotifier>,
        reporter::HttpStatusPush::PATH => checked::<reporter::HttpStatusPush>,
        generator::BuildStatusGenerator::PATH => checked::<generator::BuildStatusGenerator>,
        generator::BuildStartEndStatusGenerator::PATH => checked::<generator::BuildStartEndStatusGenerator>,
        generator::BuildSetStatusGenerator::PATH => checked::<generator::BuildSetStatusGenerator>,
        generator::BuildSetCombinedStatusGenerator::PATH => checked::<generator::BuildSetCombinedStatusGenerator>,
        generator::BuildRequestGenerator::PATH => checked::<generator::BuildRequestGenerator>,
        generator::WorkerMissingGenerator::PATH => checked::<generator::WorkerMissingGenerator>,
        _ => return,
    };
    check(object, errors);
}

fn checked<C: ConfigClass>(object: &Object, errors: &mut Errors) {
    let _faults_are_told = C::from_object(object, errors);
}
