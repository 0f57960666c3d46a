//! Lists: a limit, an opaque cursor, a count that says whether it is exact.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::{IntoParams, ToSchema};

use crate::ApiError;

/// Rows of a page when the caller does not say.
pub const DEFAULT_LIMIT: u32 = 100;
/// Most rows of a page.
pub const MAX_LIMIT: u32 = 1_000;

/// The part of a query that every list has.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// At most so many items (1 to 1,000; 100 when absent).
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// The limit, checked.
    ///
    /// # Errors
    /// When it is 0 or more than [`MAX_LIMIT`].
    pub fn limit(&self) -> Result<u32, ApiError> {
        match self.limit.unwrap_or(DEFAULT_LIMIT) {
            limit @ 1..=MAX_LIMIT => Ok(limit),
            _ => Err(ApiError::invalid("?limit", "out_of_range", format!("limit is 1 to {MAX_LIMIT}"))),
        }
    }

    /// The cursor, read.
    ///
    /// # Errors
    /// When it is not one of ours.
    pub fn after<T: DeserializeOwned>(&self) -> Result<Option<T>, ApiError> {
        self.cursor.as_deref().map(Cursor::read).transpose()
    }
}

/// A place in a list, as text that callers do not look into.
pub struct Cursor;

impl Cursor {
    /// Writes a place.
    #[must_use]
    pub fn write(place: &impl Serialize) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).unwrap_or_default())
    }

    /// Reads one.
    ///
    /// # Errors
    /// When the text is not one of ours.
    pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, ApiError> {
        let bad = || ApiError::invalid("?cursor", "unknown", "the cursor is not one that this list gave out");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
        serde_json::from_slice(&bytes).map_err(|_| bad())
    }
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Count {
    /// The number.
    pub value: u64,
    /// Whether it is all, or only "at least".
    pub exact: bool,
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last.
    pub next_cursor: Option<String>,
    /// How many items the whole list has.
    pub count: Count,
}

impl<T> Page<T> {
    /// A list that fits on one page.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        let count = Count { value: items.len() as u64, exact: true };
        Self { items, next_cursor: None, count }
    }

    /// A page cut from `limit + 1` items: the extra one only says that there is more.
    #[must_use]
    pub fn cut<P: Serialize>(mut items: Vec<T>, limit: u32, count: Count, place: impl Fn(&T) -> P) -> Self {
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next_cursor = items.last().filter(|_| more).map(|last| Cursor::write(&place(last)));
        Self { items, next_cursor, count }
    }

    /// The same page of other items.
    #[must_use]
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next_cursor: self.next_cursor, count: self.count }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extra_item_becomes_a_cursor() {
        let page = Page::cut(vec![1, 2, 3], 2, Count { value: 3, exact: true }, |n| *n);
        assert_eq!(page.items, [1, 2]);
        assert_eq!(Cursor::read::<i32>(&page.next_cursor.unwrap()).unwrap(), 2);
        assert!(Page::cut(vec![1, 2], 2, Count { value: 2, exact: true }, |n| *n).next_cursor.is_none());
    }

    #[test]
    fn a_made_up_cursor_is_refused() {
        assert!(Cursor::read::<i32>("next please").is_err());
    }
}
