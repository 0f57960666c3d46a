//! Messages as bytes: length, then JSON.

use serde::{Serialize, de::DeserializeOwned};

use crate::Error;

/// Longest message, in bytes.
pub const MAX_MESSAGE: usize = 256 * 1024;

const LENGTH: usize = 4;

/// A message with its length before it.
pub(crate) fn encode<M: Serialize>(message: &M) -> Result<Vec<u8>, Error> {
    let json = serde_json::to_vec(message).map_err(Error::Garbage)?;
    if json.len() > MAX_MESSAGE {
        return Err(Error::TooLong(json.len()));
    }
    let length = u32::try_from(json.len()).map_err(|_| Error::TooLong(json.len()))?;
    Ok([&length.to_be_bytes()[..], &json].concat())
}

/// Takes the first message out of `bytes`, or nothing while it is not there as a whole.
pub(crate) fn decode<M: DeserializeOwned>(bytes: &mut Vec<u8>) -> Result<Option<M>, Error> {
    let Some(length) = bytes.first_chunk::<LENGTH>() else { return Ok(None) };
    let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
    if length > MAX_MESSAGE {
        return Err(Error::TooLong(length));
    }
    let Some(json) = bytes.get(LENGTH..LENGTH + length) else { return Ok(None) };
    let message = serde_json::from_slice(json).map_err(Error::Garbage)?;
    bytes.drain(..LENGTH + length);
    Ok(Some(message))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{FromAgent, FromSession};

    fn check(json: &str) -> Result<Option<FromSession>, Error> {
        let mut bytes = u32::try_from(json.len()).unwrap().to_be_bytes().to_vec();
        bytes.extend(json.as_bytes());
        decode(&mut bytes)
    }

    #[test]
    fn messages_come_out_as_they_went_in_however_they_are_cut() {
        let first = FromSession::Hello { display: true, language: "ja".into() };
        let second = FromSession::NoticeClosed { id: Uuid::from_u128(7) };
        let (mut bytes, mut found) = (Vec::new(), Vec::new());
        for byte in [encode(&first).unwrap(), encode(&second).unwrap()].concat() {
            bytes.push(byte);
            found.extend(decode::<FromSession>(&mut bytes).unwrap());
        }
        assert_eq!(found, [first, second]);
        assert!(bytes.is_empty());
    }

    #[test]
    fn the_wire_shape_stays() {
        let bytes = encode(&FromSession::Hello { display: false, language: "ja".into() }).unwrap();
        let json = r#"{"type":"hello","display":false,"language":"ja"}"#;
        assert_eq!(bytes[..4], [0, 0, 0, u8::try_from(json.len()).unwrap()]);
        assert_eq!(std::str::from_utf8(&bytes[4..]).unwrap(), json);
    }

    #[test]
    fn what_a_newer_program_says_is_known_to_be_unknown() {
        let found = check(r#"{"type":"clipboard","text":"x"}"#).unwrap();
        assert_eq!(found, Some(FromSession::Unknown));
        let found = check(r#"{"type":"hello","display":true,"language":"en","later":1}"#).unwrap();
        assert_eq!(found, Some(FromSession::Hello { display: true, language: "en".into() }));
    }

    #[test]
    fn what_is_seen_of_a_desktop_has_a_shape_that_stays() {
        use crate::desktop::{Seen, SeenWindow};

        let window =
            SeenWindow { id: 7, pid: Some(9), title: Some("会計 - 表計算".into()), ..SeenWindow::default() };
        let said = FromSession::Desktop(Seen::Active { window: Some(window), folded: 2 });
        let json = r#"{"type":"desktop","seen":"active","window":{"id":7,"pid":9,"title":"会計 - 表計算"},"folded":2}"#;
        assert_eq!(serde_json::to_string(&said).unwrap(), json);
        assert_eq!(check(json).unwrap(), Some(said));
        let newer = check(r#"{"type":"desktop","seen":"smell","of":"coffee"}"#).unwrap();
        assert_eq!(newer, Some(FromSession::Desktop(Seen::Unknown)));
        assert_eq!(
            serde_json::to_string(&FromAgent::WatchDesktop { watch: None }).unwrap(),
            r#"{"type":"watch_desktop"}"#
        );
    }

    #[test]
    fn questions_and_answers_have_a_shape_that_stays() {
        use yagura_vocabulary::Time;

        use crate::Label;

        let label = |ja: &str, en: &str| Label { ja: ja.into(), en: en.into() };
        let ask = FromAgent::Ask {
            id: Uuid::from_u128(7),
            title: label("再起動", "Restart"),
            text: label("保存", "Save"),
            until: Time::from_seconds(0),
            now: label("今", "Now"),
            later: None,
        };
        let json = r#"{"type":"ask","id":"00000000-0000-0000-0000-000000000007","title":{"ja":"再起動","en":"Restart"},"text":{"ja":"保存","en":"Save"},"until":"1970-01-01T00:00:00.000000Z","now":{"ja":"今","en":"Now"}}"#;
        assert_eq!(serde_json::to_string(&ask).unwrap(), json);
        assert_eq!(serde_json::from_str::<FromAgent>(json).unwrap(), ask);
        let found = check(r#"{"type":"answered","id":"00000000-0000-0000-0000-000000000007","later":true}"#).unwrap();
        assert_eq!(found, Some(FromSession::Answered { id: Uuid::from_u128(7), later: true }));
    }

    #[test]
    fn garbage_and_endless_messages_are_errors() {
        assert!(matches!(check("hello"), Err(Error::Garbage(_))));
        assert!(matches!(check("{}"), Err(Error::Garbage(_))));
        assert!(matches!(decode::<FromSession>(&mut b"GET / HTTP/1.1".to_vec()), Err(Error::TooLong(_))));
        let long = FromSession::Hello { display: true, language: "j".repeat(MAX_MESSAGE) };
        assert!(matches!(encode(&long), Err(Error::TooLong(_))));
    }
}
