//! IPP as bytes (RFC 8010): as much as a question to CUPS and its answer need.
//!
//! Values after the first of an attribute, and what stands within collections, are passed over.

use yagura_records::Text;

/// Groups of attributes.
pub(super) const OPERATION: u8 = 0x01;
pub(super) const JOB: u8 = 0x02;
pub(super) const PRINTER: u8 = 0x04;
const END: u8 = 0x03;

/// Tags from here on are of values, those below of groups.
const VALUES: u8 = 0x10;

const INTEGER: u8 = 0x21;
const ENUM: u8 = 0x23;
const TEXT_WITH_LANGUAGE: u8 = 0x35;
const NAME_WITH_LANGUAGE: u8 = 0x36;
const NAME: u8 = 0x42;
const KEYWORD: u8 = 0x44;
const URI: u8 = 0x45;
const CHARSET: u8 = 0x47;
const LANGUAGE: u8 = 0x48;

/// The bytes are no IPP, or do not end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are no IPP message")]
pub struct NoIpp;

/// A question.
pub(super) struct Question(Vec<u8>);

impl Question {
    /// A question to do `operation` (RFC 8011 section 5.4.15), as root, about the thing at an address.
    pub(super) fn new(operation: u16, about: &str, address: &str) -> Self {
        let mut question = Self(vec![2, 0]);
        question.0.extend(operation.to_be_bytes());
        question.0.extend([0, 0, 0, 1, OPERATION]);
        question.add(CHARSET, "attributes-charset", "utf-8");
        question.add(LANGUAGE, "attributes-natural-language", "en");
        question.add(URI, about, address);
        question.add(NAME, "requesting-user-name", "root");
        question
    }

    fn add(&mut self, tag: u8, name: &str, value: &str) {
        self.0.push(tag);
        for text in [name, value] {
            // Everything in here is short; what is not is cut, and then CUPS refuses it.
            let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
            self.0.extend(length.to_be_bytes());
            self.0.extend(text.bytes().take(length.into()));
        }
    }

    /// With a keyword, or several.
    pub(super) fn keywords(mut self, name: &str, values: &[&str]) -> Self {
        for (place, value) in values.iter().enumerate() {
            self.add(KEYWORD, if place == 0 { name } else { "" }, value);
        }
        self
    }

    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        self.0.push(END);
        self.0
    }
}

/// An attribute's name, the tag of its first value, and that value.
type Attribute<'b> = (&'b [u8], u8, &'b [u8]);

/// Attributes of one thing.
#[derive(Debug)]
pub(super) struct Group<'b> {
    pub(super) tag: u8,
    attributes: Vec<Attribute<'b>>,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer<'b> {
    pub(super) status: u16,
    pub(super) groups: Vec<Group<'b>>,
}

/// Takes so many bytes off the front.
fn take<'b>(bytes: &mut &'b [u8], count: usize) -> Result<&'b [u8], NoIpp> {
    let (taken, rest) = bytes.split_at_checked(count).ok_or(NoIpp)?;
    *bytes = rest;
    Ok(taken)
}

/// Takes a text after its length.
fn counted<'b>(bytes: &mut &'b [u8]) -> Result<&'b [u8], NoIpp> {
    let length = take(bytes, 2)?.first_chunk().ok_or(NoIpp)?;
    take(bytes, u16::from_be_bytes(*length).into())
}

impl<'b> Answer<'b> {
    /// Reads an answer; what stands behind its end is nobody's.
    pub(super) fn read(mut bytes: &'b [u8]) -> Result<Self, NoIpp> {
        let head = take(&mut bytes, 8)?;
        let status = u16::from_be_bytes([head[2], head[3]]);
        let mut groups: Vec<Group<'b>> = Vec::new();
        loop {
            let tag = take(&mut bytes, 1)?[0];
            if tag == END {
                return Ok(Self { status, groups });
            }
            if tag < VALUES {
                groups.push(Group { tag, attributes: Vec::new() });
                continue;
            }
            let (name, value) = (counted(&mut bytes)?, counted(&mut bytes)?);
            let group = groups.last_mut().ok_or(NoIpp)?;
            if !name.is_empty() {
                group.attributes.push((name, tag, value));
            }
        }
    }
}

impl Group<'_> {
    fn find(&self, name: &str) -> Option<(u8, &[u8])> {
        let found = self.attributes.iter().find(|(found, ..)| *found == name.as_bytes())?;
        Some((found.1, found.2))
    }

    pub(super) fn integer(&self, name: &str) -> Option<i32> {
        match self.find(name)? {
            (INTEGER | ENUM, value) => Some(i32::from_be_bytes(value.try_into().ok()?)),
            _ => None,
        }
    }

    /// A text of whichever kind.
    pub(super) fn text(&self, name: &str) -> Option<Text> {
        let (tag, mut value) = self.find(name)?;
        match tag {
            TEXT_WITH_LANGUAGE | NAME_WITH_LANGUAGE => {
                counted(&mut value).ok()?;
                Some(Text::from_bytes(counted(&mut value).ok()?.to_vec()))
            }
            // 0x40 to 0x5F are strings of characters.
            0x40..=0x5F => Some(Text::from_bytes(value.to_vec())),
            _ => None,
        }
    }
}
