//! The steps that a configuration can name, one file each, behind the engine's `Step`.
//!
//! Owns what Buildbot's built-in steps do: their commands, in their order, their texts, logs and properties. Talks to the worker and to
//! the state through the verbs of [`ferrobot_engine::StepContext`] alone. What can be decided without them is a pure function.
//! Read `kind` (how a class becomes a step), then `shell_parameters` and `shell`, then any other.

#![warn(missing_docs)]

mod assert;
mod copy_directory;
mod decode_rc;
mod directory_upload;
mod download;
mod file_download;
mod file_exists;
mod file_upload;
mod git;
mod json_download;
mod kind;
mod log_renderable;
mod make_directory;
mod master_shell;
mod multiple_file_upload;
mod pretty;
mod remove_directory;
mod rendered;
mod repr;
mod set_properties;
mod set_properties_from_env;
mod set_property;
mod set_property_from_command;
mod shell;
mod shell_parameters;
mod shell_sequence;
mod source;
mod string_download;
mod transfer;
mod tree_size;
mod trigger;
mod upload;
mod warning_counting;
mod words;
mod worker_path;

use std::collections::HashSet;

use ferrobot_config::ClassSchema;
use ferrobot_engine::Kinds;

use kind::Kind;

/// All kinds of this crate.
fn kinds() -> Vec<Kind> {
    vec![
        Kind::of::<shell::ShellCommand>(),
        Kind::of::<shell::Configure>(),
        Kind::of::<warning_counting::WarningCountingShellCommand>(),
        Kind::of::<warning_counting::Compile>(),
        Kind::of::<warning_counting::Test>(),
        Kind::of::<tree_size::TreeSize>(),
        Kind::of::<shell_sequence::ShellSequence>(),
        Kind::of::<set_property::SetProperty>(),
        Kind::of::<set_properties::SetProperties>(),
        Kind::of::<set_property_from_command::SetPropertyFromCommand>(),
        Kind::of::<set_properties_from_env::SetPropertiesFromEnv>(),
        Kind::of::<git::Git>(),
        Kind::of::<make_directory::MakeDirectory>(),
        Kind::of::<remove_directory::RemoveDirectory>(),
        Kind::of::<copy_directory::CopyDirectory>(),
        Kind::of::<file_exists::FileExists>(),
        Kind::of::<file_upload::FileUpload>(),
        Kind::of::<directory_upload::DirectoryUpload>(),
        Kind::of::<multiple_file_upload::MultipleFileUpload>(),
        Kind::of::<file_download::FileDownload>(),
        Kind::of::<string_download::StringDownload>(),
        Kind::of::<json_download::JsonStringDownload>(),
        Kind::of::<json_download::JsonPropertiesDownload>(),
        Kind::of::<master_shell::MasterShellCommand>(),
        Kind::of::<trigger::Trigger>(),
        Kind::of::<assert::Assert>(),
        Kind::of::<log_renderable::LogRenderable>(),
    ]
}

/// Makes the steps known to the engine.
pub fn register(known: &mut Kinds) {
    known.steps.extend(kinds().into_iter().map(|kind| (kind.class, kind.make)));
}

/// The classes, for the Python package and the manual.
#[must_use]
pub fn schemas() -> Vec<ClassSchema> {
    let mut schemas: Vec<ClassSchema> = kinds().into_iter().map(|kind| (kind.schema)()).collect();
    schemas.push(shell_sequence::shell_arg_schema());
    for schema in &mut schemas {
        keep_first_of_each_name(schema);
    }
    schemas
}

/// A parameter that all steps have may stand among a kind's own, for its position.
fn keep_first_of_each_name(schema: &mut ClassSchema) {
    let mut seen = HashSet::new();
    schema.fields.retain(|field| seen.insert(field.name));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_registered_under_the_path_that_they_describe() {
        for kind in kinds() {
            let schema = (kind.schema)();
            assert_eq!(kind.class, format!("{}.{}", schema.module, schema.name));
        }
    }

    #[test]
    fn every_parameter_is_named_once() {
        for schema in schemas() {
            let names: HashSet<&str> = schema.fields.iter().map(|field| field.name).collect();
            assert_eq!(names.len(), schema.fields.len(), "{}", schema.name);
        }
    }

    #[test]
    fn positional_parameters_stand_where_buildbot_has_them() {
        let positional = |class: &str| {
            let schema = schemas().into_iter().find(|schema| schema.name == class).unwrap();
            let names = schema.fields.iter().filter(|field| field.positional).map(|field| field.name);
            names.collect::<Vec<_>>().join(" ")
        };
        let cases = [
            ("SetProperty", "property value"),
            ("SetPropertyFromCommand", "property extract_fn strip includeStdout includeStderr"),
            (
                "Git",
                "repourl port branch mode method reference submodules remoteSubmodules tags shallow filters progress \
                 retryFetch clobberOnFailure getDescription config origin sshPrivateKey sshHostKey sshKnownHosts \
                 auth_credentials git_credentials",
            ),
            ("CopyDirectory", "src dest timeout maxTime"),
            ("StringDownload", "s workerdest workdir maxsize blocksize mode"),
            ("JSONStringDownload", "o workerdest"),
            ("FileUpload", "workersrc masterdest workdir maxsize blocksize mode keepstamp url urlText"),
            (
                "MultipleFileUpload",
                "workersrcs masterdest workdir maxsize blocksize glob mode compress keepstamp url urlText",
            ),
            ("DirectoryUpload", "workersrc masterdest workdir maxsize blocksize compress url urlText"),
            ("FileDownload", "mastersrc workerdest workdir maxsize blocksize mode"),
            ("MasterShellCommand", "command"),
            (
                "Trigger",
                "schedulerNames sourceStamp sourceStamps updateSourceStamp alwaysUseLatest waitForFinish \
                 set_properties copy_properties parent_relationship unimportantSchedulerNames",
            ),
            ("ShellArg", "command logname"),
            ("ShellSequence", "commands"),
            (
                "Compile",
                "warningPattern warningExtractor maxWarnCount directoryEnterPattern directoryLeavePattern \
                 suppressionFile suppressionList",
            ),
        ];
        for (class, expected) in cases {
            assert_eq!(positional(class), expected, "{class}");
        }
    }
}
