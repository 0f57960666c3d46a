//! Large XML, one entry at a time: no document type, no entities but the five that XML has itself.

use std::{io::BufRead, sync::Arc};

use quick_xml::{
    Error, Reader, XmlVersion,
    escape::resolve_xml_entity,
    events::{BytesStart, Event},
};

use super::{Feed, Input, input::failed};
use crate::ReadError;

/// An element with all that is in it. Names are local: feeds change their prefixes.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    /// Where it begins, in bytes.
    pub(crate) at: u64,
    text: String,
    attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Element>,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim())
    }

    /// Its own text, without blanks around; none if there is nothing else.
    pub(crate) fn text(&self) -> Option<&str> {
        Some(self.text.trim()).filter(|text| !text.is_empty())
    }

    pub(crate) fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element at the end of a path.
    pub(crate) fn find(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |element, name| element.children.iter().find(|child| child.name == *name))
    }
}

/// Reads the document, and gives each element for which `is_entry` holds, whole, to `each`. What stands around them is
/// passed over. The root must have one of the names.
pub(crate) fn elements<R: BufRead>(
    input: R,
    feed: &mut Feed<'_>,
    roots: &[&str],
    is_entry: impl Fn(&str) -> bool,
    mut each: impl FnMut(&mut Feed<'_>, &Element) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut reader = Reader::from_reader(Input::new(input, feed.format, feed.limits));
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    // A lone `&` in a vendor's text must not cost the feed; nor is one at the end of a cut feed another fault.
    config.allow_dangling_amp = true;
    let mut buffer = Vec::new();
    // The entry that is being read, and the elements that are open in it.
    let mut open: Vec<Element> = Vec::new();
    let mut around = 0_usize;
    let mut has_root = false;
    loop {
        if open.is_empty() {
            reader.get_mut().mark();
        }
        let at = reader.buffer_position();
        buffer.clear();
        let event = match reader.read_event_into(&mut buffer) {
            Ok(event) => event,
            Err(error) => {
                let is_at_end = reader.get_mut().fill().is_ok_and(<[u8]>::is_empty);
                return Err(broken(feed, at, is_at_end, error));
            }
        };
        match event {
            Event::Start(start) => {
                let name = local(&start);
                if !has_root && !roots.contains(&name.as_str()) {
                    return Err(not_this(feed, at, &format!("an element `{}`", roots.join("` or `"))));
                }
                if around + open.len() >= feed.limits.depth {
                    let limit = u64::try_from(feed.limits.depth).unwrap_or(u64::MAX);
                    return Err(ReadError::TooMuch { format: feed.format, at, what: "things within things", limit });
                }
                if open.is_empty() && !(has_root && is_entry(&name)) {
                    around += 1;
                } else {
                    let attributes = attributes(&start).map_err(|error| broken(feed, at, false, error))?;
                    open.push(Element { name, at, attributes, ..Element::default() });
                }
                has_root = true;
            }
            Event::End(_) => match open.pop() {
                None => around = around.saturating_sub(1),
                Some(done) => match open.last_mut() {
                    Some(parent) => parent.children.push(done),
                    None => each(feed, &done)?,
                },
            },
            Event::Text(piece) => append(&mut open, &piece.xml10_content()),
            Event::CData(piece) => append(&mut open, &piece.xml10_content()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(letter)) => append(&mut open, letter.encode_utf8(&mut [0; 4])),
                // What is a reference to nothing is what it looks like.
                Ok(None) | Err(_) => match resolve_xml_entity(&reference) {
                    Some(known) => append(&mut open, known),
                    None => append(&mut open, &format!("&{};", &*reference)),
                },
            },
            Event::DocType(_) => return Err(ReadError::DocumentType { format: feed.format, at }),
            Event::Eof if has_root && around == 0 && open.is_empty() => return Ok(()),
            Event::Eof => return Err(ReadError::Cut { format: feed.format, at }),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

fn local(start: &BytesStart<'_>) -> String {
    start.local_name().as_ref().to_owned()
}

fn attributes(start: &BytesStart<'_>) -> Result<Vec<(String, String)>, Error> {
    start
        .attributes()
        .map(|attribute| {
            let attribute = attribute?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0)?.into_owned();
            Ok((attribute.key.local_name().as_ref().to_owned(), value))
        })
        .collect()
}

fn append(open: &mut [Element], piece: &str) {
    if let Some(last) = open.last_mut() {
        last.text.push_str(piece);
    }
}

fn not_this(feed: &Feed<'_>, at: u64, expected: &str) -> ReadError {
    ReadError::NotThis { format: feed.format, at, expected: expected.to_owned() }
}

fn broken(feed: &Feed<'_>, at: u64, is_at_end: bool, error: Error) -> ReadError {
    match error {
        Error::Io(error) => {
            let error = Arc::try_unwrap(error).unwrap_or_else(|shared| std::io::Error::other(shared.to_string()));
            failed(feed.format, at, error)
        }
        // Something is open where the input ends: a tag, a comment, a character of several bytes.
        Error::Syntax(_) | Error::Encoding(_) if is_at_end => ReadError::Cut { format: feed.format, at },
        other => not_this(feed, at, &format!("well-formed XML ({other})")),
    }
}
