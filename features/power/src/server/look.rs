//! A request, and what is known about each endpoint that it is about: read from what they told, the ledger and the policies.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::ToSchema;
use yagura_channel::server::Hub;
use yagura_commands::Channel;
use yagura_endpoints::{is_here, visible};
use yagura_notices::in_groups;
use yagura_policy::value_for;
use yagura_server_kit::{ApiError, Caller, Context};
use yagura_vocabulary::{
    Time,
    id::{EndpointId, GroupId},
};

use super::outlook::{Known, PowerOutlook, act_of, of_act, of_wake};
use crate::{
    Deed, FEATURE, PowerPolicy, Told,
    decide::Ask,
    model::Card,
    policy::{LONGEST_NOTICE_S, SHORTEST_NOTICE_S},
    segment::Place,
};

/// Most endpoints of one request.
const MOST: usize = 1_000;
/// Longest reason, in characters: it stands in a pop-up.
const MAX_REASON: usize = 200;

/// What is asked of which endpoints.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PowerAsk {
    /// Which endpoints; this or a group.
    pub(super) endpoints: Option<Vec<EndpointId>>,
    /// All that belong to this group and its subgroups now.
    pub(super) group_id: Option<GroupId>,
    /// What is to be done.
    pub(super) action: Deed,
    /// Seconds of notice to whoever is logged on; the policy's when absent.
    pub(super) notice_s: Option<u32>,
    /// Restart or shut down servers on which somebody is logged on, where the policy leaves that to an administrator.
    #[serde(default)]
    pub(super) insist: bool,
    /// What the people there are told.
    #[serde(default)]
    pub(super) reason: String,
    /// For how long it waits for endpoints that are off, in seconds: an hour when absent, at most a week.
    pub(super) expires_in_s: Option<u64>,
}

/// An endpoint, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct PowerEndpoint {
    pub(super) id: EndpointId,
    pub(super) hostname: String,
}

/// What is known of one endpoint, and what would come of the request.
pub(super) struct Foretold {
    pub(super) endpoint: PowerEndpoint,
    pub(super) channel: Channel,
    /// The ledger has it as a server.
    pub(super) server: bool,
    /// How many people are logged on.
    pub(super) people: u32,
    /// Why it could not, in its own words.
    pub(super) unable: Option<String>,
    pub(super) outlook: PowerOutlook,
    /// Who wakes it, and at which cards.
    pub(super) by: Option<(PowerEndpoint, Channel, Vec<Card>)>,
}

#[derive(Debug, Clone, FromRow)]
struct Row {
    id: String,
    hostname: String,
    channel: String,
    ip: Option<String>,
    last_seen: Option<i64>,
    told: Option<String>,
    kind: Option<String>,
}

/// The endpoints in service that somebody with this limit may see, with what they told of themselves.
async fn rows(ctx: &Context, limit: &str) -> Result<Vec<Row>, ApiError> {
    let sql = format!(
        "SELECT e.id AS id, e.hostname AS hostname, e.channel AS channel, e.ip AS ip, e.last_seen AS last_seen,
         s.value AS told, a.kind AS kind FROM endpoints_endpoint e
         LEFT JOIN endpoints_state s ON s.endpoint_id = e.id AND s.section = '{FEATURE}'
         LEFT JOIN assets_asset a ON a.endpoint_id = e.id
         WHERE e.standing = 'active' AND {} ORDER BY e.hostname, e.id",
        visible("e.group_id", 1)
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(limit).fetch_all(ctx.db().read()).await?)
}

/// An endpoint as the requests need it. The policy is looked up only for those that matter.
struct One {
    endpoint: PowerEndpoint,
    channel: Channel,
    known: Known,
}

impl One {
    fn of(ctx: &Context, row: Row) -> Result<Self, ApiError> {
        let id: EndpointId = row.id.parse().map_err(|error| ApiError::unavailable(&error))?;
        // What a newer agent tells otherwise counts as not told.
        let told: Option<Told> = row.told.as_deref().and_then(|told| serde_json::from_str(told).ok());
        let cards = told.as_ref().map(|told| told.cards.clone()).unwrap_or_default();
        let known = Known {
            server: row.kind.as_deref() == Some("server"),
            here: is_here(ctx, id, row.last_seen),
            connected: ctx.part::<Hub>().is_connected(id),
            policy: PowerPolicy::default(),
            place: Place { cards, seen_from: row.ip.as_deref().and_then(|ip| ip.parse().ok()) },
            told,
        };
        let channel = Channel::parse(&row.channel)?;
        Ok(Self { endpoint: PowerEndpoint { id, hostname: row.hostname }, channel, known })
    }

    async fn with_policy(mut self, ctx: &Context) -> Result<Self, ApiError> {
        let value = value_for(ctx, FEATURE, self.endpoint.id, None).await?.unwrap_or_default();
        self.known.policy = serde_json::from_value(value).unwrap_or_default();
        Ok(self)
    }
}

impl PowerAsk {
    fn check(&self) -> Result<(), ApiError> {
        if self.reason.chars().count() > MAX_REASON {
            return Err(ApiError::invalid("/reason", "too_long", format!("at most {MAX_REASON} characters")));
        }
        if self.notice_s.is_some_and(|notice| !(SHORTEST_NOTICE_S..=LONGEST_NOTICE_S).contains(&notice)) {
            return Err(ApiError::invalid("/notice_s", "out_of_range", "people get 30 seconds to a day of notice"));
        }
        if self.expires_in_s.is_some_and(|seconds| !(60..=7 * 86_400).contains(&seconds)) {
            return Err(ApiError::invalid("/expires_in_s", "out_of_range", "it waits from a minute to a week"));
        }
        Ok(())
    }

    /// Which endpoints are meant, among those that the caller may see.
    async fn meant(&self, ctx: &Context, caller: &Caller, known: &HashSet<&str>) -> Result<HashSet<String>, ApiError> {
        let meant: HashSet<String> = match (&self.endpoints, &self.group_id) {
            (Some(ids), None) => {
                if let Some((n, id)) = ids.iter().enumerate().find(|(_, id)| !known.contains(id.to_string().as_str())) {
                    let what = format!("{id}: there is no such endpoint in service, or you may not see it");
                    return Err(ApiError::invalid(&format!("/endpoints/{n}"), "unknown", what));
                }
                ids.iter().map(ToString::to_string).collect()
            }
            (None, Some(group)) => {
                let members = in_groups(ctx, &caller.limit(), &[group.to_string()]).await?;
                members
                    .iter()
                    .map(|member| member.endpoint.to_string())
                    .filter(|id| known.contains(id.as_str()))
                    .collect()
            }
            _ => {
                let what = "say which endpoints: either some endpoints or one group";
                return Err(ApiError::invalid("/endpoints", "required", what).with("/group_id", "required", None));
            }
        };
        let pointer = if self.group_id.is_some() { "/group_id" } else { "/endpoints" };
        if meant.is_empty() {
            return Err(ApiError::invalid(pointer, "empty", "there is no such endpoint in service that you may see"));
        }
        if meant.len() > MOST {
            return Err(ApiError::invalid(pointer, "too_many", format!("at most {MOST} endpoints at once")));
        }
        Ok(meant)
    }

    /// What would come of it at each endpoint, by name.
    ///
    /// # Errors
    /// What is asked does not fit, or the database is away.
    pub(super) async fn foretell(&self, ctx: &Context, caller: &Caller, now: Time) -> Result<Vec<Foretold>, ApiError> {
        self.check()?;
        let rows = rows(ctx, &caller.limit()).await?;
        let known: HashSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let meant = self.meant(ctx, caller, &known).await?;
        let mut all = BTreeMap::new();
        for row in rows {
            let of_interest = meant.contains(&row.id) || self.action == Deed::Wake;
            if of_interest {
                let one = One::of(ctx, row)?;
                all.insert((one.endpoint.hostname.clone(), one.endpoint.id.to_string()), one);
            }
        }
        // Policies of the endpoints that are meant, and of those that could be their neighbours.
        let networks: HashSet<_> = all
            .iter()
            .filter(|((_, id), _)| meant.contains(id))
            .flat_map(|(_, one)| one.known.place.cards.iter().map(|card| card.network))
            .collect();
        let mut looked = BTreeMap::new();
        for (key, one) in all {
            let near = one.known.here && one.known.place.cards.iter().any(|card| networks.contains(&card.network));
            if meant.contains(&key.1) || near {
                looked.insert(key, one.with_policy(ctx).await?);
            }
        }
        let foretold =
            looked.iter().filter(|((_, id), _)| meant.contains(id)).map(|(_, one)| self.of(one, &looked, now));
        Ok(foretold.collect())
    }

    fn of(&self, one: &One, all: &BTreeMap<(String, String), One>, now: Time) -> Foretold {
        let (outlook, by) = match act_of(self.action) {
            Some(act) => {
                let ask = Ask { act, notice_s: self.notice_s, insist: self.insist };
                (of_act(&one.known, ask, now), None)
            }
            None => {
                let others = all.values().filter(|other| other.endpoint.id != one.endpoint.id);
                let (outlook, by) = of_wake(&one.known, others.map(|other| (other, &other.known)));
                (outlook, by.map(|(other, cards)| (other.endpoint.clone(), other.channel, cards)))
            }
        };
        let told = one.known.told.as_ref();
        Foretold {
            endpoint: one.endpoint.clone(),
            channel: one.channel,
            server: one.known.server,
            people: told.filter(|_| one.known.here).map_or(0, |told| told.people),
            unable: told.and_then(|told| told.unable.clone()),
            outlook,
            by,
        }
    }
}
