//! Who sends: HTTP Basic (RFC 7617), which both families of agents speak. It is only as good as the TLS around it.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, header};
use yagura_server_kit::{ApiError, Context, secret};
use yagura_vocabulary::Time;

/// What the agents must be told the realm is: OCS sends no password without it.
pub(super) const REALM: &str = "Yagura";

/// So often an address may be wrong within [`WINDOW`].
const TRIES: u32 = 20;
const WINDOW: Duration = Duration::from_secs(300);
/// Addresses that are remembered; when there are more, they begin anew.
const REMEMBERED: usize = 10_000;

/// The user and the password of a request.
pub(super) fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = text.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    let (user, password) = pair.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// The credential in force that this user and password are.
pub(super) async fn credential(ctx: &Context, user: &str, password: &str) -> Result<Option<String>, ApiError> {
    // The secret has 256 random bits: looking its hash up tells nobody anything about it.
    let found: Option<(String,)> =
        sqlx::query_as("SELECT id FROM assets_intake WHERE name = $1 AND secret_hash = $2 AND revoked_at IS NULL")
            .bind(user)
            .bind(secret::hash(password))
            .fetch_optional(ctx.db().read())
            .await?;
    Ok(found.map(|(id,)| id))
}

/// The credential in force with this secret, for who sends no name with it.
pub(in crate::server) async fn by_secret(ctx: &Context, password: &str) -> Result<Option<String>, ApiError> {
    let found: Option<(String,)> =
        sqlx::query_as("SELECT id FROM assets_intake WHERE secret_hash = $1 AND revoked_at IS NULL")
            .bind(secret::hash(password))
            .fetch_optional(ctx.db().read())
            .await?;
    Ok(found.map(|(id,)| id))
}

/// Whether there is any credential in force.
pub(in crate::server) async fn is_open(ctx: &Context) -> Result<bool, ApiError> {
    let (any,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM assets_intake WHERE revoked_at IS NULL")
        .fetch_one(ctx.db().read())
        .await?;
    Ok(any > 0)
}

/// Addresses that gave wrong passwords. Who is right is never kept waiting: many machines may share an address.
#[derive(Debug, Default)]
pub(super) struct Wrong(Mutex<HashMap<IpAddr, (Time, u32)>>);

impl Wrong {
    /// Counts one more; gives the seconds to wait when there were too many.
    pub(super) fn again(&self, from: IpAddr, now: Time) -> Option<u64> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.retain(|_, (since, _)| now.since(*since) < WINDOW);
            if known.len() >= REMEMBERED {
                known.clear();
            }
        }
        let (since, count) = known.entry(from).or_insert((now, 0));
        if now.since(*since) >= WINDOW {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        (*count > TRIES).then(|| (WINDOW.saturating_sub(now.since(*since))).as_secs().max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, wanted: Option<(&str, &str)>) {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, text.parse().unwrap());
        let wanted = wanted.map(|(user, password)| (user.to_owned(), password.to_owned()));
        assert_eq!(basic(&headers), wanted, "{text}");
    }

    #[test]
    fn user_and_password_are_read_as_the_agents_send_them() {
        check("Basic a2VpcmktcGM6eWdpX2E6Yg==", Some(("keiri-pc", "ygi_a:b")));
        // What OCS sends when its configuration was not written in Base64.
        check("Basic Og==", Some(("", "")));
        check("basic a2VpcmktcGM6eA==", Some(("keiri-pc", "x")));
        check("Bearer ygt_abc", None);
        check("Basic ???", None);
        check("Basic", None);
    }

    #[test]
    fn who_is_wrong_too_often_waits_and_nobody_else() {
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let (wrong, now) = (Wrong::default(), Time::from_seconds(1_000_000));
        for _ in 0..TRIES {
            assert_eq!(wrong.again(one, now), None);
        }
        assert_eq!(wrong.again(one, now + Duration::from_secs(100)), Some(200));
        assert_eq!(wrong.again(other, now), None);
        assert_eq!(wrong.again(one, now + WINDOW), None, "a new window");
    }
}
