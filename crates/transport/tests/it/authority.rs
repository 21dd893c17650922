//! Certificates, made by the `openssl` program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Without the system's own defaults, which mark every certificate as an authority's.
const CONFIG: &str = "[req]\ndistinguished_name = name\n[name]\n";

/// An authority of its own.
pub(crate) struct Authority {
    place: TempDir,
}

/// A certificate and its key.
pub(crate) struct Pair {
    pub(crate) certificate: PathBuf,
    pub(crate) private_key: PathBuf,
}

impl Authority {
    /// Says so when there is no `openssl`.
    pub(crate) fn new() -> Option<Authority> {
        if Command::new("openssl").arg("version").stdout(Stdio::null()).status().is_err() {
            eprintln!("skipped: there is no program `openssl`");
            return None;
        }
        let authority = Authority { place: tempfile::tempdir().unwrap() };
        std::fs::create_dir(authority.trusted()).unwrap();
        std::fs::write(authority.path("openssl.cnf"), CONFIG).unwrap();
        authority.make("authority", &["-addext", "basicConstraints=critical,CA:TRUE"]);
        std::fs::copy(authority.path("authority.crt"), authority.trusted().join("authority.pem")).unwrap();
        Some(authority)
    }

    /// The directory with its certificate.
    pub(crate) fn trusted(&self) -> PathBuf {
        self.path("trusted")
    }

    /// The certificate itself.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.path("authority.crt")
    }

    /// A certificate for `localhost` and 127.0.0.1.
    pub(crate) fn issue(&self, name: &str) -> Pair {
        let (certificate, key) = (self.path("authority.crt"), self.path("authority.key"));
        let signer = ["-CA", certificate.to_str().unwrap(), "-CAkey", key.to_str().unwrap()];
        self.make(name, &[&signer[..], &["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]].concat())
    }

    /// A certificate that is signed by itself, and marked as an authority's, as `openssl req -x509` makes them.
    pub(crate) fn sign_itself(&self, name: &str) -> Pair {
        let extensions = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "subjectAltName=DNS:localhost"];
        self.make(name, &extensions)
    }

    fn make(&self, name: &str, options: &[&str]) -> Pair {
        let pair =
            Pair { certificate: self.path(&format!("{name}.crt")), private_key: self.path(&format!("{name}.key")) };
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-batch"])
            .arg("-config")
            .arg(self.path("openssl.cnf"))
            .arg("-keyout")
            .arg(&pair.private_key)
            .arg("-out")
            .arg(&pair.certificate)
            .args(["-days", "30", "-subj", &format!("/CN={name}")])
            .args(options)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        pair
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }
}

impl Pair {
    /// Both in one directory, as trusted certificates are named.
    pub(crate) fn trust_in(&self, directory: &Path) {
        std::fs::create_dir_all(directory).unwrap();
        std::fs::copy(&self.certificate, directory.join("trusted.pem")).unwrap();
    }
}
