//! Which server certificates are believed.

use std::sync::Arc;

use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _};

/// Which certificates a client believes.
#[derive(Debug, Clone)]
pub enum Trust {
    /// The system's authorities, and these besides (PEM; may be empty).
    Authorities {
        /// Further authorities, PEM.
        pem: String,
        /// Whether the system's authorities count.
        system: bool,
    },
    /// Any certificate: for the first contact only, where the answer is signed by a key that is already known by its hash
    /// and nothing secret is sent.
    AnswerIsSigned,
}

/// The certificates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The PEM text cannot be read.
    #[error("failed to read the certificate authorities: {0}")]
    Pem(rustls_pki_types::pem::Error),
    /// A certificate in it cannot be used.
    #[error("failed to use a certificate authority: {0}")]
    Authority(rustls::Error),
    /// There is none at all.
    #[error("no certificate authority to believe in: give a CA file or install the system's (package ca-certificates)")]
    Nobody,
}

/// A TLS client configuration that believes `trust`.
///
/// # Errors
/// When the authorities cannot be read or there are none.
pub fn client_config(trust: &Trust) -> Result<Arc<ClientConfig>, TlsError> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Authority)?;
    let config = match trust {
        Trust::Authorities { pem, system } => {
            let mut roots = RootCertStore::empty();
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                roots.add(certificate.map_err(TlsError::Pem)?).map_err(TlsError::Authority)?;
            }
            if *system {
                // A broken certificate in the system's store is the system's matter; the rest still counts.
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
            if roots.is_empty() {
                return Err(TlsError::Nobody);
            }
            builder.with_root_certificates(roots).with_no_client_auth()
        }
        Trust::AnswerIsSigned => {
            let verifier = AnyCertificate(Arc::new(ring::default_provider()));
            builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
        }
    };
    Ok(Arc::new(config))
}

#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
