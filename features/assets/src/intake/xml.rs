//! XML, read by a pull parser: no document type, no entities but the five that XML has itself, no attributes.

use quick_xml::{Reader, escape::resolve_xml_entity, events::Event};

use super::{
    IntakeError,
    node::{DEEPEST, MOST, Node, clean},
};

pub(super) fn parse(text: &str) -> Result<Node, IntakeError> {
    let broken = |error: &dyn std::fmt::Display| IntakeError::Xml(error.to_string());
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    // Perl writes names and comments as they come; a lone `&` in one of them must not cost the inventory.
    config.allow_dangling_amp = true;
    let mut open: Vec<Node> = Vec::new();
    let mut count = 0_usize;
    let mut whole = None;
    loop {
        match reader.read_event().map_err(|error| broken(&error))? {
            Event::Start(start) => {
                count += 1;
                if count > MOST || open.len() >= DEEPEST {
                    return Err(IntakeError::TooMany);
                }
                if whole.is_some() {
                    return Err(IntakeError::Xml("something follows the message".to_owned()));
                }
                open.push(Node::new(start.local_name().as_ref()));
            }
            Event::End(_) => {
                // The parser has checked that it closes what was opened last.
                let Some(mut done) = open.pop() else { return Err(IntakeError::Xml("unexpected end".to_owned())) };
                done.text = clean(&done.text);
                match open.last_mut() {
                    Some(parent) => parent.children.push(done),
                    None => whole = Some(done),
                }
            }
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
            Event::DocType(_) => return Err(IntakeError::Xml("document types are not taken".to_owned())),
            Event::Eof if !open.is_empty() => return Err(IntakeError::Xml("it breaks off".to_owned())),
            Event::Eof => break,
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    whole.ok_or_else(|| IntakeError::Xml("there is no element".to_owned()))
}

fn append(open: &mut [Node], piece: &str) {
    if let Some(last) = open.last_mut() {
        last.text.push_str(piece);
    }
}
