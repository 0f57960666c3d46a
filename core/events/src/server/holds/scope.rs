//! What a hold is about.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::{
    Time,
    id::{EndpointId, GroupId, PersonId},
};

use crate::{
    KindFilter, Query,
    server::{
        asked::read_as_of,
        removing::{places, whose},
    },
};

/// Which events are held: those that meet everything that is said here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = HoldScope)]
pub(super) struct Scope {
    /// A person's, with what their accounts did while they were nobody's.
    #[serde(default)]
    pub(super) person: Option<PersonId>,
    /// Of these endpoints, or of the group's.
    #[serde(default)]
    pub(super) endpoints: Vec<EndpointId>,
    /// Of the endpoints of this group and of those below it: those that were in it when the hold was made, and those that are
    /// now.
    #[serde(default)]
    pub(super) group: Option<GroupId>,
    /// Of these kinds; `process.*` for a family.
    #[serde(default)]
    pub(super) kinds: Vec<String>,
    /// That happened from this time on.
    #[serde(default)]
    pub(super) since: Option<Time>,
    /// That happened before this time.
    #[serde(default)]
    pub(super) until: Option<Time>,
    /// That a question in the language of the log search finds. Its relative times are meant as of when the hold was made.
    #[serde(default)]
    pub(super) q: Option<String>,
    /// The endpoints of the group when the hold was made. The server fills this in.
    #[serde(default)]
    pub(super) were_in_group: Vec<EndpointId>,
}

impl Scope {
    /// Whether it says nothing, and so holds everything.
    pub(super) fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// The endpoints that are in its group now.
    pub(super) async fn in_group(&self, ctx: &Context) -> Result<Vec<EndpointId>, ApiError> {
        let Some(group) = self.group else { return Ok(Vec::new()) };
        let places = places(ctx).await?;
        Ok(places.into_iter().filter(|place| place.groups.contains(&group)).map(|place| place.endpoint).collect())
    }

    /// The store's query for it.
    pub(super) async fn query(&self, ctx: &Context, made_at: Time) -> Result<Query, ApiError> {
        let named = !self.endpoints.is_empty() || self.group.is_some();
        let mut endpoints = self.endpoints.clone();
        endpoints.extend(&self.were_in_group);
        endpoints.extend(self.in_group(ctx).await?);
        let whose = match self.person {
            Some(person) => Some(whose(ctx, person).await?),
            None => None,
        };
        let query = Query {
            endpoints: named.then_some(endpoints),
            kinds: self.kinds.iter().map(|kind| KindFilter::parse(kind)).collect(),
            whose,
            since: self.since,
            until: self.until,
            ..Query::new()
        };
        match self.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
            Some(q) => Ok(query.ask(read_as_of(ctx, q, made_at).await?)),
            None => Ok(query),
        }
    }
}
