//! What a worker says about itself when it attaches (inventory D5).

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::Path;

use ferrobot_model::WorkerInfo;

use crate::runner::Environment;

/// The worker's version in Buildbot's terms: masters decide by it what they may ask.
pub const BUILDBOT_VERSION: &str = "4.3.0";
/// The key by which a worker of ours tells its own version: its master may use what stock workers cannot do.
pub const FERROBOT_KEY: &str = "ferrobot_version";
/// The version that every command has in Buildbot.
const COMMAND_VERSION: &str = "3.3";
/// All commands, under the names of both protocols, in Buildbot's order.
pub const COMMANDS: [&str; 14] = [
    "shell",
    "uploadFile",
    "upload_file",
    "uploadDirectory",
    "upload_directory",
    "downloadFile",
    "download_file",
    "mkdir",
    "rmdir",
    "cpdir",
    "stat",
    "glob",
    "listdir",
    "rmfile",
];
/// A file in `info/` is cut off here: it is meant for a line or two.
const INFO_FILE_BYTES_MAX: u64 = 1024 * 1024;

/// What is known before anything is looked up.
#[derive(Debug, Clone, Default)]
pub struct InfoOptions {
    /// Number of processors to announce instead of the real one.
    pub numcpus: Option<i64>,
    /// Directories of builders that are gone shall be removed.
    pub delete_leftover_dirs: bool,
}

/// Variables that this program sets for itself begin so; commands do not see them.
const OWN_VARIABLES: &str = "FERROBOT_";

/// The environment that commands inherit.
#[must_use]
pub fn inherited_environment() -> Environment {
    let is_own = |name: &OsStr| name.as_encoded_bytes().starts_with(OWN_VARIABLES.as_bytes());
    std::env::vars_os().filter(|(name, _)| !is_own(name)).collect()
}

/// Looks everything up: files in `basedir/info`, the system's description, the environment.
#[must_use]
pub fn gather(basedir: &Path, options: &InfoOptions) -> WorkerInfo {
    let mut files = read_info_files(&basedir.join("info"));
    let mut other: BTreeMap<String, serde_json::Value> =
        read_os_release().into_iter().map(|(name, value)| (name, value.into())).collect();
    other.insert(FERROBOT_KEY.to_owned(), env!("CARGO_PKG_VERSION").into());
    let (admin, host, access_uri) = (files.remove("admin"), files.remove("host"), files.remove("access_uri"));
    other.extend(files.into_iter().map(|(name, text)| (name, text.into())));
    WorkerInfo {
        admin,
        host,
        access_uri,
        version: Some(BUILDBOT_VERSION.to_owned()),
        system: "posix".to_owned(),
        basedir: basedir.to_string_lossy().into_owned(),
        numcpus: Some(options.numcpus.unwrap_or_else(processors)),
        environ: inherited_environment().iter().map(|(name, value)| (lossy(name), lossy(value))).collect(),
        commands: COMMANDS.iter().map(|&name| (name.to_owned(), COMMAND_VERSION.to_owned())).collect(),
        delete_leftover_dirs: options.delete_leftover_dirs,
        other,
    }
}

fn lossy(text: &OsStr) -> String {
    text.to_string_lossy().into_owned()
}

fn processors() -> i64 {
    std::thread::available_parallelism().ok().and_then(|count| i64::try_from(count.get()).ok()).unwrap_or(1)
}

fn read_info_files(directory: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = fs::read_dir(directory) else { return BTreeMap::new() };
    entries
        .flatten()
        .filter(|entry| entry.path().is_file())
        .filter_map(|entry| {
            let mut bytes = Vec::new();
            fs::File::open(entry.path()).ok()?.take(INFO_FILE_BYTES_MAX).read_to_end(&mut bytes).ok()?;
            Some((lossy(&entry.file_name()), String::from_utf8_lossy(&bytes).into_owned()))
        })
        .collect()
}

/// Always has the four names that the manual promises; empty when the system does not tell.
fn read_os_release() -> BTreeMap<String, String> {
    let text = fs::read_to_string("/etc/os-release").or_else(|_| fs::read_to_string("/usr/lib/os-release"));
    parse_os_release(&text.unwrap_or_default())
}

fn parse_os_release(text: &str) -> BTreeMap<String, String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (format!("os_{}", name.to_lowercase()), unquote(value).to_owned()))
        .collect()
}

fn unquote(value: &str) -> &str {
    let value = value.trim();
    let inner = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_describes_itself() {
        let text = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n# comment\n\nID=debian\nVERSION_ID='12'\nbroken\n";
        let expected =
            [("os_id", "debian"), ("os_pretty_name", "Debian GNU/Linux 12 (bookworm)"), ("os_version_id", "12")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(parse_os_release(text), BTreeMap::from(expected));
    }

    #[test]
    fn all_info_files_are_told() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir_all(directory.path().join("info/subdirectory")).unwrap();
        for (name, text) in [("admin", "Me <me@here>\n"), ("host", "h\n"), ("rack", "7\n")] {
            fs::write(directory.path().join("info").join(name), text).unwrap();
        }
        let info = gather(directory.path(), &InfoOptions { numcpus: Some(3), delete_leftover_dirs: true });
        assert_eq!(info.admin.as_deref(), Some("Me <me@here>\n"));
        assert_eq!(info.access_uri, None);
        assert_eq!(info.other["rack"], "7\n");
        assert_eq!((info.numcpus, info.delete_leftover_dirs), (Some(3), true));
        assert_eq!(info.commands["shell"], "3.3");
        assert!(info.environ.contains_key("PATH"));
    }
}
