//! `yaguractl login`: signs in once and keeps an API token.

use std::{
    io::{self, BufRead as _, Write as _},
    time::Duration,
};

use clap::Args;
use http::{HeaderMap, Method, header};
use serde_json::{Value, json};

use crate::{
    api::{Api, Body},
    error::CliError,
    output::Output,
    settings::Settings,
    table::{Column, column},
    when::span,
};

const SESSION: &str = "/api/v1/session";

/// How to sign in.
#[derive(Debug, Args)]
pub(crate) struct Login {
    /// Name; asked for when absent.
    #[arg(long)]
    name: Option<String>,
    /// A one-time sign-in link instead of a name and a password.
    #[arg(long, conflicts_with_all = ["name", "code"])]
    link: Option<String>,
    /// The one-time code of the second factor; asked for when needed.
    #[arg(long)]
    code: Option<String>,
    /// Read passwords line by line from the standard input instead of asking at the terminal.
    #[arg(long)]
    password_stdin: bool,
    /// For how long the token is good: 12h, 30d; at most a year.
    #[arg(long, default_value = "30d", value_parser = span)]
    expires: Duration,
    /// Why logs will be read from here; stands in the audit log. Without it, the commands that read logs take it.
    #[arg(long)]
    purpose: Option<String>,
}

const KEPT: &[Column] = &[
    column("signed in as", "/name"),
    column("server", "/server"),
    column("token kept in", "/token_file"),
    column("good until", "/expires_at"),
];

pub(crate) async fn run(settings: &Settings, output: &Output, login: Login) -> Result<(), CliError> {
    let mut api = Api::new(settings, None)?;
    let (session, headers) = sign_in(&api, &login).await?;
    // The session lasts for the next three requests, which must look like those of the console.
    api.always(header::COOKIE, &cookie(&headers)?)?;
    api.always(header::ORIGIN, &settings.url)?;
    let kept = match password_first(&api, output, &login, &session).await {
        Ok(()) => keep_token(&api, settings, &login, &session).await,
        Err(error) => Err(error),
    };
    let ended = api.send(Method::DELETE, SESSION, Body::None, None).await;
    let kept = kept?;
    ended?;
    output.one(KEPT, &kept)
}

async fn sign_in(api: &Api, login: &Login) -> Result<(Value, HeaderMap), CliError> {
    if let Some(link) = &login.link {
        let body = json!({"token": link_token(link)});
        let reply = api.send(Method::POST, "/api/v1/session/link", Body::Json(body), None).await?;
        return Ok((reply.body, reply.headers));
    }
    let name = match &login.name {
        Some(name) => name.clone(),
        None => ask("Name: ")?,
    };
    let mut body = json!({"name": name, "password": password(login, "Password: ")?});
    if let Some(code) = &login.code {
        body["code"] = code.as_str().into();
    }
    let reply = match api.send(Method::POST, SESSION, Body::Json(body.clone()), None).await {
        Err(CliError::Refused(problem)) if problem.says("/code", "required") => {
            body["code"] = ask("One-time code: ")?.into();
            api.send(Method::POST, SESSION, Body::Json(body), None).await?
        }
        other => other?,
    };
    Ok((reply.body, reply.headers))
}

/// After a one-time link nothing else is allowed until a password is set.
async fn password_first(api: &Api, output: &Output, login: &Login, session: &Value) -> Result<(), CliError> {
    if session["admin"]["must_change_password"] != true {
        return Ok(());
    }
    output.note("Choose a new password first.");
    let new = password(login, "New password: ")?;
    if !login.password_stdin && password(login, "Again: ")? != new {
        return Err(CliError::Failed("the passwords differ; sign in again".to_owned()));
    }
    api.post("/api/v1/session/password", json!({"new": new})).await?;
    Ok(())
}

async fn keep_token(api: &Api, settings: &Settings, login: &Login, session: &Value) -> Result<Value, CliError> {
    let name = session["admin"]["name"].as_str().unwrap_or_default();
    let new = json!({"label": "yaguractl", "scopes": session["permissions"], "expires_in_s": login.expires.as_secs(),
        "purpose": login.purpose, "purpose_by_case": login.purpose.is_none()});
    let created = api.post("/api/v1/tokens", new).await?;
    let secret = created["secret"].as_str();
    let secret = secret.ok_or_else(|| CliError::Failed("the server gave no token".to_owned()))?;
    settings.keep(secret)?;
    Ok(json!({"name": name, "server": settings.url, "token_file": settings.token_file,
        "expires_at": created["token"]["expires_at"]}))
}

/// The token of a one-time link: what follows its `#`, or the text itself.
fn link_token(link: &str) -> &str {
    link.rsplit_once('#').map_or(link, |(_, token)| token).trim()
}

/// The session's cookie, as it is sent back.
fn cookie(headers: &HeaderMap) -> Result<String, CliError> {
    let set = headers.get(header::SET_COOKIE).and_then(|value| value.to_str().ok());
    let pair = set.and_then(|text| text.split(';').next()).map(str::trim).filter(|pair| pair.contains('='));
    pair.map(str::to_owned).ok_or_else(|| CliError::Failed("the server began no session".to_owned()))
}

fn ask(question: &str) -> Result<String, CliError> {
    let failed = |error| CliError::Failed(format!("failed to ask for the {question}{error}"));
    let mut terminal = io::stderr().lock();
    terminal.write_all(question.as_bytes()).and_then(|()| terminal.flush()).map_err(failed)?;
    line()
}

fn password(login: &Login, question: &str) -> Result<String, CliError> {
    if login.password_stdin {
        return line();
    }
    rpassword::prompt_password(question).map_err(|error| {
        CliError::Usage(format!("no terminal to ask for the password at ({error}); use --password-stdin"))
    })
}

fn line() -> Result<String, CliError> {
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    let count = read.map_err(|error| CliError::Failed(format!("failed to read the standard input: {error}")))?;
    if count == 0 {
        return Err(CliError::Usage("the standard input ended before the answer".to_owned()));
    }
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_may_be_given_whole_or_as_its_token() {
        assert_eq!(link_token("https://yagura.example/sign-in#abc"), "abc");
        assert_eq!(link_token("abc"), "abc");
    }

    #[test]
    fn the_cookie_is_sent_back_without_its_attributes() {
        let mut headers = HeaderMap::new();
        assert!(cookie(&headers).is_err());
        headers.insert(header::SET_COOKIE, "__Host-yagura-1=abc; Path=/; Secure".parse().unwrap());
        assert_eq!(cookie(&headers).unwrap(), "__Host-yagura-1=abc");
    }
}
