//! Content from a neighbour on the same segment: what an endpoint asks its server about neighbours, and what two endpoints say to each other.
//!
//! The endpoint asks (`POST /agent/v1/neighbours`), and the server answers with a signed [`Named`]: who has the content, at which address
//! and with which key. Each of the two speaks TLS 1.3 with the raw public key (RFC 7250) that its [`Ask`] named. The answer is at the same time
//! the pass: the one that gives believes it by the server's signature, because it names the asker's key and itself.
//!
//! Inside TLS the asker writes one [`opening`] and then, for each chunk, its number; it is answered by [`chunk_head`] and the bytes. Whatever
//! does not fit is answered by an end of the connection.

use std::net::{Ipv4Addr, SocketAddrV4};

use serde::{Deserialize, Serialize};
use yagura_vocabulary::{
    Id, Time,
    id::{Endpoint, Server},
    network::Network,
};

use super::{
    blob::{BlobHash, CHUNK_BYTES},
    key::PublicKey,
    sealed::Document,
};

/// Where an endpoint asks.
pub const PATH: &str = "/agent/v1/neighbours";
/// Most neighbours that one answer names.
pub const MOST_NAMED: usize = 4;
/// Most networks that an endpoint tells of.
pub const MOST_NETWORKS: usize = 8;
/// Longest pass, in bytes.
pub const MOST_PASS: usize = 16 << 10;

/// An endpoint tells what it does about a blob, and asks who has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The content.
    pub blob: BlobHash,
    /// What it was given the content for: an id of the feature's.
    pub given_for: String,
    /// What it does about it.
    pub doing: Doing,
    /// The key with which it speaks to neighbours until the agent starts anew.
    pub key: PublicKey,
    /// The networks that it is in; at most [`MOST_NETWORKS`] count.
    pub networks: Vec<At>,
    /// Whether and where it gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gives: Option<Gives>,
    /// Those that it does not want any more, because they were away or lied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not: Vec<Id<Endpoint>>,
}

/// What an endpoint does about a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// It wants it, from whomever.
    Wants,
    /// It fetches it from the server.
    Fetches,
    /// It takes it from this neighbour.
    Takes(Id<Endpoint>),
    /// It has the whole and keeps it until this time.
    Holds(Time),
    /// It is not concerned with it any more.
    Over,
}

/// A network that an endpoint is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// The network.
    pub network: Network,
    /// The endpoint's own address in it.
    pub address: Ipv4Addr,
    /// The hardware address of the network's router, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub router: Option<String>,
}

/// How an endpoint gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gives {
    /// The port, TCP.
    pub port: u16,
    /// To so many at once.
    pub at_once: u16,
    /// What it can keep for others, in bytes.
    pub keeps: u64,
}

/// Who has the content: a pass for the asker. Signed by a response key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Who says so.
    pub server: Id<Server>,
    /// To whom.
    pub endpoint: Id<Endpoint>,
    /// The asker's key, as it told it.
    pub key: PublicKey,
    /// The content.
    pub blob: BlobHash,
    /// As a pass it is good until then.
    pub until: Time,
    /// Those that have it, the best first; none where the server is to be asked, or later again.
    pub neighbours: Vec<Neighbour>,
    /// Seconds after which it is worth asking again, because it is under way to the segment; 0 where it is not.
    #[serde(default)]
    pub wait_s: u32,
}

impl Document for Named {
    const TYPE: &'static str = "application/vnd.yagura.neighbours.v1+json";
}

/// One that has the content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neighbour {
    /// Who.
    pub endpoint: Id<Endpoint>,
    /// Where.
    pub address: SocketAddrV4,
    /// With which key.
    pub key: PublicKey,
}

/// What a neighbour says makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Strange {
    /// A pass that is empty or longer than any.
    #[error("a pass has 1 to {MOST_PASS} bytes, not {0}")]
    Pass(usize),
    /// A chunk that is empty or longer than any.
    #[error("a chunk has 1 to {CHUNK_BYTES} bytes, not {0}")]
    Chunk(u64),
}

/// What the asker writes first: the length of its pass (32 bits, the highest byte first) and the pass, as JSON.
///
/// # Errors
/// When it is longer than any pass.
pub fn opening(pass: &[u8]) -> Result<Vec<u8>, Strange> {
    let length = u32::try_from(pass.len()).unwrap_or(u32::MAX).to_be_bytes();
    pass_length(length)?;
    Ok([length.as_slice(), pass].concat())
}

/// The length of the pass that follows.
///
/// # Errors
/// When there is no such pass.
pub fn pass_length(head: [u8; 4]) -> Result<usize, Strange> {
    let length = usize::try_from(u32::from_be_bytes(head)).unwrap_or(usize::MAX);
    if (1..=MOST_PASS).contains(&length) { Ok(length) } else { Err(Strange::Pass(length)) }
}

/// What stands before a chunk: its length (32 bits, the highest byte first).
///
/// # Errors
/// When it is longer than any chunk.
pub fn chunk_head(length: usize) -> Result<[u8; 4], Strange> {
    let head = u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    chunk_length(head).map(|_| head)
}

/// The length of the chunk that follows.
///
/// # Errors
/// When there is no such chunk.
pub fn chunk_length(head: [u8; 4]) -> Result<usize, Strange> {
    let length = u64::from(u32::from_be_bytes(head));
    if !(1..=CHUNK_BYTES).contains(&length) {
        return Err(Strange::Chunk(length));
    }
    usize::try_from(length).map_err(|_| Strange::Chunk(length))
}

impl Named {
    /// Whether it lets the holder of this key have this content of this endpoint now.
    #[must_use]
    pub fn lets(&self, asker: PublicKey, giver: Id<Endpoint>, giver_key: PublicKey, now: Time) -> bool {
        self.key == asker
            && self.until > now
            && self.neighbours.iter().any(|one| one.endpoint == giver && one.key == giver_key)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_released_shapes_are_still_read() {
        let golden: serde_json::Value = serde_json::from_str(include_str!("../../golden/neighbour.v1.json")).unwrap();
        let ask: Ask = serde_json::from_value(golden["ask"].clone()).unwrap();
        let holds: Doing = serde_json::from_value(golden["holds"].clone()).unwrap();
        let named: Named = serde_json::from_value(golden["named"].clone()).unwrap();
        assert_eq!((ask.doing, ask.networks[0].network.to_string().as_str()), (Doing::Wants, "192.0.2.0/24"));
        let takes: Doing = serde_json::from_value(golden["takes"].clone()).unwrap();
        assert!(matches!(holds, Doing::Holds(_)) && matches!(takes, Doing::Takes(_)));
        assert_eq!(serde_json::json!({"ask": ask, "holds": holds, "takes": takes, "named": named}), golden);
    }

    #[test]
    fn a_pass_is_for_one_key_one_giver_and_a_time() {
        let golden: serde_json::Value = serde_json::from_str(include_str!("../../golden/neighbour.v1.json")).unwrap();
        let named: Named = serde_json::from_value(golden["named"].clone()).unwrap();
        let giver = named.neighbours[0].clone();
        let before = named.until - std::time::Duration::from_secs(1);
        assert!(named.lets(named.key, giver.endpoint, giver.key, before));
        assert!(!named.lets(giver.key, giver.endpoint, giver.key, before), "another's key");
        assert!(!named.lets(named.key, named.endpoint, giver.key, before), "another giver");
        assert!(!named.lets(named.key, giver.endpoint, named.key, before), "a key of before");
        assert!(!named.lets(named.key, giver.endpoint, giver.key, named.until), "too late");
    }

    #[test]
    fn lengths_that_nobody_sends_are_refused() {
        assert_eq!(pass_length([0, 0, 0, 0]), Err(Strange::Pass(0)));
        assert_eq!(pass_length([0, 0, 0x40, 0]), Ok(MOST_PASS));
        assert_eq!(pass_length([0, 0, 0x40, 1]), Err(Strange::Pass(MOST_PASS + 1)));
        assert_eq!(chunk_length([0, 0x10, 0, 0]), Ok(1 << 20));
        assert_eq!(chunk_length([0xff; 4]), Err(Strange::Chunk(u64::from(u32::MAX))));
        assert!(opening(&[]).is_err() && opening(&vec![0; MOST_PASS + 1]).is_err() && chunk_head(0).is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_and_nothing_else_is_too_long(head: [u8; 4], pass in prop::collection::vec(any::<u8>(), 1..300)) {
            let sent = opening(&pass).unwrap();
            let length = pass_length([sent[0], sent[1], sent[2], sent[3]]).unwrap();
            prop_assert_eq!(&sent[4..4 + length], &pass[..]);
            prop_assert!(pass_length(head).is_ok_and(|length| length <= MOST_PASS) || pass_length(head).is_err());
            if let Ok(length) = chunk_length(head) {
                prop_assert_eq!(chunk_head(length).unwrap(), head);
            }
        }

        #[test]
        fn arbitrary_text_is_no_answer_and_no_panic(text in "\\PC{0,200}") {
            let _ = serde_json::from_str::<Named>(&text);
            let _ = serde_json::from_str::<Ask>(&text);
        }
    }
}
