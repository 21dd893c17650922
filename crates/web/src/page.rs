//! One file per page. Each reads what it shows by path and hands it to its template.

pub(crate) mod about;
pub(crate) mod build;
pub(crate) mod builder;
pub(crate) mod builders;
pub(crate) mod buildrequests;
pub(crate) mod changes;
pub(crate) mod force;
pub(crate) mod home;
pub(crate) mod log;
pub(crate) mod schedulers;
pub(crate) mod workers;
