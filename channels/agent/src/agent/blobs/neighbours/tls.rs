//! TLS 1.3 between two endpoints that know each other by raw public keys (RFC 7250): no names, no authorities, no times.

use std::sync::Arc;

use rustls::{
    ClientConfig, DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme,
    client::{
        AlwaysResolvesClientRawPublicKeys, Resumption,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls13_signature_with_raw_key},
    pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, SubjectPublicKeyInfoDer, UnixTime},
    server::{
        AlwaysResolvesServerRawPublicKeys, NoServerSessionStorage,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
    sign::CertifiedKey,
    version::TLS13,
};

use crate::wire::key::{PublicKey, SigningKey, SigningKeyError};

/// What stands before an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410 section 4).
const HEAD: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

fn written(key: PublicKey) -> Vec<u8> {
    [HEAD.as_slice(), &key.0].concat()
}

/// The key that the other side has proved to have.
pub(super) fn key_of(shown: &[u8]) -> Option<PublicKey> {
    shown.strip_prefix(&HEAD)?.try_into().ok().map(PublicKey)
}

/// The key with which an agent speaks to neighbours: a new one at each start, told to the server, never on the disk.
#[derive(Clone)]
pub struct NearKey {
    public: PublicKey,
    own: Arc<CertifiedKey>,
    provider: Arc<CryptoProvider>,
}

impl std::fmt::Debug for NearKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NearKey({})", self.public.id())
    }
}

impl NearKey {
    /// A new key.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn generate() -> Result<Self, SigningKeyError> {
        let (key, document) = SigningKey::generate()?;
        let signs = ring::sign::any_eddsa_type(&PrivatePkcs8KeyDer::from(document));
        let signs = signs.map_err(|_| SigningKeyError::Pkcs8)?;
        let own = CertifiedKey::new(vec![CertificateDer::from(written(key.public()))], signs);
        Ok(Self { public: key.public(), own: Arc::new(own), provider: Arc::new(ring::default_provider()) })
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> PublicKey {
        self.public
    }

    fn verifier(&self, only: Option<PublicKey>) -> Arc<ByKey> {
        Arc::new(ByKey { only, algorithms: self.provider.signature_verification_algorithms })
    }

    /// For a line to the holder of this key, and nobody else.
    pub(super) fn client(&self, giver: PublicKey) -> Result<ClientConfig, Error> {
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&TLS13])?
            .dangerous()
            .with_custom_certificate_verifier(self.verifier(Some(giver)))
            .with_client_cert_resolver(Arc::new(AlwaysResolvesClientRawPublicKeys::new(Arc::clone(&self.own))));
        config.resumption = Resumption::disabled();
        Ok(config)
    }

    /// For lines from whoever proves to have some key: which one it must be is said by the pass.
    pub(super) fn server(&self) -> Result<ServerConfig, Error> {
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&TLS13])?
            .with_client_cert_verifier(self.verifier(None))
            .with_cert_resolver(Arc::new(AlwaysResolvesServerRawPublicKeys::new(Arc::clone(&self.own))));
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(config)
    }
}

/// Believes the holder of a key.
#[derive(Debug)]
struct ByKey {
    only: Option<PublicKey>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ByKey {
    fn is_right(&self, shown: &[u8]) -> Result<(), Error> {
        match key_of(shown) {
            Some(key) if self.only.is_none_or(|only| only == key) => Ok(()),
            _ => Err(Error::General("not the key that the server named".to_owned())),
        }
    }

    fn signed(
        &self,
        message: &[u8],
        key: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = SubjectPublicKeyInfoDer::from(key.as_ref());
        verify_tls13_signature_with_raw_key(message, &key, signature, &self.algorithms)
    }
}

/// Only TLS 1.3 is spoken, so this is never asked.
fn too_old() -> Error {
    Error::General("TLS 1.2 is not spoken between endpoints".to_owned())
}

impl ServerCertVerifier for ByKey {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.is_right(end_entity).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(too_old())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

impl ClientCertVerifier for ByKey {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.is_right(end_entity).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(too_old())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}
