//! What ends one day unless it is renewed: the keys that agents believe, and the certificate of the server's address.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use async_trait::async_trait;
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use serde_json::json;
use x509_parser::{certificate::X509Certificate, prelude::FromDer as _};
use yagura_alarms::{Cause, Kind, Source};
use yagura_channel::{
    server::Signer,
    wire::key_set::{Purpose, TrustedKeys},
};
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::{Severity, Time};

use crate::health::{Component, Status};

const KEYS: Kind = Kind {
    word: "keys.ending",
    severity: Severity::High,
    title: ("署名の鍵の期限が近づいています", "The server's signing keys end soon"),
};
const CERTIFICATE: Kind = Kind {
    word: "certificate.ending",
    severity: Severity::High,
    title: ("サーバー証明書の期限が近づいています", "The server's certificate ends soon"),
};
const DAY: Duration = Duration::from_secs(86_400);
/// The server renews its keys by itself 90 days before their end; a month later it lacks the root key to do so.
const KEYS_WARNED_BEFORE: Duration = Duration::from_secs(60 * 86_400);
/// Those who renew certificates by machine do it a month before the end.
const CERTIFICATE_WARNED_BEFORE: Duration = Duration::from_secs(21 * 86_400);

/// Where the server's certificate is; a part of the context.
#[derive(Debug, Clone)]
pub struct CertificateFile(pub PathBuf);

/// When the first of the keys in force ends; `None` when the set cannot be read, which its own signature rules out. Of each
/// purpose the newest counts: older ones are kept for what is under way.
#[must_use]
pub fn keys_end(signer: &Signer) -> Option<Time> {
    let keys = TrustedKeys::first(&signer.keys(), &signer.root().sha256()).ok()?;
    let newest = |purpose| keys.set.keys.iter().filter(|key| key.purpose == purpose).map(|key| key.not_after).max();
    [Purpose::Policy, Purpose::Command, Purpose::Response].into_iter().filter_map(newest).min()
}

/// The keys that agents believe. The server renews them by itself, if it has the root.
pub(crate) fn keys(ctx: &Context) -> Component {
    let signer = ctx.part::<Signer>();
    let end = keys_end(signer).ok_or_else(|| "cannot be read".to_owned());
    let what = Ending {
        name: "keys",
        after: "agents believe nothing any more",
        before: "bring the root key and renew them: `yagura-server keys renew --root FILE`",
        warned_before: KEYS_WARNED_BEFORE,
    };
    what.component(end, ctx.now())
}

/// The certificate of the server's address, as it lies on the disk.
pub(crate) fn certificate(ctx: &Context) -> Component {
    let what = Ending {
        name: "certificate",
        after: "nobody can connect any more",
        before: "put a new one in its place: the server takes it over within seconds",
        warned_before: CERTIFICATE_WARNED_BEFORE,
    };
    what.component(certificate_end(ctx), ctx.now())
}

fn certificate_end(ctx: &Context) -> Result<Time, String> {
    let file = &ctx.part::<CertificateFile>().0;
    let der = CertificateDer::from_pem_file(file).map_err(|error| format!("cannot be read: {error}"))?;
    end_of(&der)
}

fn end_of(der: &[u8]) -> Result<Time, String> {
    let (_, certificate) = X509Certificate::from_der(der).map_err(|error| format!("cannot be read: {error}"))?;
    Ok(Time::from_seconds(certificate.validity().not_after.timestamp()))
}

/// Something that ends, and what is said of it.
struct Ending {
    name: &'static str,
    after: &'static str,
    before: &'static str,
    warned_before: Duration,
}

impl Ending {
    fn component(&self, end: Result<Time, String>, now: Time) -> Component {
        let (status, detail) = match &end {
            Ok(end) if *end <= now => (Status::Failed, format!("ended on {end}: {}; {}", self.after, self.before)),
            Ok(end) if *end <= now + self.warned_before => {
                (Status::Degraded, format!("ends on {end}: {}", self.before))
            }
            Ok(end) => (Status::Ok, format!("ends on {end}")),
            Err(reason) => (Status::Failed, reason.clone()),
        };
        #[expect(clippy::cast_precision_loss, reason = "these are shown to people, who do not count to 2^53")]
        let days = end.map_or(0.0, |end| (end.since(now).as_secs() / DAY.as_secs()) as f64);
        let numbers = BTreeMap::from([("days_left".to_owned(), days)]);
        Component { name: self.name.to_owned(), status, detail, since: None, numbers }
    }
}

/// What finds that something ends soon.
#[must_use]
pub fn alarm_source() -> Box<dyn Source> {
    Box::new(Endings)
}

struct Endings;

#[async_trait]
impl Source for Endings {
    fn kinds(&self) -> &'static [&'static Kind] {
        &[&KEYS, &CERTIFICATE]
    }

    async fn causes(&self, ctx: &Context) -> Result<Vec<Cause>, ApiError> {
        let mut causes = Vec::new();
        for (kind, component) in [(&KEYS, keys(ctx)), (&CERTIFICATE, certificate(ctx))] {
            if component.status != Status::Ok {
                let detail = json!({"reason": component.detail, "days_left": component.numbers.get("days_left")});
                causes.push(Cause::new(kind, None, detail));
            }
        }
        Ok(causes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(days: i64, expected: Status) {
        let now = Time::from_seconds(1_800_000_000);
        let what = Ending { name: "keys", after: "", before: "", warned_before: KEYS_WARNED_BEFORE };
        let end = Time::from_seconds(1_800_000_000 + days * 86_400);
        assert_eq!(what.component(Ok(end), now).status, expected, "{days} days before its end");
    }

    #[test]
    fn what_ends_is_warned_of_in_time_and_has_failed_once_it_ended() {
        check(61, Status::Ok);
        check(60, Status::Degraded);
        check(1, Status::Degraded);
        check(0, Status::Failed);
        check(-5, Status::Failed);
    }

    #[test]
    fn what_cannot_be_read_has_failed() {
        assert!(end_of(b"not a certificate").is_err());
    }
}
