//! A private certificate authority, for organisations that have no certificate of their own yet.

use std::{fs, io, path::Path};

use anyhow::Context as _;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};

/// File names in the folder.
pub const CA: &str = "ca.pem";
const CA_KEY: &str = "ca.key";
/// The server's certificate.
pub const CERTIFICATE: &str = "server.pem";
/// Its private key.
pub const KEY: &str = "server.key";

/// Makes an authority and a certificate for `host` in `dir`, unless they are there.
///
/// # Errors
/// When they cannot be made or written.
pub fn ensure(dir: &Path, host: &str) -> anyhow::Result<()> {
    if dir.join(CERTIFICATE).exists() && dir.join(KEY).exists() && dir.join(CA).exists() {
        return Ok(());
    }
    let ca_key = KeyPair::generate().context("failed to make a key for the certificate authority")?;
    let mut ca = CertificateParams::new(Vec::new())?;
    ca.distinguished_name.push(DnType::CommonName, "Yagura private CA");
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_certificate = ca.self_signed(&ca_key).context("failed to sign the certificate authority")?;
    let key = KeyPair::generate().context("failed to make a key for the server")?;
    let mut names = vec![host.to_owned()];
    for name in ["localhost", "127.0.0.1", "::1"] {
        if name != host {
            names.push(name.to_owned());
        }
    }
    let mut server = CertificateParams::new(names).context("failed to name the server's certificate")?;
    server.distinguished_name.push(DnType::CommonName, host);
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    server.use_authority_key_identifier_extension = true;
    let issuer = Issuer::new(ca, ca_key);
    let certificate = server.signed_by(&key, &issuer).context("failed to sign the server's certificate")?;
    fs::create_dir_all(dir).with_context(|| format!("failed to make {}", dir.display()))?;
    let write = |name: &str, text: &str, private: bool| {
        write(&dir.join(name), text, private).with_context(|| format!("failed to write {name} in {}", dir.display()))
    };
    write(CA_KEY, &issuer.key().serialize_pem(), true)?;
    write(CA, &ca_certificate.pem(), false)?;
    write(KEY, &key.serialize_pem(), true)?;
    write(CERTIFICATE, &certificate.pem(), false)
}

/// Writes a file; one that only its owner may read where `private`.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, content: impl AsRef<[u8]>, private: bool) -> io::Result<()> {
    use std::io::Write as _;
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if private { 0o600 } else { 0o644 });
    let mut file = options.open(path)?;
    file.write_all(content.as_ref())?;
    file.sync_all()
}
