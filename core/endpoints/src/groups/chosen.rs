//! The group that a question names: a fixed one with all below it, or whatever a query matches.

use yagura_server_kit::{ApiError, Context};

use super::{
    query::{Facts, Query},
    tree::Tree,
};
use crate::endpoints::view::Row;

/// The endpoints that a question is about.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    id_path: String,
    query: Option<Query>,
}

impl Chosen {
    /// The group with this id; all endpoints where none is named.
    pub(crate) async fn read(ctx: &Context, group: Option<&str>) -> Result<Self, ApiError> {
        let Some(id) = group else { return Ok(Self::default()) };
        let tree = Tree::load(ctx).await?;
        let group = tree.find(id).ok_or_else(|| ApiError::invalid("?group", "unknown", "there is no such group"))?;
        Ok(match group.query() {
            None => Self { id_path: group.id_path.clone(), query: None },
            query => Self { id_path: String::new(), query },
        })
    }

    /// A pattern for the `id_path` of the fixed groups whose endpoints may belong to it; empty for all.
    pub(crate) fn below(&self) -> String {
        if self.id_path.is_empty() { String::new() } else { format!("{}%", self.id_path) }
    }

    /// Whether an endpoint whose fixed group lies [`below`](Self::below) belongs to it.
    pub(crate) fn has(&self, row: &Row) -> bool {
        self.query.as_ref().is_none_or(|query| query.matches(&Facts::of(row)))
    }
}
