//! What agents are answered, in their own language and packing.

use std::io::Write as _;

use axum::response::{IntoResponse as _, Response};
use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};
use http::{HeaderValue, header};

use crate::intake::{Family, Message};

/// Hours until an agent comes again. What is asked for more often is mostly the same.
const AGAIN_H: u32 = 24;

/// What GLPI Agent can do and we do not ask for.
const NOT_ASKED: &[&str] =
    &["collect", "deploy", "esx", "netdiscovery", "netinventory", "remoteinventory", "wakeonlan"];

/// How a message was packed, as far as the answer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Zlib,
    Gzip,
    None,
}

impl Packing {
    /// The packing of a body that could be read.
    pub(super) fn of(body: &[u8]) -> Self {
        match body {
            [0x78, ..] => Self::Zlib,
            [0x1f, 0x8b, ..] => Self::Gzip,
            _ => Self::None,
        }
    }
}

/// The answer to a message that was taken.
pub(super) fn answer(message: &Message, packing: Packing, kind: Option<&HeaderValue>) -> Response {
    let plain = match message {
        Message::Question(Family::Glpi) => {
            serde_json::json!({"status": "ok", "expiration": AGAIN_H, "disabled": NOT_ASKED}).to_string()
        }
        Message::Question(_) => reply(&format!("<RESPONSE>SEND</RESPONSE><PROLOG_FREQ>{AGAIN_H}</PROLOG_FREQ>")),
        Message::Inventory(told) if told.family == Family::Glpi => {
            serde_json::json!({"status": "ok", "expiration": AGAIN_H}).to_string()
        }
        Message::Inventory(_) => reply("<RESPONSE>NO_ACCOUNT_UPDATE</RESPONSE>"),
    };
    // Writing to memory does not fail. FusionInventory knows zlib by the two bytes that the default level has.
    let packed = match packing {
        Packing::Zlib => {
            let mut to = ZlibEncoder::new(Vec::new(), Compression::default());
            to.write_all(plain.as_bytes()).and_then(|()| to.finish())
        }
        Packing::Gzip => {
            let mut to = GzEncoder::new(Vec::new(), Compression::default());
            to.write_all(plain.as_bytes()).and_then(|()| to.finish())
        }
        Packing::None => Ok(plain.into_bytes()),
    };
    // GLPI Agent unpacks by the type of the content, and expects its own.
    let kind = kind.cloned().unwrap_or(HeaderValue::from_static("application/xml"));
    ([(header::CONTENT_TYPE, kind)], packed.unwrap_or_default()).into_response()
}

fn reply(inner: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<REPLY>{inner}</REPLY>\n")
}
