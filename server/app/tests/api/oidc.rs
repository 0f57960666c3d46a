//! Signing in with an identity provider, against a real one.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    sync::Arc,
};

use bytes::Bytes;
use http::{Request, header};
use serde_json::{Value, json};
use yagura_dial::{Answer, HttpClient, NetDial, ProxyChoice, Target, Trust, client_config};
use yagura_server_kit::Role;

use crate::harness::{House, ORIGIN, PASSWORD, on_both_with};

const SECRET: &str = "a secret of the client, with : and %";

/// The provider's process and its issuer. It ends when this is dropped.
struct IdentityProvider {
    process: Child,
    issuer: String,
    /// Kept open: it goes on to say this and that.
    _said: BufReader<ChildStdout>,
}

impl IdentityProvider {
    /// `None` where there is no Node or the package is not installed.
    fn start(auth_method: &str) -> Option<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let installed = here.ancestors().any(|dir| dir.join("node_modules/oidc-provider").exists());
        if !installed || Command::new("node").arg("--version").output().is_err() {
            return None;
        }
        let client = json!({"client_id": "yagura", "client_secret": SECRET, "grant_types": ["authorization_code"],
            "response_types": ["code"], "redirect_uris": [format!("{ORIGIN}/api/v1/session/oidc/callback")],
            "token_endpoint_auth_method": auth_method});
        let accounts = json!({
            "u-tanaka": {"email": "Tanaka@Example.jp", "email_verified": true},
            "u-moved": {"email": "moved@example.jp", "email_verified": true},
            "u-sato": {"email": "tanaka@example.jp", "email_verified": false},
            "u-stranger": {"email": "stranger@example.jp", "email_verified": true},
        });
        let mut process = Command::new("node")
            .arg(here.join("tests/api/identity_provider.mjs"))
            .arg(json!({"client": client, "accounts": accounts}).to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut issuer = String::new();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        said.read_line(&mut issuer).unwrap();
        Some(Self { process, issuer: issuer.trim().to_owned(), _said: said })
    }
}

impl Drop for IdentityProvider {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// Runs a test with a provider on every database, or says why not.
#[expect(clippy::print_stdout, reason = "what is skipped is said where the tests' results are")]
fn with_provider<F: Future<Output = ()>>(auth_method: &str, test: impl Fn(House, String) -> F) {
    let Some(provider) = IdentityProvider::start(auth_method) else {
        println!("SKIPPED: node or the npm package oidc-provider is not there (npm ci)");
        return;
    };
    let configure = |dir: &Path| {
        std::fs::write(dir.join("oidc.secret"), format!("{SECRET}\n")).unwrap();
        let issuer = &provider.issuer;
        format!(
            "[oidc]\nissuer = \"{issuer}\"\nclient_id = \"yagura\"\nclient_secret_file = \"oidc.secret\"\nname = \"社内\"\n"
        )
    };
    on_both_with(configure, |house| test(house, provider.issuer.clone()));
}

/// A browser that follows where it is sent, with one jar of cookies for all.
struct Browser<'a> {
    house: &'a House,
    provider: HttpClient,
    issuer: String,
    jar: BTreeMap<String, String>,
    person: Option<&'static str>,
}

impl<'a> Browser<'a> {
    fn new(house: &'a House, issuer: &str, person: Option<&'static str>) -> Self {
        let dial = NetDial::new(client_config(&Trust::AnswerIsSigned).unwrap(), ProxyChoice::Direct);
        let provider = HttpClient::new(Arc::new(dial), Target::parse(issuer).unwrap());
        Self { house, provider, issuer: issuer.to_owned(), jar: BTreeMap::new(), person }
    }

    async fn get(&mut self, address: &str) -> Answer {
        let (client, path) = match address.strip_prefix(&self.issuer) {
            Some(path) => (&self.provider, path),
            None => (&self.house.client, address.strip_prefix(ORIGIN).unwrap_or(address)),
        };
        let cookies: Vec<_> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let build = || {
            let mut request = Request::builder().uri(path).header(header::COOKIE, cookies.join("; "));
            if let Some(person) = self.person {
                request = request.header("x-sign-in-as", person);
            }
            request.body(Bytes::new()).unwrap()
        };
        let answer = client.send(build).await.unwrap();
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            match value {
                "" => drop(self.jar.remove(name)),
                value => drop(self.jar.insert(name.to_owned(), value.to_owned())),
            }
        }
        answer
    }

    /// Where an address sends it.
    async fn next(&mut self, at: &str) -> String {
        let answer = self.get(at).await;
        assert_eq!(answer.status, 303, "{at}: {}", String::from_utf8_lossy(&answer.body));
        let to = answer.headers[header::LOCATION].to_str().unwrap();
        if at.starts_with(&self.issuer) && to.starts_with('/') { format!("{}{to}", self.issuer) } else { to.to_owned() }
    }

    /// Follows until it is sent to a page of the console. Which one.
    async fn follow(&mut self, from: &str) -> String {
        let mut at = from.to_owned();
        for _ in 0..10 {
            at = self.next(&at).await;
            if at.starts_with('/') && !at.starts_with("/api/") {
                return at;
            }
        }
        panic!("sent around without end: {at}");
    }

    async fn session(&mut self) -> Value {
        serde_json::from_slice(&self.get("/api/v1/session").await.body).unwrap()
    }
}

async fn sign_in(house: &House, issuer: &str, person: &'static str) -> (String, Value) {
    let mut browser = Browser::new(house, issuer, Some(person));
    let page = browser.follow("/api/v1/session/oidc/start").await;
    (page, browser.session().await)
}

/// An account of the console with an e-mail address.
async fn administrator(house: &House, name: &str, email: &str) {
    let ctx = house.server.context();
    yagura_admins::add_administrator(ctx, name, name, Role::Auditor).await.unwrap();
    let mut tx = ctx.db().write().await.unwrap();
    sqlx::query("UPDATE admins_admin SET email = $1, must_change_password = 0 WHERE name = $2")
        .bind(email)
        .bind(name)
        .execute(tx.on())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn set_email(house: &House, name: &str, email: &str) {
    let mut tx = house.server.context().db().write().await.unwrap();
    let sql = "UPDATE admins_admin SET email = $1 WHERE name = $2";
    sqlx::query(sql).bind(email).bind(name).execute(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
}

#[test]
fn an_administrator_signs_in_by_a_verified_address_and_from_then_on_by_the_subject() {
    with_provider("client_secret_basic", |house, issuer| async move {
        let methods = house.ask("GET", "/api/v1/session/methods", &[], None).await.expect(200);
        assert_eq!(methods["oidc"], json!({"name": "社内", "start": "/api/v1/session/oidc/start"}));
        administrator(&house, "tanaka", "tanaka@example.jp").await;
        let (page, session) = sign_in(&house, &issuer, "u-tanaka").await;
        assert_eq!((page.as_str(), &session["admin"]["name"]), ("/", &json!("tanaka")));
        set_email(&house, "tanaka", "married@example.jp").await;
        let (page, session) = sign_in(&house, &issuer, "u-tanaka").await;
        assert_eq!((page.as_str(), &session["admin"]["name"]), ("/", &json!("tanaka")));
        let audit = house.admin("GET", "/api/v1/audit?action=session.begin", None).await.expect(200);
        let row = &audit["items"][1];
        assert_eq!((&row["actor"], &row["after"]["bound_by_email"]), (&json!("Tanaka@Example.jp"), &json!(true)));
        assert_eq!(audit["items"][0]["after"]["oidc_subject"], format!("{issuer} u-tanaka"));
    });
}

#[test]
fn nobody_gets_in_without_an_account_that_is_plainly_theirs() {
    with_provider("client_secret_post", |house, issuer| async move {
        administrator(&house, "tanaka", "tanaka@example.jp").await;
        let refused = |answer: (String, Value)| {
            assert_eq!(answer.0, "/sign-in?oidc=no_account");
            assert_eq!(answer.1["code"], "unauthenticated");
        };
        refused(sign_in(&house, &issuer, "u-stranger").await);
        // The address is Tanaka's, but the provider does not say that it is verified.
        refused(sign_in(&house, &issuer, "u-sato").await);
        administrator(&house, "twin", "TANAKA@example.jp").await;
        refused(sign_in(&house, &issuer, "u-tanaka").await);
        set_email(&house, "twin", "").await;
        let (page, _) = sign_in(&house, &issuer, "u-tanaka").await;
        assert_eq!(page, "/");
        // Who is bound to one subject is not opened by another one's address.
        set_email(&house, "tanaka", "moved@example.jp").await;
        refused(sign_in(&house, &issuer, "u-moved").await);
        let mut tx = house.server.context().db().write().await.unwrap();
        sqlx::query("UPDATE admins_admin SET disabled = 1 WHERE name = 'tanaka'").execute(tx.on()).await.unwrap();
        tx.commit().await.unwrap();
        refused(sign_in(&house, &issuer, "u-tanaka").await);
        let admins = house.admin("GET", "/api/v1/admins", None).await.expect(200);
        assert_eq!(admins["count"]["value"], 3, "no account was made");
    });
}

#[test]
fn an_administrator_binds_an_account_to_a_subject_by_hand() {
    with_provider("client_secret_basic", |house, issuer| async move {
        administrator(&house, "sato", "").await;
        let own = house.first_session().await;
        let headers = [("cookie", own.as_str()), ("origin", ORIGIN), ("if-match", "*")];
        let admins = house.ask("GET", "/api/v1/admins", &headers, None).await.expect(200);
        let sato = admins["items"].as_array().unwrap().iter().find(|admin| admin["name"] == "sato").unwrap();
        let path = format!("/api/v1/admins/{}", sato["id"].as_str().unwrap());
        let bind = |sub: &str| json!({"oidc_subject": sub, "your_password": PASSWORD});
        let bound = house.ask("PATCH", &path, &headers, Some(&bind("u-sato"))).await.expect(200);
        assert_eq!(bound["oidc_subject"], format!("{issuer} u-sato"));
        let (page, session) = sign_in(&house, &issuer, "u-sato").await;
        assert_eq!((page.as_str(), &session["admin"]["name"]), ("/", &json!("sato")));
        house.ask("PATCH", &path, &headers, Some(&bind(""))).await.expect(200);
        assert_eq!(sign_in(&house, &issuer, "u-sato").await.0, "/sign-in?oidc=no_account");
    });
}

#[test]
fn an_answer_that_was_not_asked_for_by_this_browser_is_refused() {
    with_provider("client_secret_basic", |house, issuer| async move {
        administrator(&house, "tanaka", "tanaka@example.jp").await;
        // Somebody goes to the provider and hands the way back to another person's browser.
        let mut attacker = Browser::new(&house, &issuer, Some("u-tanaka"));
        let mut at = "/api/v1/session/oidc/start".to_owned();
        while !at.contains("/oidc/callback") {
            at = attacker.next(&at).await;
        }
        let mut victim = Browser::new(&house, &issuer, None);
        assert_eq!(victim.follow(&at).await, "/sign-in?oidc=failed");
        let answer = victim.get("/api/v1/session/oidc/start").await;
        assert_eq!(answer.status, 303);
        assert_eq!(victim.follow(&at).await, "/sign-in?oidc=failed");
        assert_eq!(attacker.follow(&at).await, "/");
        // A code works once.
        assert_eq!(attacker.follow(&at).await, "/sign-in?oidc=failed");
        // The provider did not let them in.
        let mut nobody = Browser::new(&house, &issuer, None);
        assert_eq!(nobody.follow("/api/v1/session/oidc/start").await, "/sign-in?oidc=failed");
    });
}

#[test]
fn without_a_provider_there_is_only_the_password() {
    crate::harness::on_both(|house| async move {
        let methods = house.ask("GET", "/api/v1/session/methods", &[], None).await.expect(200);
        assert_eq!(methods, json!({"password": true, "oidc": null}));
        house.ask("GET", "/api/v1/session/oidc/start", &[], None).await.expect(404);
    });
}
