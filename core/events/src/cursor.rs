//! Where a walk through search results stands.

use std::{fmt, str::FromStr};

use uuid::Uuid;
use yagura_vocabulary::Time;

use crate::{Order, StoreError};

/// An opaque place in a search: the time and id of the last event seen, and the position up to which the store existed
/// when the walk began, so that events which arrive during the walk do not shift its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) order: Order,
    pub(crate) time: Time,
    pub(crate) id: Uuid,
    pub(crate) head: u64,
}

const VERSION: u8 = 1;
const LEN: usize = 1 + 1 + 8 + 16 + 8 + 4;

impl Cursor {
    /// Fails if a search in another order made this cursor.
    pub(crate) fn check(&self, order: Order) -> Result<(), StoreError> {
        if self.order == order {
            return Ok(());
        }
        Err(StoreError::CursorOrder { cursor: self.order.as_str(), query: order.as_str() })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = Vec::with_capacity(LEN);
        bytes.extend([VERSION, u8::from(self.order == Order::Received)]);
        bytes.extend(self.time.micros().to_be_bytes());
        bytes.extend(self.id.as_bytes());
        bytes.extend(self.head.to_be_bytes());
        bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
        f.write_str(&hex::encode(bytes))
    }
}

impl FromStr for Cursor {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).ok_or_else(|| StoreError::Cursor(text.to_owned()))
    }
}

fn read(text: &str) -> Option<Cursor> {
    let bytes: [u8; LEN] = hex::decode(text).ok()?.try_into().ok()?;
    let (body, sum) = bytes.split_at(LEN - 4);
    if body[0] != VERSION || body[1] > 1 || crc32fast::hash(body).to_be_bytes() != sum {
        return None;
    }
    Some(Cursor {
        order: if body[1] == 1 { Order::Received } else { Order::Occurred },
        time: Time::from_micros(i64::from_be_bytes(body[2..10].try_into().ok()?)),
        id: Uuid::from_slice(&body[10..26]).ok()?,
        head: u64::from_be_bytes(body[26..34].try_into().ok()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor() -> Cursor {
        Cursor { order: Order::Received, time: Time::from_micros(-5), id: Uuid::from_u128(7), head: 9 }
    }

    #[test]
    fn a_cursor_survives_its_text() {
        assert_eq!(cursor().to_string().parse::<Cursor>().unwrap(), cursor());
    }

    #[test]
    fn a_changed_or_foreign_text_is_refused() {
        let text = cursor().to_string();
        let changed = text.replacen("01", "02", 1);
        for bad in ["", "abc", "zz", &text[2..], &changed, &format!("{text}00")] {
            let error = bad.parse::<Cursor>().unwrap_err();
            assert!(error.to_string().contains("is not a cursor"), "{bad}");
        }
    }

    #[test]
    fn a_cursor_serves_only_the_order_that_made_it() {
        assert!(cursor().check(Order::Received).is_ok());
        let error = cursor().check(Order::Occurred).unwrap_err();
        assert_eq!(error.to_string(), "the cursor belongs to a search ordered by received_at, not by occurred_at");
    }
}
