//! What the steps share that send files of the worker to the master.

use std::io;
use std::num::NonZeroU64;
use std::path::PathBuf;

use ferrobot_config::{ConfigClass, Value};
use ferrobot_engine::{CommandOptions, LogHandle, StepContext, StepError, Transfer};
use ferrobot_model::Command;

use crate::download;
use crate::kind::Faults;
use crate::rendered::{fault, optional_text};
use crate::transfer::{Compression, DirectoryWriter, FileWriter};

/// A path on the master: relative to its directory, `~` is the home of its user.
pub(crate) fn master_path(context: &StepContext, path: &str) -> PathBuf {
    context.basedir().join(with_home(path))
}

/// A path in which a `~` at the beginning is the home of the master's user.
pub(crate) fn with_home(path: &str) -> String {
    expand_home(path, std::env::var("HOME").ok().as_deref())
}

fn expand_home(path: &str, home: Option<&str>) -> String {
    match (path.strip_prefix('~'), home) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => format!("{home}{rest}"),
        _ => path.to_owned(),
    }
}

/// A failure on the master's side of a transfer.
fn transfer_fault(error: io::Error) -> StepError {
    fault(error.to_string())
}

/// The parameters that say where uploaded things go and how.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.transfer", name = "FileUpload", rename_all = "camelCase")]
pub(crate) struct UploadParameters {
    /// Where to on the master, relative to its directory.
    #[config(positional, renderable)]
    pub(crate) masterdest: Value,
    /// Directory, relative to the builder's.
    #[config(positional, renderable)]
    #[expect(dead_code, reason = "read with the common parameters; stands here for its position")]
    workdir: Value,
    /// Fail when there is more to send.
    #[config(positional)]
    maxsize: Option<u64>,
    /// Bytes per message.
    #[config(positional, default = 16384)]
    pub(crate) blocksize: NonZeroU64,
}

/// The parameters that say where the uploaded things can be found.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.transfer", name = "FileUpload", rename_all = "camelCase")]
pub(crate) struct Link {
    /// Where the uploaded things can be found.
    #[config(positional, renderable)]
    url: Value,
    /// Text of the link.
    #[config(positional, renderable)]
    url_text: Value,
}

impl Link {
    pub(crate) async fn show(&self, context: &mut StepContext, destination: &str) -> Result<(), StepError> {
        let Some(url) = optional_text("url", &context.render(&self.url).await?)? else { return Ok(()) };
        let name = match optional_text("urlText", &context.render(&self.url_text).await?)? {
            Some(name) => name,
            None => destination.rsplit('/').next().unwrap_or(destination).to_owned(),
        };
        context.add_url(&name, &url).await
    }
}

/// Something on the worker, and where it goes.
pub(crate) struct Parcel<'a> {
    pub(crate) path: String,
    pub(crate) destination: PathBuf,
    pub(crate) parameters: &'a UploadParameters,
    pub(crate) stdio: LogHandle,
}

impl Parcel<'_> {
    /// Fetches a file; whether that worked.
    pub(crate) async fn fetch_file(
        self,
        context: &mut StepContext,
        mode: &Value,
        keepstamp: bool,
    ) -> Result<bool, StepError> {
        let UploadParameters { maxsize, blocksize, .. } = *self.parameters;
        let mut writer = FileWriter::create(self.destination, maxsize, download::mode(mode)).map_err(transfer_fault)?;
        let command = Command::UploadFile { path: self.path, maxsize, blocksize: blocksize.get(), keepstamp };
        let transfer: Option<&mut dyn Transfer> = Some(&mut writer);
        let options = CommandOptions { stdio: Some(self.stdio), transfer, ..CommandOptions::default() };
        if context.run_command(command, options).await?.did_fail() {
            return Ok(false);
        }
        writer.keep().await.map_err(transfer_fault)?;
        Ok(true)
    }

    /// Fetches a directory; whether that worked.
    pub(crate) async fn fetch_directory(
        self,
        context: &mut StepContext,
        compression: Compression,
    ) -> Result<bool, StepError> {
        let UploadParameters { maxsize, blocksize, .. } = *self.parameters;
        let mut writer = DirectoryWriter::create(self.destination, maxsize, compression).map_err(transfer_fault)?;
        let (path, blocksize, compress) = (self.path, blocksize.get(), compression.name());
        let command = Command::UploadDirectory { path, maxsize, blocksize, compress };
        let transfer: Option<&mut dyn Transfer> = Some(&mut writer);
        let options = CommandOptions { stdio: Some(self.stdio), transfer, ..CommandOptions::default() };
        Ok(!context.run_command(command, options).await?.did_fail())
    }
}

/// Tells of a mode that is none.
pub(crate) fn check_mode(value: &Value, faults: &mut Faults<'_>) {
    if !matches!(value, Value::None | Value::Int(_)) {
        faults.add("mode must be an integer or None");
    }
}

/// Reads `compress`.
pub(crate) fn compression(value: &Value) -> Result<Compression, String> {
    let known = match value {
        Value::None => Some(Compression::None),
        Value::Str(name) => Compression::from_name(name),
        _ => None,
    };
    known.ok_or_else(|| "'compress' must be one of None, 'gz', or 'bz2'".to_owned())
}

/// Tells of arguments that have to be there. Python counts `self`.
pub(crate) fn check_given(values: &[&Value], faults: &mut Faults<'_>) {
    if values.iter().any(|value| matches!(value, Value::None)) {
        let class = faults.class;
        faults.add(format!("{class}: __init__() takes at least {} arguments", values.len() + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_home_is_only_at_the_beginning() {
        let cases = [("~/x", "/home/me/x"), ("~", "/home/me"), ("~other/x", "~other/x"), ("a/~", "a/~")];
        for (path, expected) in cases {
            assert_eq!(expand_home(path, Some("/home/me")), expected);
        }
        assert_eq!(expand_home("~/x", None), "~/x");
    }

    #[test]
    fn compression_is_named_as_in_python() {
        assert_eq!(compression(&Value::None), Ok(Compression::None));
        assert_eq!(compression(&"bz2".into()), Ok(Compression::Bzip2));
        assert!(compression(&"xz".into()).is_err());
        assert!(compression(&Value::Int(1)).is_err());
    }
}
