//! Signatures of feeds, as minisign makes them: <https://jedisct1.github.io/minisign/>, "Signature format".
//!
//! The file is hashed with BLAKE2b-512 and the hash signed with Ed25519 (`ED`), which is what minisign does unless it is told otherwise.
//! The older way (`Ed`), which signs the file itself, is refused: a feed does not fit in memory.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use blake2::{Blake2b512, Digest as _};
use ring::signature::{ED25519, UnparsedPublicKey};

/// A publisher's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PublicKey {
    id: [u8; 8],
    key: [u8; 32],
}

/// A file's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signature {
    id: [u8; 8],
    signature: [u8; 64],
    trusted: String,
    of_trusted: [u8; 64],
}

/// Why a file is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum SignatureError {
    #[error("this is no public key of minisign: one line that begins with RW is expected")]
    NoKey,
    #[error("this is no signature of minisign: the four lines of a .minisig file are expected")]
    NoSignature,
    #[error("the signature is of minisign's older kind (Ed); sign the file anew with minisign 0.8 or later")]
    OldKind,
    #[error("the file is signed with another key than the one that is written down for this feed")]
    OtherKey,
    #[error("the signature is wrong: the file is not the one that was signed")]
    Wrong,
}

impl PublicKey {
    /// Reads a key: the line itself, or the file with its comment.
    pub(super) fn read(text: &str) -> Result<Self, SignatureError> {
        let line = text.lines().map(str::trim).rfind(|line| !line.is_empty()).ok_or(SignatureError::NoKey)?;
        let bytes = STANDARD.decode(line).map_err(|_| SignatureError::NoKey)?;
        let (algorithm, rest) = bytes.split_at_checked(2).ok_or(SignatureError::NoKey)?;
        let (id, key) = rest.split_at_checked(8).ok_or(SignatureError::NoKey)?;
        match (algorithm, id.try_into(), key.try_into()) {
            (b"Ed", Ok(id), Ok(key)) => Ok(Self { id, key }),
            _ => Err(SignatureError::NoKey),
        }
    }

    /// Passes when the signature is this key's, over a file with this hash.
    pub(super) fn check(&self, hash: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        if signature.id != self.id {
            return Err(SignatureError::OtherKey);
        }
        let key = UnparsedPublicKey::new(&ED25519, &self.key);
        key.verify(hash, &signature.signature).map_err(|_| SignatureError::Wrong)?;
        let trusted = [&signature.signature[..], signature.trusted.as_bytes()].concat();
        key.verify(&trusted, &signature.of_trusted).map_err(|_| SignatureError::Wrong)
    }
}

impl Signature {
    /// Reads the four lines of a `.minisig` file.
    pub(super) fn read(text: &str) -> Result<Self, SignatureError> {
        let bad = SignatureError::NoSignature;
        let mut lines = text.lines();
        let (_, signature, trusted, of_trusted) = (lines.next(), lines.next(), lines.next(), lines.next());
        let bytes = STANDARD.decode(signature.ok_or(bad)?.trim()).map_err(|_| bad)?;
        let (algorithm, rest) = bytes.split_at_checked(2).ok_or(bad)?;
        match algorithm {
            b"ED" => {}
            b"Ed" => return Err(SignatureError::OldKind),
            _ => return Err(bad),
        }
        let (id, signature) = rest.split_at_checked(8).ok_or(bad)?;
        let of_trusted = STANDARD.decode(of_trusted.ok_or(bad)?.trim()).map_err(|_| bad)?;
        Ok(Self {
            id: id.try_into().map_err(|_| bad)?,
            signature: signature.try_into().map_err(|_| bad)?,
            trusted: trusted.and_then(|line| line.strip_prefix("trusted comment: ")).ok_or(bad)?.to_owned(),
            of_trusted: of_trusted.try_into().map_err(|_| bad)?,
        })
    }
}

/// The hash that is signed, of a file that comes in pieces.
#[derive(Default)]
pub(super) struct Hasher(Blake2b512);

impl Hasher {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0.finalize().to_vec()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use ring::signature::{Ed25519KeyPair, KeyPair as _};

    use super::*;

    const ID: [u8; 8] = *b"12345678";

    /// A publisher's pair, and its public key as a file.
    pub(in crate::server::feeds) fn key(seed: u8) -> (Ed25519KeyPair, String) {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        let line = STANDARD.encode([b"Ed", &ID[..], pair.public_key().as_ref()].concat());
        (pair, format!("untrusted comment: minisign public key\n{line}\n"))
    }

    fn hash(file: &[u8]) -> Vec<u8> {
        let mut hasher = Hasher::default();
        hasher.update(file);
        hasher.finish()
    }

    /// The `.minisig` of a file.
    pub(in crate::server::feeds) fn signed(pair: &Ed25519KeyPair, file: &[u8], kind: &[u8]) -> String {
        let signature = pair.sign(&hash(file));
        let of_trusted = pair.sign(&[signature.as_ref(), b"timestamp:1"].concat());
        let (first, second) = ([kind, &ID, signature.as_ref()].concat(), of_trusted.as_ref());
        let (first, second) = (STANDARD.encode(first), STANDARD.encode(second));
        format!("untrusted comment: signature\n{first}\ntrusted comment: timestamp:1\n{second}\n")
    }

    fn check(key: &str, file: &[u8], signature: &str) -> Result<(), SignatureError> {
        PublicKey::read(key)?.check(&hash(file), &Signature::read(signature)?)
    }

    #[test]
    fn a_file_is_believed_when_its_publisher_signed_it() {
        let (pair, public) = key(1);
        assert_eq!(check(&public, b"feed", &signed(&pair, b"feed", b"ED")), Ok(()));
    }

    #[test]
    fn another_file_another_key_and_another_comment_are_not() {
        let (pair, public) = key(1);
        let (other, _) = key(2);
        let good = signed(&pair, b"feed", b"ED");
        assert_eq!(check(&public, b"food", &good), Err(SignatureError::Wrong));
        assert_eq!(check(&public, b"feed", &signed(&other, b"feed", b"ED")), Err(SignatureError::Wrong));
        assert_eq!(check(&public, b"feed", &good.replace("timestamp:1", "timestamp:2")), Err(SignatureError::Wrong));
    }

    #[test]
    fn a_signature_of_the_older_kind_is_refused_by_name() {
        let (pair, public) = key(1);
        assert_eq!(check(&public, b"feed", &signed(&pair, b"feed", b"Ed")), Err(SignatureError::OldKind));
    }

    #[test]
    fn a_key_and_a_signature_that_minisign_itself_made_are_read() {
        // From minisign's own documentation.
        let key = PublicKey::read("RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3").unwrap();
        assert_eq!(key.id, [0x1f, 0xe8, 0xb4, 0x42, 0x18, 0x0f, 0x62, 0xe7]);
    }

    #[test]
    fn nonsense_is_neither() {
        for text in ["", "RW", "untrusted comment: x\n", "a\nb\nc\nd"] {
            assert_eq!(PublicKey::read(text), Err(SignatureError::NoKey), "{text}");
            assert_eq!(Signature::read(text), Err(SignatureError::NoSignature), "{text}");
        }
    }
}
