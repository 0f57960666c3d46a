//! Large content, addressed by its hash and moved in chunks: packages, rule packs and models down, collected files up.
//!
//! A [`Content`] says what the whole and every chunk must be, so each chunk is checked by itself, a transfer that was cut
//! goes on where it ended, and nothing in between can change a byte. Down, it stands in a signed [`BlobManifest`]; up, in an
//! [`Offer`] that the endpoint's request signs.

use std::{fmt, io, io::Read as _, ops::Range, str::FromStr};

use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use yagura_vocabulary::{
    Id,
    id::{Endpoint, Server},
};

use super::{key::sha256, sealed::Document};

/// Size of every chunk but the last, in bytes.
pub const CHUNK_BYTES: u64 = 1 << 20;
/// Most chunks of one blob: 16 GiB, and a manifest of about a megabyte.
pub const MAX_CHUNKS: u64 = 16_384;
/// Longest name, in characters.
const MAX_NAME: usize = 200;

/// SHA-256 of a blob or a chunk, written as lower-case hex.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobHash(pub [u8; 32]);

impl BlobHash {
    /// The hash of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha256(bytes))
    }
}

impl fmt::Display for BlobHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for BlobHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a blob's hash is 64 hex digits")]
pub struct BadHash;

impl FromStr for BlobHash {
    type Err = BadHash;

    fn from_str(text: &str) -> Result<Self, BadHash> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| BadHash)?;
        Ok(Self(bytes))
    }
}

impl Serialize for BlobHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BlobHash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What a blob is for. An endpoint refuses one that was made for something else than it looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlobPurpose {
    /// A program to install.
    Package,
    /// Rules for a judging engine.
    RulePack,
    /// A trained model.
    Model,
    /// A list that is too long for a policy.
    List,
    /// A new agent.
    Update,
    /// A file that an administrator asked an endpoint for.
    Collected,
}

/// What a blob consists of. One that contradicts itself cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawContent")]
pub struct Content {
    sha256: BlobHash,
    size: u64,
    chunk_bytes: u64,
    chunks: Vec<BlobHash>,
}

#[derive(Deserialize)]
struct RawContent {
    sha256: BlobHash,
    size: u64,
    chunk_bytes: u64,
    chunks: Vec<BlobHash>,
}

/// A description that contradicts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// Chunks of a size that nobody sends.
    #[error("chunks have {CHUNK_BYTES} bytes, not {0}")]
    ChunkBytes(u64),
    /// More or fewer chunks than the size needs, or more than are allowed.
    #[error("{size} bytes do not make {chunks} chunks, of which there are at most {MAX_CHUNKS}")]
    Count {
        /// The size given.
        size: u64,
        /// The chunks given.
        chunks: usize,
    },
}

impl TryFrom<RawContent> for Content {
    type Error = ContentError;

    fn try_from(raw: RawContent) -> Result<Self, ContentError> {
        let RawContent { sha256, size, chunk_bytes, chunks } = raw;
        if chunk_bytes != CHUNK_BYTES {
            return Err(ContentError::ChunkBytes(chunk_bytes));
        }
        let count = chunks.len() as u64;
        if size.div_ceil(CHUNK_BYTES) != count || count > MAX_CHUNKS {
            return Err(ContentError::Count { size, chunks: chunks.len() });
        }
        Ok(Self { sha256, size, chunk_bytes, chunks })
    }
}

impl Content {
    /// Describes everything that `reader` gives.
    ///
    /// # Errors
    /// When it cannot be read, or has more than [`MAX_CHUNKS`] chunks.
    pub fn of(mut reader: impl io::Read) -> io::Result<Self> {
        let (mut whole, mut size, mut chunks) = (Context::new(&SHA256), 0, Vec::new());
        let mut chunk = Vec::new();
        loop {
            chunk.clear();
            let length = io::Read::take(&mut reader, CHUNK_BYTES).read_to_end(&mut chunk)?;
            if length == 0 {
                break;
            }
            if chunks.len() as u64 == MAX_CHUNKS {
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, "a blob has at most 16 GiB"));
            }
            whole.update(&chunk);
            size += length as u64;
            chunks.push(BlobHash::of(&chunk));
        }
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(whole.finish().as_ref());
        Ok(Self { sha256: BlobHash(sha256), size, chunk_bytes: CHUNK_BYTES, chunks })
    }

    /// The blob's address.
    #[must_use]
    pub const fn hash(&self) -> BlobHash {
        self.sha256
    }

    /// Its size in bytes.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// How many chunks it has.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.chunks.len()
    }

    /// Where a chunk lies in the whole; `None` for one that the blob does not have.
    #[must_use]
    pub fn range(&self, chunk: usize) -> Option<Range<u64>> {
        let start = (chunk < self.chunks.len()).then_some(chunk as u64 * CHUNK_BYTES)?;
        Some(start..self.size.min(start + CHUNK_BYTES))
    }

    /// Whether these bytes are that chunk.
    #[must_use]
    pub fn fits(&self, chunk: usize, bytes: &[u8]) -> bool {
        self.range(chunk).is_some_and(|range| range.end - range.start == bytes.len() as u64)
            && self.chunks.get(chunk).is_some_and(|hash| *hash == BlobHash::of(bytes))
    }
}

/// A blob that the server gives out. Signed by a policy key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobManifest {
    /// Who gives it out.
    pub server: Id<Server>,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub purpose: BlobPurpose,
    /// What it consists of.
    pub content: Content,
}

impl Document for BlobManifest {
    const TYPE: &'static str = "application/vnd.yagura.blob.v1+json";
}

/// `POST /agent/v1/blobs`: a blob that an endpoint wants to hand in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// What people call it, most often a file's path; at most 200 characters count.
    pub name: String,
    /// What it is for.
    pub purpose: BlobPurpose,
    /// What it consists of.
    pub content: Content,
}

impl Offer {
    /// The name as it is kept.
    #[must_use]
    pub fn short_name(&self) -> String {
        self.name.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect()
    }
}

/// What the server has of an offered blob. Signed by a response key, because the endpoint may remove what it handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Who has it.
    pub server: Id<Server>,
    /// From whom.
    pub endpoint: Id<Endpoint>,
    /// Which blob.
    pub sha256: BlobHash,
    /// The chunks that are missing, by number from 0; none when the server has the whole and has checked it.
    pub missing: Vec<u32>,
}

impl Document for Held {
    const TYPE: &'static str = "application/vnd.yagura.blob-held.v1+json";
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MIB: usize = 1 << 20;

    fn content(bytes: &[u8]) -> Content {
        Content::of(bytes).unwrap()
    }

    #[test]
    fn a_blob_is_cut_into_chunks_of_which_only_the_last_may_be_short() {
        let bytes = vec![7; 2 * MIB + 1];
        let content = content(&bytes);
        assert_eq!((content.size(), content.count()), (bytes.len() as u64, 3));
        assert_eq!(content.range(2), Some(2 * CHUNK_BYTES..2 * CHUNK_BYTES + 1));
        assert_eq!(content.range(3), None);
        assert_eq!(content.hash(), BlobHash::of(&bytes));
    }

    #[test]
    fn a_chunk_fits_in_its_own_place_only() {
        let bytes: Vec<u8> = (0..2 * MIB).map(|at| u8::from(at >= MIB)).collect();
        let content = content(&bytes);
        assert!(content.fits(0, &bytes[..MIB]) && content.fits(1, &bytes[MIB..]));
        assert!(!content.fits(1, &bytes[..MIB]) && !content.fits(0, &bytes[..MIB - 1]) && !content.fits(2, &[]));
    }

    #[test]
    fn an_empty_blob_has_no_chunks() {
        assert_eq!((content(b"").size(), content(b"").count()), (0, 0));
    }

    #[test]
    fn a_description_that_contradicts_itself_cannot_be_read() {
        let good = serde_json::to_value(content(&[1; MIB + 1])).unwrap();
        assert!(serde_json::from_value::<Content>(good.clone()).is_ok());
        for (field, wrong) in [
            ("size", 1.into()),
            ("chunk_bytes", 5.into()),
            ("chunks", serde_json::json!([])),
            ("sha256", "../x".into()),
        ] {
            let mut raw = good.clone();
            raw[field] = wrong;
            assert!(serde_json::from_value::<Content>(raw).is_err(), "{field}");
        }
    }

    #[test]
    fn the_released_shapes_are_still_read() {
        let golden: serde_json::Value = serde_json::from_str(include_str!("../../golden/blob.v1.json")).unwrap();
        let manifest: BlobManifest = serde_json::from_value(golden["manifest"].clone()).unwrap();
        let offer: Offer = serde_json::from_value(golden["offer"].clone()).unwrap();
        let held: Held = serde_json::from_value(golden["held"].clone()).unwrap();
        assert!(manifest.content.fits(0, b"yagura") && offer.content == manifest.content);
        let again = serde_json::json!({"manifest": manifest, "offer": offer, "held": held});
        assert_eq!(again, golden);
    }

    proptest! {
        #[test]
        fn whatever_is_read_describes_ranges_that_cover_it_once(size in any::<u64>(), chunks in 0_usize..40) {
            let raw = RawContent { sha256: BlobHash([0; 32]), size, chunk_bytes: CHUNK_BYTES, chunks: vec![BlobHash([0; 32]); chunks] };
            if let Ok(content) = Content::try_from(raw) {
                let mut end = 0;
                for range in (0..content.count()).filter_map(|chunk| content.range(chunk)) {
                    prop_assert_eq!(range.start, end);
                    prop_assert!(range.end > range.start);
                    end = range.end;
                }
                prop_assert_eq!(end, size);
            }
        }

        #[test]
        fn arbitrary_text_is_no_manifest_and_no_panic(text in "\\PC{0,200}") {
            let _ = serde_json::from_str::<BlobManifest>(&text);
            let _ = text.parse::<BlobHash>();
        }
    }
}
