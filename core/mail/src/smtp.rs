//! One conversation with the mail server.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{Certificate, Tls, TlsParameters},
    },
};
use yagura_server_kit::{Context, error::Chain};

use crate::{
    outbox::Mail,
    settings::{Row, Security},
    token::Tokens,
};

/// The mail server has so long for each answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Certificate authorities that are believed beside the system's, PEM; empty for none.
#[derive(Debug, Clone, Default)]
pub struct Authorities(pub String);

/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
#[error("{detail}")]
pub(crate) struct Refused {
    /// The mail server's own words where it said any.
    pub detail: String,
    /// Whether trying again is pointless.
    pub for_good: bool,
}

impl Refused {
    fn by_us(error: &dyn std::error::Error) -> Self {
        Self { detail: Chain(error).to_string(), for_good: true }
    }
}

/// Replies that are about who signs in and not about the mail (RFC 4954 section 6): they end when the settings are put right.
const SIGN_IN: [u16; 5] = [454, 530, 534, 535, 538];

/// Hands a mail over. Returns what the mail server said when it took it.
pub(crate) async fn send(ctx: &Context, settings: &Row, mail: &Mail) -> Result<String, Refused> {
    let message = message(settings, mail)?;
    let tokens = ctx.part::<Tokens>();
    let token = match (settings.oauth(), &settings.password) {
        (Some(oauth), Some(secret)) => {
            let token = tokens.get(&oauth, secret, ctx.now()).await;
            Some(token.map_err(|detail| Refused { detail, for_good: false })?)
        }
        _ => None,
    };
    let transport = transport(settings, ctx.part::<Authorities>(), token)?;
    match transport.send(message).await {
        Ok(response) => {
            let words: Vec<_> = response.message().collect();
            Ok(format!("{} {}", response.code(), words.join(" ")))
        }
        Err(error) => {
            let sign_in = error.status().is_some_and(|code| SIGN_IN.contains(&u16::from(code)));
            if sign_in || error.is_client() {
                tokens.forget();
            }
            Err(Refused { detail: Chain(&error).to_string(), for_good: error.is_permanent() && !sign_in })
        }
    }
}

fn message(settings: &Row, mail: &Mail) -> Result<Message, Refused> {
    let mailbox = |text: &str| text.trim().parse::<Mailbox>().map_err(|error| Refused::by_us(&error));
    Message::builder()
        .from(mailbox(&settings.sender)?)
        .to(mailbox(&mail.to)?)
        .subject(&mail.subject)
        .header(ContentType::TEXT_PLAIN)
        .body(mail.text.clone())
        .map_err(|error| Refused::by_us(&error))
}

fn transport(
    settings: &Row,
    authorities: &Authorities,
    token: Option<String>,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, Refused> {
    let parameters = || {
        let mut builder = TlsParameters::builder(settings.host.clone());
        if !authorities.0.is_empty() {
            let pem = Certificate::from_pem(authorities.0.as_bytes()).map_err(|error| Refused::by_us(&error))?;
            builder = builder.add_root_certificate(pem);
        }
        builder.build_rustls().map_err(|error| Refused::by_us(&error))
    };
    let tls = match settings.security() {
        Security::None => Tls::None,
        Security::Starttls => Tls::Required(parameters()?),
        Security::Tls => Tls::Wrapper(parameters()?),
    };
    let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
        .port(settings.port())
        .timeout(Some(PATIENCE))
        .tls(tls);
    Ok(match (&settings.username, token, &settings.password) {
        (Some(name), Some(token), _) => {
            builder.credentials(Credentials::new(name.clone(), token)).authentication(vec![Mechanism::Xoauth2]).build()
        }
        (Some(name), None, Some(password)) => {
            builder.credentials(Credentials::new(name.clone(), password.clone())).build()
        }
        _ => builder.build(),
    })
}
