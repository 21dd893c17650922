//! `create-worker`: makes a worker's directory, byte for byte as Buildbot's own command does.

use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::python_text::str_repr;

/// What goes into `buildbot.tac`. Numbers are kept as they were given.
#[derive(Debug, Clone)]
pub(crate) struct TacSettings<'a> {
    pub(crate) basedir: &'a str,
    pub(crate) host: &'a str,
    pub(crate) port: u32,
    pub(crate) name: &'a str,
    pub(crate) password: &'a str,
    pub(crate) umask: &'a str,
    pub(crate) numcpus: &'a str,
    pub(crate) maxretries: &'a str,
    pub(crate) allow_shutdown: Option<&'a str>,
    pub(crate) protocol: &'a str,
    pub(crate) use_tls: bool,
    pub(crate) delete_leftover_dirs: bool,
    pub(crate) connection_string: Option<&'a str>,
    pub(crate) proxy: Option<&'a str>,
    pub(crate) relocatable: bool,
    pub(crate) rotate: bool,
    pub(crate) log_size: &'a str,
    pub(crate) log_count: &'a str,
    pub(crate) keepalive: &'a str,
    pub(crate) maxdelay: &'a str,
}

/// The file that twistd, Buildbot's tools and this worker read.
pub(crate) fn tac_text(settings: &TacSettings<'_>) -> String {
    let optional = |text: Option<&str>| text.map_or_else(|| "None".to_owned(), str_repr);
    // With a connection string the place is only a remark.
    let place = |text: String| if settings.connection_string.is_some() { format!("None  # {text}") } else { text };
    let basedir = if settings.relocatable { "." } else { settings.basedir };
    let mut text = format!(
        "
import os

from buildbot_worker.bot import Worker
from twisted.application import service

basedir = {basedir}
rotateLength = {log_size}
maxRotatedFiles = {log_count}

# if this is a relocatable tac file, get the directory containing the TAC
if basedir == '.':
    import os.path
    basedir = os.path.abspath(os.path.dirname(__file__))

# note: this line is matched against to check that this is a worker
# directory; do not edit it.
application = service.Application('buildbot-worker')
",
        basedir = str_repr(basedir),
        log_size = settings.log_size,
        log_count = settings.log_count,
    );
    if settings.rotate {
        text.push_str(
            "
from twisted.python.logfile import LogFile
from twisted.python.log import ILogObserver, FileLogObserver
logfile = LogFile.fromFullPath(
    os.path.join(basedir, \"twistd.log\"), rotateLength=rotateLength,
    maxRotatedFiles=maxRotatedFiles)
application.setComponent(ILogObserver, FileLogObserver(logfile).emit)
",
        );
    }
    let _infallible = write!(
        text,
        "
buildmaster_host = {host}
port = {port}
connection_string = {connection_string}

workername = {name}
passwd = {password}
keepalive = {keepalive}
umask = {umask}
maxdelay = {maxdelay}
numcpus = {numcpus}
allow_shutdown = {allow_shutdown}
maxretries = {maxretries}
use_tls = {use_tls}
delete_leftover_dirs = {delete_leftover_dirs}
proxy_connection_string = {proxy}
protocol = {protocol}

s = Worker(buildmaster_host, port, workername, passwd, basedir,
           keepalive, umask=umask, maxdelay=maxdelay,
           numcpus=numcpus, allow_shutdown=allow_shutdown,
           maxRetries=maxretries, protocol=protocol, useTls=use_tls,
           delete_leftover_dirs=delete_leftover_dirs,
           connection_string=connection_string,
           proxy_connection_string=proxy_connection_string)
s.setServiceParent(application)
",
        host = place(str_repr(settings.host)),
        port = place(settings.port.to_string()),
        connection_string = optional(settings.connection_string),
        name = str_repr(settings.name),
        password = str_repr(settings.password),
        keepalive = settings.keepalive,
        umask = settings.umask,
        maxdelay = settings.maxdelay,
        numcpus = settings.numcpus,
        allow_shutdown = optional(settings.allow_shutdown),
        maxretries = settings.maxretries,
        use_tls = u8::from(settings.use_tls),
        delete_leftover_dirs = u8::from(settings.delete_leftover_dirs),
        proxy = optional(settings.proxy),
        protocol = str_repr(settings.protocol),
    );
    text
}

/// Why the directory was not made; the message for the user is already complete.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CreateError {
    #[error("{0}")]
    Directory(String),
    #[error("the terminal is gone: {0}")]
    Output(#[from] io::Error),
}

/// Makes the directory, or completes it; tells what it does on `out`.
pub(crate) fn create(directory: &Path, tac: &str, out: &mut dyn Write) -> Result<(), CreateError> {
    make_directory(directory, out)?;
    write_tac(directory, tac, out)?;
    write_info(directory, out)?;
    writeln!(out, "worker configured in {}", directory.display())?;
    Ok(())
}

fn make_directory(directory: &Path, out: &mut dyn Write) -> Result<(), CreateError> {
    if directory.exists() {
        writeln!(out, "updating existing installation")?;
        return Ok(());
    }
    writeln!(out, "mkdir {}", directory.display())?;
    fs::create_dir(directory)
        .map_err(|_| CreateError::Directory(format!("error creating directory {}", directory.display())))
}

/// A file that is there already, and differs, is never touched.
fn write_tac(directory: &Path, tac: &str, out: &mut dyn Write) -> Result<(), CreateError> {
    let path = directory.join("buildbot.tac");
    let mut target = path.clone();
    match fs::read_to_string(&path) {
        Ok(existing) if existing == tac => {
            writeln!(out, "buildbot.tac already exists and is correct")?;
            return Ok(());
        }
        Ok(_) => {
            writeln!(out, "not touching existing buildbot.tac\ncreating buildbot.tac.new instead")?;
            target = directory.join("buildbot.tac.new");
        }
        Err(_) => {}
    }
    // The password is in it.
    let written = fs::write(&target, tac).and_then(|()| fs::set_permissions(&target, Permissions::from_mode(0o600)));
    written.map_err(|_| CreateError::Directory(format!("could not write {}", target.display())))
}

fn write_info(directory: &Path, out: &mut dyn Write) -> Result<(), CreateError> {
    let info = directory.join("info");
    if !info.exists() {
        writeln!(out, "mkdir {}", info.display())?;
        fs::create_dir(&info)
            .map_err(|_| CreateError::Directory(format!("error creating directory {}", info.display())))?;
    }
    // As in Buildbot, only the last counts.
    let mut created = false;
    for (name, text) in [
        ("admin", "Your Name Here <admin@youraddress.invalid>\n"),
        ("host", "Please put a description of this build host here\n"),
    ] {
        let path = info.join(name);
        created = !path.exists();
        if !created {
            continue;
        }
        writeln!(out, "Creating info/{name}, you need to edit it appropriately.")?;
        fs::write(&path, text).map_err(|_| CreateError::Directory(format!("could not write {}", path.display())))?;
    }
    if !info.join("access_uri").exists() {
        writeln!(out, "Not creating info/access_uri - add it if you wish")?;
    }
    if created {
        writeln!(out, "Please edit the files in {} appropriately.", info.display())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(directory: &Path, tac: &str) -> String {
        let mut out = Vec::new();
        create(directory, tac, &mut out).unwrap();
        String::from_utf8(out).unwrap().replace(&directory.display().to_string(), "W")
    }

    #[test]
    fn a_directory_is_made_and_later_completed() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("w1");
        assert_eq!(
            run(&directory, "tac"),
            "mkdir W\nmkdir W/info\nCreating info/admin, you need to edit it appropriately.\nCreating info/host, you need to \
             edit it appropriately.\nNot creating info/access_uri - add it if you wish\nPlease edit the files in W/info \
             appropriately.\nworker configured in W\n"
        );
        let mode = fs::metadata(directory.join("buildbot.tac")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        assert_eq!(
            run(&directory, "tac"),
            "updating existing installation\nbuildbot.tac already exists and is correct\nNot creating info/access_uri - add \
             it if you wish\nworker configured in W\n"
        );
        fs::remove_file(directory.join("info/host")).unwrap();
        fs::write(directory.join("info/access_uri"), "ssh://x\n").unwrap();
        assert_eq!(
            run(&directory, "other"),
            "updating existing installation\nnot touching existing buildbot.tac\ncreating buildbot.tac.new instead\n\
             Creating info/host, you need to edit it appropriately.\nPlease edit the files in W/info appropriately.\n\
             worker configured in W\n"
        );
        assert_eq!(fs::read_to_string(directory.join("buildbot.tac")).unwrap(), "tac");
        assert_eq!(fs::read_to_string(directory.join("buildbot.tac.new")).unwrap(), "other");
    }

    #[test]
    fn what_cannot_be_made_is_named() {
        let error = create(Path::new("/no/such/place"), "tac", &mut io::sink()).unwrap_err();
        assert_eq!(error.to_string(), "error creating directory /no/such/place");
    }
}
