//! Names from a system that does not promise UTF-8.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap};

/// A path or name as people read it and, where that lost something, as it really was.
///
/// In JSON a plain string; or `{"text": "...", "raw": "base64"}` when the bytes were not UTF-8.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    text: String,
    raw: Option<Box<[u8]>>,
}

impl Text {
    /// The name that these bytes spell.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self { text, raw: None },
            Err(error) => Self {
                text: String::from_utf8_lossy(error.as_bytes()).into_owned(),
                raw: Some(error.into_bytes().into()),
            },
        }
    }

    /// The readable form; what was not UTF-8 is U+FFFD.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The bytes in base64, if the readable form lost something.
    #[must_use]
    pub fn raw_base64(&self) -> Option<String> {
        self.raw.as_ref().map(|raw| BASE64_STANDARD.encode(raw))
    }

    /// The bytes as the system has them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.raw.as_deref().unwrap_or(self.text.as_bytes())
    }
}

impl<S: Into<String>> From<S> for Text {
    fn from(text: S) -> Self {
        Self { text: text.into(), raw: None }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(raw) = self.raw_base64() else { return serializer.serialize_str(&self.text) };
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("text", &self.text)?;
        map.serialize_entry("raw", &raw)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Plain(String),
            Raw { raw: String },
        }
        match Form::deserialize(deserializer)? {
            Form::Plain(text) => Ok(text.into()),
            Form::Raw { raw } => BASE64_STANDARD.decode(raw).map(Self::from_bytes).map_err(de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], json: &str) {
        let text = Text::from_bytes(bytes.to_vec());
        assert_eq!(serde_json::to_string(&text).unwrap(), json);
        assert_eq!(serde_json::from_str::<Text>(json).unwrap(), text);
        assert_eq!(text.as_bytes(), bytes);
    }

    #[test]
    fn utf8_is_a_plain_string() {
        check("/home/田中/会計.sh".as_bytes(), r#""/home/田中/会計.sh""#);
    }

    #[test]
    fn other_bytes_keep_their_raw_form() {
        check(b"/tmp/\x93\xfa", r#"{"text":"/tmp/��","raw":"L3RtcC+T+g=="}"#);
    }
}
