//! The journal read from its beginning: whether each manifest follows the one before, who signed it, and whether it is the one
//! that was written down elsewhere.

use std::collections::BTreeMap;

use super::{Fault, Head, Manifest, ManifestFile, hash, key};

/// Whose signatures are believed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Signatures {
    /// They are not looked at.
    #[default]
    Unchecked,
    /// Each by the key that the manifest names: this finds what somebody changed who has no key at all.
    Any,
    /// By these keys only.
    By(Vec<String>),
}

impl Signatures {
    fn are_good(&self, key: Option<&str>, entry: &str, signature: Option<&[u8]>) -> bool {
        let believed = |key: &str| match self {
            Self::Unchecked | Self::Any => true,
            Self::By(keys) => keys.iter().any(|known| known == key),
        };
        let made = |(key, signature)| believed(key) && key::made(key, entry.as_bytes(), signature);
        *self == Self::Unchecked || key.zip(signature).is_some_and(made)
    }
}

/// What a journal is compared with.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    /// Heads that were written down elsewhere, when the journal was shorter.
    pub heads: Vec<Head>,
    /// Whose signatures are believed.
    pub signatures: Signatures,
}

/// A journal that is being read.
#[derive(Debug)]
pub struct Chain<'a> {
    expected: &'a Expected,
    number: u64,
    previous: [u8; 32],
    pub(super) files: BTreeMap<String, ManifestFile>,
    head: Option<Head>,
    keys: Vec<String>,
    pub(super) faults: Vec<Fault>,
}

impl<'a> Chain<'a> {
    /// Before the first manifest.
    #[must_use]
    pub fn new(expected: &'a Expected) -> Self {
        let (files, keys, faults) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { expected, number: 0, previous: [0; 32], files, head: None, keys, faults }
    }

    /// The next manifest: the number under which it is kept, its text, the hash that is kept beside it, its signature.
    pub fn next(&mut self, number: u64, entry: &str, kept: &[u8], signature: Option<&[u8]>) {
        self.number += 1;
        let mut faults = Vec::new();
        let mut fault = |what| faults.push(Fault::Journal { number, what });
        let own = hash(entry);
        if own[..] != *kept {
            fault("its hash is another");
        }
        if number != self.number {
            fault("a manifest before it is missing");
            self.number = number;
        }
        match serde_json::from_str::<Manifest>(entry) {
            Err(_) => fault("it cannot be read"),
            Ok(manifest) => {
                if manifest.number != number || manifest.previous != hex::encode(self.previous) {
                    fault("it does not follow the one before it");
                }
                if !self.expected.signatures.are_good(manifest.key.as_deref(), entry, signature) {
                    fault("its signature is not of a known key");
                }
                for file in manifest.taken {
                    if self.files.remove(&file.path) != Some(file) {
                        fault("it takes away a file that was not there");
                    }
                }
                self.files.extend(manifest.put.into_iter().map(|file| (file.path.clone(), file)));
                self.keys.extend(manifest.key.filter(|key| !self.keys.contains(key)));
                self.head = Some(Head { number, hash: own });
            }
        }
        if self.expected.heads.iter().any(|head| head.number == number && head.hash != own) {
            faults.push(Fault::Rewritten { number });
        }
        self.previous = own;
        self.faults.append(&mut faults);
    }

    /// After the last manifest: heads that were not reached tell of what is missing at the end.
    pub fn end(&mut self) {
        let expected = self.expected.heads.iter().map(|head| head.number).filter(|number| *number > self.number);
        if let Some(expected) = expected.max() {
            self.faults.push(Fault::RolledBack { expected, found: self.number });
        }
    }

    /// How many manifests were read.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.number
    }

    /// Whether none was read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.number == 0
    }

    /// The last one that could be read.
    #[must_use]
    pub const fn head(&self) -> Option<Head> {
        self.head
    }

    /// The files that count after the last manifest.
    pub(crate) fn into_files(self) -> BTreeMap<String, ManifestFile> {
        self.files
    }

    /// The keys that manifests name, in the order in which they came.
    #[must_use]
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    /// What was wrong so far.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}
