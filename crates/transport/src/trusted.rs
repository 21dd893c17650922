//! Believes servers as OpenSSL does: also one whose own certificate is among those that are trusted. Such a certificate,
//! signed by itself, is often marked as an authority's, which the usual check does not let pass as a server's.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{VerifierBuilderError, WebPkiServerVerifier, verify_server_name};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::certificates::provider;
use crate::validity;

#[derive(Debug)]
pub(crate) struct Trusted {
    usual: Arc<WebPkiServerVerifier>,
    anchors: Vec<CertificateDer<'static>>,
}

impl Trusted {
    pub(crate) fn new(
        roots: RootCertStore,
        anchors: Vec<CertificateDer<'static>>,
    ) -> Result<Trusted, VerifierBuilderError> {
        let usual = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build()?;
        Ok(Trusted { usual, anchors })
    }
}

impl ServerCertVerifier for Trusted {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if !self.anchors.iter().any(|anchor| anchor == end_entity) {
            return self.usual.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        }
        verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
        validity::check(end_entity, now)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustls::CertificateError;
    use rustls::pki_types::pem::PemObject;

    use super::*;

    /// For `localhost`, marked as an authority's, valid from 2026-11-25 02:11:05 to 2036-11-22 02:11:05.
    const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\n\
MIIBkzCCATmgAwIBAgIUG0y4KINMW9QKmfV+IEWo554gA+owCgYIKoZIzj0EAwIw\n\
FDESMBAGA1UEAwwJbG9jYWxob3N0MB4XDTI2MTEyNTAyMTEwNVoXDTM2MTEyMjAy\n\
MTEwNVowFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0D\n\
AQcDQgAEvilJk/aDmSzNJffRKncdwtKrFmhQKfjcUl2r5ufYfijeExdX+1pIGmf0\n\
7viFh89qu+dlUTR3FkQ6KXEIFGjCUKNpMGcwHQYDVR0OBBYEFMPmDMFfXWiDYDsr\n\
0qA9T625X+XzMB8GA1UdIwQYMBaAFMPmDMFfXWiDYDsr0qA9T625X+XzMA8GA1Ud\n\
EwEB/wQFMAMBAf8wFAYDVR0RBA0wC4IJbG9jYWxob3N0MAoGCCqGSM49BAMCA0gA\n\
MEUCIQDndzmi8iqIh4zecx1pLc7AZxJXoZcBLty1kdICc5JGLQIgPmIVOpfVbP4A\n\
v+UcmZAdyF5TwVVhTwKDd19lKf4xwxE=\n\
-----END CERTIFICATE-----\n";
    const FROM: u64 = 1_795_572_665;
    const UNTIL: u64 = 2_110_932_665;

    fn verify(anchors: Vec<CertificateDer<'static>>, name: &str, at: u64) -> Result<(), Error> {
        let certificate = CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).unwrap();
        let trusted = Trusted::new(roots, anchors).unwrap();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(at));
        trusted.verify_server_cert(&certificate, &[], &name, &[], now).map(drop)
    }

    #[test]
    fn a_certificate_that_signed_itself_is_believed_while_it_is_valid() {
        let anchors = || vec![CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap()];
        let refused = |name: &str, at: u64| match verify(anchors(), name, at) {
            Err(Error::InvalidCertificate(fault)) => Some(fault),
            other => other.map(|()| None).unwrap(),
        };
        assert_eq!(refused("localhost", FROM), None);
        assert_eq!(refused("localhost", UNTIL), None);
        assert_eq!(refused("localhost", FROM - 1), Some(CertificateError::NotValidYet));
        assert_eq!(refused("localhost", UNTIL + 1), Some(CertificateError::Expired));
        assert!(matches!(refused("other", FROM), Some(CertificateError::NotValidForNameContext { .. })));
        // The usual check alone does not let it pass.
        assert!(verify(Vec::new(), "localhost", FROM).is_err());
    }

    #[test]
    fn broken_certificates_are_no_certificates() {
        let certificate = CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap();
        for length in 0..certificate.len() {
            let cut = &certificate[..length];
            let checked = crate::validity::check(cut, UnixTime::since_unix_epoch(Duration::from_secs(FROM)));
            assert_eq!(checked, Err(CertificateError::BadEncoding.into()), "{length}");
        }
    }
}
