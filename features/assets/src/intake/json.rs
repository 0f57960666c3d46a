//! JSON, read into the same tree as XML. Elements are counted while it is read, so that a message that is all commas costs no memory.

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::{
    IntakeError,
    node::{DEEPEST, MOST, Node, clean},
};

const TOO_MANY: &str = "too many elements";

pub(super) fn parse(text: &str) -> Result<Node, IntakeError> {
    let count = Cell::new(0);
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut parent = Node::new("");
    let read = Child { parent: &mut parent, name: "message", count: &count, depth: 0 }.deserialize(&mut reader);
    read.and_then(|()| reader.end()).map_err(|error| {
        if error.to_string().starts_with(TOO_MANY) {
            IntakeError::TooMany
        } else {
            IntakeError::Json(error.to_string())
        }
    })?;
    parent.children.pop().ok_or(IntakeError::NoContent)
}

/// Reads a value as a child of `parent`; a list as several of the same name.
struct Child<'a> {
    parent: &'a mut Node,
    name: &'a str,
    count: &'a Cell<usize>,
    depth: usize,
}

impl Child<'_> {
    fn leaf<E>(self, text: &str) -> Result<(), E> {
        let mut node = Node::new(self.name);
        node.text = clean(text);
        self.parent.children.push(node);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Child<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        self.count.set(self.count.get() + 1);
        if self.count.get() > MOST || self.depth > DEEPEST {
            return Err(D::Error::custom(TOO_MANY));
        }
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Child<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.leaf(if value { "yes" } else { "no" })
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.leaf(&value.to_string())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.leaf(&value.to_string())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.leaf(&value.to_string())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.leaf(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self { parent, name, count, depth } = self;
        while items.next_element_seed(Child { parent: &mut *parent, name, count, depth: depth + 1 })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let mut node = Node::new(self.name);
        while let Some(name) = fields.next_key::<String>()? {
            fields.next_value_seed(Child {
                parent: &mut node,
                name: &name,
                count: self.count,
                depth: self.depth + 1,
            })?;
        }
        self.parent.children.push(node);
        Ok(())
    }
}
