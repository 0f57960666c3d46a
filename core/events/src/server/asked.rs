//! Questions in the language of people: read, with the names in them looked up.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;
use uuid::Uuid;
use yagura_endpoints::visible;
use yagura_search_language::{Clock, Expr, Fault, Name, Named, Names, TimeZone, compile, parse};
use yagura_server_kit::{ApiError, Caller, Context, error::Place};
use yagura_vocabulary::{Time, id::EndpointId};

/// Reads what somebody asked. Names stand for what the caller may see; `own` are the endpoints of an employee, who sees no
/// others.
///
/// # Errors
/// What is wrong with the text, and where; or the database is away.
pub(super) async fn read(
    ctx: &Context,
    caller: &Caller,
    text: &str,
    own: Option<&[(EndpointId, String)]>,
) -> Result<Expr, ApiError> {
    read_at(ctx, &caller.limit(), text, own, &clock(ctx).await?).await
}

/// Reads what was asked at another time by somebody who sees everything: relative times are meant as of then.
///
/// # Errors
/// What is wrong with the text, and where; or the database is away.
pub(super) async fn read_as_of(ctx: &Context, text: &str, now: Time) -> Result<Expr, ApiError> {
    read_at(ctx, "", text, None, &Clock { now, ..clock(ctx).await? }).await
}

async fn read_at(
    ctx: &Context,
    limit: &str,
    text: &str,
    own: Option<&[(EndpointId, String)]>,
    clock: &Clock,
) -> Result<Expr, ApiError> {
    let node = parse(text).map_err(|fault| misread(text, &fault))?;
    let mut names = Names::default();
    let mut known: HashMap<Named, Vec<(Uuid, String)>> = HashMap::new();
    for name in node.names() {
        let list = match known.remove(&name.what) {
            Some(list) => list,
            None => match own {
                Some(own) => owned(name.what, own),
                None => look_up(ctx, limit, name.what).await?,
            },
        };
        let (what, ids) = (name.what, matching(&name, &list));
        names.set(name, ids);
        known.insert(what, list);
    }
    compile(&node, clock, &names).map_err(|fault| misread(text, &fault))
}

/// Now, in the zone of the organisation.
///
/// # Errors
/// When the database is away.
pub async fn clock(ctx: &Context) -> Result<Clock, ApiError> {
    let zone: Option<(String,)> = sqlx::query_as("SELECT value FROM organisation_setting WHERE name = 'time_zone'")
        .fetch_optional(ctx.db().read())
        .await?;
    let name = zone.map_or_else(|| "Asia/Tokyo".to_owned(), |(name,)| name);
    Ok(Clock { now: ctx.now(), zone: TimeZone::get(&name).unwrap_or(TimeZone::UTC) })
}

fn misread(text: &str, fault: &Fault) -> ApiError {
    let at = fault.characters(text);
    let meant = fault.meant.map(str::to_owned);
    let found = fault.found.clone().or_else(|| fault.field.map(str::to_owned));
    ApiError::misread("?q", fault.code.as_str(), fault.to_string(), Place { from: at.start, to: at.end, found, meant })
}

fn matching(name: &Name, known: &[(Uuid, String)]) -> Vec<Uuid> {
    let fits = name.test();
    let any = |text: &str| text.split('\n').any(&fits);
    known.iter().filter(|(_, text)| any(text)).map(|(id, _)| *id).collect()
}

fn owned(what: Named, own: &[(EndpointId, String)]) -> Vec<(Uuid, String)> {
    match what {
        Named::Endpoint => own.iter().map(|(id, hostname)| (id.uuid(), hostname.clone())).collect(),
        Named::Group | Named::Person => Vec::new(),
    }
}

/// Ids with the names they go by, one a line.
async fn look_up(ctx: &Context, limit: &str, what: Named) -> Result<Vec<(Uuid, String)>, ApiError> {
    let sql = match what {
        Named::Endpoint => {
            format!("SELECT e.id, e.hostname FROM endpoints_endpoint e WHERE {}", visible("e.group_id", 1))
        }
        // A group stands for what lies in the groups below it too.
        Named::Group => format!(
            "SELECT e.id, top.name FROM endpoints_endpoint e JOIN endpoints_group own ON own.id = e.group_id
             JOIN endpoints_group top ON own.id_path LIKE top.id_path || '%' WHERE {}",
            visible("e.group_id", 1)
        ),
        // Names are no secret to who may read logs; rows are kept to the endpoints in any case.
        Named::Person => "SELECT id, name || '\n' || kana || '\n' || employee_number || '\n' || COALESCE(email, '')
             FROM people_person WHERE $1 = $1"
            .to_owned(),
    };
    let rows: Vec<(String, String)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(limit.to_owned()).fetch_all(ctx.db().read()).await?;
    Ok(rows.into_iter().filter_map(|(id, names)| Some((id.parse().ok()?, names))).collect())
}
