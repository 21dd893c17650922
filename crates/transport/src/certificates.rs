//! PEM files: certificates and private keys, with errors that name the file and what to do.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ferrobot_model::endpoint::TlsFiles;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem};
use rustls::{InconsistentKeys, ServerConfig};

/// Why TLS cannot be spoken with some files.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file cannot be read.
    #[error("cannot read the {what} `{path}`: {reason}; make the file, or name another", path = path.display())]
    Unreadable {
        /// What should be in it.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// A file has something else in it.
    #[error("there is no {what} in `{path}`{hint}; it must be a PEM file", path = path.display())]
    Missing {
        /// What should be in it.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What is there instead.
        hint: &'static str,
    },
    /// The two files do not belong together.
    #[error(
        "the private key `{key}` does not belong to the certificate `{certificate}`; name the two that were made together",
        key = key.display(), certificate = certificate.display()
    )]
    Mismatch {
        /// The key.
        key: PathBuf,
        /// The certificate.
        certificate: PathBuf,
    },
    /// TLS cannot use them.
    #[error("the certificate `{certificate}` and its key `{key}` cannot be used: {reason}",
        certificate = certificate.display(), key = key.display())]
    Unusable {
        /// The key.
        key: PathBuf,
        /// The certificate.
        certificate: PathBuf,
        /// Why.
        reason: Box<rustls::Error>,
    },
}

pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// What a server speaks TLS with.
pub(crate) fn server(files: &TlsFiles) -> Result<Arc<ServerConfig>, CertificateError> {
    let mut certificates = certificates("certificate", &files.certificate)?;
    if let Some(chain) = &files.chain {
        certificates.truncate(1);
        certificates.extend(self::certificates("certificate chain", chain)?);
    }
    let key = private_key(&files.private_key)?;
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map(|builder| builder.with_no_client_auth())
        .and_then(|builder| builder.with_single_cert(certificates, key))
        .map_err(|reason| unusable(&files.private_key, &files.certificate, reason))?;
    Ok(Arc::new(config))
}

pub(crate) fn unusable(key: &Path, certificate: &Path, reason: rustls::Error) -> CertificateError {
    let (key, certificate) = (key.to_owned(), certificate.to_owned());
    match reason {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            CertificateError::Mismatch { key, certificate }
        }
        reason => CertificateError::Unusable { key, certificate, reason: Box::new(reason) },
    }
}

/// All certificates of a file; at least one.
pub(crate) fn certificates(what: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let bytes = read(what, path)?;
    let found: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(CertificateError::Missing { what, path: path.to_owned(), hint: "" }),
    }
}

pub(crate) fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, CertificateError> {
    let what = "private key";
    let bytes = read(what, path)?;
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|_| {
        let is_encrypted = |mark: &[u8]| bytes.windows(mark.len()).any(|window| window == mark);
        let hint = if is_encrypted(b"ENCRYPTED") { " that has no passphrase" } else { "" };
        CertificateError::Missing { what, path: path.to_owned(), hint }
    })
}

fn read(what: &'static str, path: &Path) -> Result<Vec<u8>, CertificateError> {
    std::fs::read(path).map_err(|reason| CertificateError::Unreadable { what, path: path.to_owned(), reason })
}
