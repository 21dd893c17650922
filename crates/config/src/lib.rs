//! The configuration: the document that the config host sends, the classes a user can name, and the
//! typed, validated, immutable [`Config`] that the master runs on.
//!
//! Read `document` (raw values with the place they come from), then `class` (one definition per
//! configuration class), then `master` (the whole configuration with all its checks).

#![warn(missing_docs)]

mod class;
mod document;
mod error;

#[doc(hidden)]
pub use class::read_field;
pub use class::{ClassSchema, ConfigClass, FieldSchema, FromValue};
pub use document::{Callable, Object, Place, Value};
pub use error::{ConfigError, Errors};
pub use ferrobot_config_derive::ConfigClass;
