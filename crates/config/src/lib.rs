//! The configuration: the document that the config host sends, the classes a user can name, and the
//! typed, validated, immutable [`Config`] that the master runs on.
//!
//! Read `document` (raw values with the place they come from), then `class` (one definition per
//! configuration class) with `classes`, then `master` (the whole configuration with all its checks).

#![warn(missing_docs)]

// The derive names this crate by its own name, here too.
extern crate self as ferrobot_config;

mod class;
mod classes;
mod diff;
mod digest;
mod document;
mod error;
mod format;
mod generate;
mod git_credential;
mod master;
mod pattern;
mod renderable;
mod source;
mod template;

#[doc(hidden)]
pub use class::read_field;
pub use class::{ClassSchema, ConfigClass, FieldSchema, FromValue};
pub use classes::{MailNotifier, WorkerMissingGenerator, schemas};
pub use diff::is_unchanged;
pub use digest::digest;
pub use document::{Callable, Object, Place, Value};
pub use error::{ConfigError, Errors};
pub use ferrobot_config_derive::ConfigClass;
pub use format::{FORMAT_WIDTH_MAX, FormatField, FormatPiece, FormatSize, parse_format};
pub use generate::python_schema;
pub use git_credential::{GitCredentialOptions, GitLogin};
pub use master::{
    BuilderConfig, CodebaseConfig, CollapseRequests, Config, Factory, KnownKinds, LogSettings, Login, LoginPurpose,
    Named, ProjectConfig, Protocols, Validation, WorkerConfig, WwwConfig,
};
pub use pattern::Pattern;
pub use source::Source;
pub use template::{Otherwise, Subject, Substitution, Template, TemplatePiece};
