//! TLS as a client speaks it: whom it trusts, and by what it makes itself known.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, InvalidDnsNameError, ServerName};
use rustls::{CertificateError as Fault, ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use crate::Stream;
use crate::certificates::{self, CertificateError};
use crate::trusted::Trusted;

/// Whose certificates are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// The authorities that the system trusts.
    System,
    /// Those in the `.pem` files of this directory.
    Directory(PathBuf),
}

/// A client's own certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its key; `None`: it is in the same file.
    pub private_key: Option<PathBuf>,
}

/// Why TLS is not spoken.
#[derive(Debug, thiserror::Error)]
pub enum SecuredError {
    /// The name of the server cannot be in a certificate.
    #[error("`{host}` is no name that a certificate could be for: {reason}")]
    Name {
        /// The name.
        host: String,
        /// Why not.
        reason: InvalidDnsNameError,
    },
    /// Files of ours cannot be used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Nobody is trusted.
    #[error("no authority is trusted: {0}")]
    NobodyTrusted(String),
    /// The server is not who it should be.
    #[error("the certificate of the server is refused: {reason}")]
    Refused {
        /// Why, and what to do.
        reason: String,
    },
    /// The connection did not come about.
    #[error("the other side did not agree to TLS: {0}")]
    Failed(io::Error),
}

/// What is needed to speak TLS with one server.
#[derive(Clone)]
pub struct Secured {
    connector: TlsConnector,
    host: String,
    name: ServerName<'static>,
    trust: Trust,
}

impl Secured {
    /// Reads the files.
    pub fn new(host: &str, trust: &Trust, identity: Option<&Identity>) -> Result<Secured, SecuredError> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|reason| SecuredError::Name { host: host.to_owned(), reason })?;
        let anchors = anchors(trust)?;
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(anchors.iter().cloned());
        let verifier = Trusted::new(roots, anchors).map_err(|error| SecuredError::NobodyTrusted(error.to_string()))?;
        let builder = ClientConfig::builder_with_provider(certificates::provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| SecuredError::Failed(io::Error::other(error)))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let config = match identity {
            None => builder.with_no_client_auth(),
            Some(Identity { certificate, private_key }) => {
                let key = private_key.as_ref().unwrap_or(certificate);
                let certificates = certificates::certificates("certificate", certificate)?;
                builder
                    .with_client_auth_cert(certificates, certificates::private_key(key)?)
                    .map_err(|reason| certificates::unusable(key, certificate, reason))?
            }
        };
        let connector = TlsConnector::from(Arc::new(config));
        Ok(Secured { connector, host: host.to_owned(), name, trust: trust.clone() })
    }

    /// Speaks TLS over a connection.
    pub async fn over(&self, stream: Stream) -> Result<Stream, SecuredError> {
        match self.connector.connect(self.name.clone(), stream).await {
            Ok(secured) => Ok(Stream::Tls(Box::new(secured.into()))),
            Err(error) => Err(self.explain(error)),
        }
    }

    fn explain(&self, error: io::Error) -> SecuredError {
        let fault = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let Some(rustls::Error::InvalidCertificate(fault)) = fault else { return SecuredError::Failed(error) };
        let reason = match fault {
            // An authority of the same name may have signed it.
            Fault::UnknownIssuer | Fault::BadSignature => match &self.trust {
                Trust::System => {
                    "no authority that this system trusts has signed it; add the authority to the system, or \
                                  name a directory with its certificate as trustRoots"
                        .to_owned()
                }
                Trust::Directory(path) => {
                    format!("no authority in `{}` has signed it; put the authority's .pem file there", path.display())
                }
            },
            Fault::NotValidForName | Fault::NotValidForNameContext { .. } => {
                format!("it is not for `{}`; connect by a name that is in it", self.host)
            }
            Fault::Expired | Fault::ExpiredContext { .. } => "it is no longer valid; renew it".to_owned(),
            Fault::NotValidYet | Fault::NotValidYetContext { .. } => {
                "it is not valid yet; is the clock of this machine right?".to_owned()
            }
            other => other.to_string(),
        };
        SecuredError::Refused { reason }
    }
}

fn anchors(trust: &Trust) -> Result<Vec<CertificateDer<'static>>, SecuredError> {
    match trust {
        Trust::System => {
            let found = rustls_native_certs::load_native_certs();
            match (found.certs.is_empty(), found.errors.first()) {
                (false, _) => Ok(found.certs),
                (true, Some(error)) => Err(SecuredError::NobodyTrusted(error.to_string())),
                (true, None) => Err(SecuredError::NobodyTrusted("this system has no certificates".to_owned())),
            }
        }
        Trust::Directory(path) => of_directory(path),
    }
}

/// Files that cannot be read are passed over, as in Twisted; but one has to be there.
fn of_directory(path: &Path) -> Result<Vec<CertificateDer<'static>>, SecuredError> {
    let what = "directory of trusted certificates";
    let unreadable = |reason| CertificateError::Unreadable { what, path: path.to_owned(), reason };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)?.flatten() {
        let file = entry.path();
        if file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("pem")) {
            found.extend(certificates::certificates("certificate", &file).unwrap_or_default());
        }
    }
    if found.is_empty() {
        return Err(SecuredError::NobodyTrusted(format!(
            "there is no .pem file with a certificate in `{}`",
            path.display()
        )));
    }
    Ok(found)
}
