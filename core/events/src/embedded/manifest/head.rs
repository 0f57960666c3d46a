//! The end of the journal, as it is written down where nobody who changes the journal can change it too.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use yagura_vocabulary::Time;

use super::{Seal, key};

/// The last manifest of a journal, as it was written down somewhere else. As text: `NUMBER:HASH`, the hash in hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Its number; 0 if there was none.
    pub number: u64,
    /// Its hash.
    pub hash: [u8; 32],
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, hex::encode(self.hash))
    }
}

/// The text names no end of a journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadHead {
    /// Neither `NUMBER:HASH` nor a document of [`WrittenHead`].
    #[error("it is neither NUMBER:HASH nor the document in which a server writes down the end of its journal")]
    Form,
    /// A document of a newer version.
    #[error("it is of version {0}, which this program does not know")]
    Version(u32),
    /// A document that was changed, or cut short.
    #[error("its signature is not of the key that it names: it was changed on its way")]
    Signature,
}

impl FromStr for Head {
    type Err = BadHead;

    fn from_str(text: &str) -> Result<Self, BadHead> {
        let (number, hash) = text.split_once(':').ok_or(BadHead::Form)?;
        let number = number.parse().map_err(|_| BadHead::Form)?;
        let hash = hex::decode(hash).ok().and_then(|hash| hash.try_into().ok()).ok_or(BadHead::Form)?;
        Ok(Self { number, hash })
    }
}

const DOCUMENT: &str = "yagura journal head";
const VERSION: u32 = 1;

/// What a server writes down of its journal for people and places outside of it: a JSON document that tells by itself whether
/// it is whole.
///
/// Its signature is Ed25519 (RFC 8032), in hex, over the compact JSON of the other fields in their order here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenHead {
    /// What this is.
    document: String,
    version: u32,
    /// Whose journal it is, for people.
    pub organisation: String,
    /// The server's id.
    pub server: String,
    /// The number of the last manifest.
    pub position: u64,
    /// Its hash, hex.
    pub hash: String,
    /// When this was written, by the server's clock.
    pub written_at: Time,
    /// The public half of the journal's key.
    pub key: String,
    /// What the key made of all of the above.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    signature: String,
}

impl WrittenHead {
    /// Writes a head down.
    #[must_use]
    pub fn sign(seal: &dyn Seal, head: Head, (server, organisation): (&str, &str), written_at: Time) -> Self {
        let mut written = Self {
            document: DOCUMENT.to_owned(),
            version: VERSION,
            organisation: organisation.to_owned(),
            server: server.to_owned(),
            position: head.number,
            hash: hex::encode(head.hash),
            written_at,
            key: seal.key(),
            signature: String::new(),
        };
        written.signature = hex::encode(seal.sign(&written.signed()));
        written
    }

    /// Reads a document, however it is laid out, and whatever a mail has put around it.
    ///
    /// # Errors
    /// When it is none, of a newer version, or was changed.
    pub fn read(text: &str) -> Result<Self, BadHead> {
        let (from, to) = text.find('{').zip(text.rfind('}')).ok_or(BadHead::Form)?;
        let json = text.get(from..=to).ok_or(BadHead::Form)?;
        let written: Self = serde_json::from_str(json).map_err(|_| BadHead::Form)?;
        if written.document != DOCUMENT {
            return Err(BadHead::Form);
        }
        if written.version != VERSION {
            return Err(BadHead::Version(written.version));
        }
        let signature = hex::decode(&written.signature).map_err(|_| BadHead::Signature)?;
        if !key::made(&written.key, &written.signed(), &signature) {
            return Err(BadHead::Signature);
        }
        written.head().map(|_| written)
    }

    /// The head that it tells of.
    ///
    /// # Errors
    /// When its hash is none.
    pub fn head(&self) -> Result<Head, BadHead> {
        format!("{}:{}", self.position, self.hash).parse()
    }

    /// The document, for a file or a mail.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// What is signed.
    fn signed(&self) -> Vec<u8> {
        serde_json::to_vec(&Self { signature: String::new(), ..self.clone() }).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded::manifest::key::tests::Key;

    fn written() -> WrittenHead {
        let head = Head { number: 1234, hash: [0xab; 32] };
        let at = "2026-11-28T17:00:00Z".parse().unwrap();
        WrittenHead::sign(&Key::new(1), head, ("0199f3a0-0000-7000-8000-000000000001", "株式会社 例"), at)
    }

    #[test]
    fn the_document_is_the_one_that_was_released() {
        assert_eq!(format!("{}\n", written().to_text()), include_str!("../../../golden/head-1.json"));
        assert_eq!(WrittenHead::read(include_str!("../../../golden/head-1.json")), Ok(written()));
    }

    #[test]
    fn a_document_is_read_out_of_a_mail_whose_lines_end_as_mails_do() {
        let mail = format!("何も変わっていません。\r\n\r\n{}\r\n-- \r\n", written().to_text().replace('\n', "\r\n"));
        assert_eq!(WrittenHead::read(&mail), Ok(written()));
    }

    #[test]
    fn a_document_that_was_changed_says_so() {
        let check = |from: &str, to: &str, expected: BadHead| {
            let text = written().to_text();
            assert!(text.contains(from));
            assert_eq!(WrittenHead::read(&text.replace(from, to)), Err(expected));
        };
        check("1234", "1235", BadHead::Signature);
        check("abab", "abac", BadHead::Signature);
        check("株式会社", "有限会社", BadHead::Signature);
        check("17:00", "18:00", BadHead::Signature);
        check("\"version\": 1", "\"version\": 2", BadHead::Version(2));
        check("journal head", "journal tail", BadHead::Form);
        check("\"position\"", "\"place\"", BadHead::Form);
    }

    #[test]
    fn a_head_is_read_as_it_is_printed() {
        let head = Head { number: 7, hash: [1; 32] };
        assert_eq!(head.to_string().parse(), Ok(head));
        for wrong in ["", "7", "7:", "7:zz", "x:00", "7:0101"] {
            assert_eq!(wrong.parse::<Head>(), Err(BadHead::Form), "{wrong}");
        }
    }
}
