//! A server of one's own for each test, and a client for it.

use std::{future::Future, path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use sqlx::Executor as _;
use tempfile::TempDir;
use yagura_dial::{Answer, HttpClient, NetDial, ProxyChoice, Target, Trust, client_config};
use yagura_server::{Server, certificates, config::Config, start};
use yagura_server_kit::{Context, Role};

use crate::machine::Machine;

/// A running server with an administrator's token.
pub(crate) struct House {
    pub server: Server,
    pub client: HttpClient,
    pub admin: String,
    pub origin: String,
    /// The address of its database.
    pub database: String,
    dir: TempDir,
}

/// The password that first sessions set.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// What the server is called. Its port is not known before it listens, so this is a name that the tests send along.
pub(crate) const ORIGIN: &str = "https://yagura.test";

/// Runs a test on every database there is.
pub(crate) fn on_both<F: Future<Output = ()>>(test: impl Fn(House) -> F) {
    on_both_with(|_| String::new(), test);
}

/// The same with more in the configuration; what it refers to may be written to the folder.
#[expect(clippy::print_stdout, reason = "what is skipped is said where the tests' results are")]
pub(crate) fn on_both_with<F: Future<Output = ()>>(more: impl Fn(&Path) -> String, test: impl Fn(House) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        test(House::new("sqlite:control.db", &more).await).await;
        match std::env::var("YAGURA_TEST_POSTGRES") {
            Ok(url) => test(House::new(&fresh_database(&url).await, &more).await).await,
            Err(_) => println!("SKIPPED on PostgreSQL: YAGURA_TEST_POSTGRES names no server"),
        }
    });
}

/// A new, empty database on the PostgreSQL server at `url`.
pub(crate) async fn fresh_database(url: &str) -> String {
    sqlx::any::install_default_drivers();
    let name = format!("yagura_{}", yagura_vocabulary::Id::<()>::new().uuid().simple());
    let pool = sqlx::AnyPool::connect(url).await.unwrap();
    pool.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    pool.close().await;
    let (base, query) = url.split_once('?').map_or((url, String::new()), |(base, query)| (base, format!("?{query}")));
    format!("{}/{name}{query}", base.rsplit_once('/').unwrap().0)
}

impl House {
    async fn new(database: &str, more: impl Fn(&Path) -> String) -> Self {
        let dir = tempfile::tempdir().unwrap();
        certificates::ensure(dir.path(), "127.0.0.1").unwrap();
        let file = dir.path().join("yagura.toml");
        let origin = ORIGIN.to_owned();
        let text = format!(
            "url = \"{origin}\"\n[listen]\nconsole = \"127.0.0.1:0\"\n[tls]\ncertificate = \"server.pem\"\n\
             key = \"server.key\"\nauthority = \"ca.pem\"\n[database]\nurl = \"{database}\"\n{}",
            more(dir.path())
        );
        std::fs::write(&file, text).unwrap();
        let server = start(&Config::load(&file).unwrap()).await.unwrap();
        yagura_admins::first_administrator(server.context(), "admin", "Admin").await.unwrap();
        let client = client(dir.path(), &server);
        let admin = token(server.context(), "admin").await;
        Self { server, client, admin, origin, database: database.to_owned(), dir }
    }

    /// Another server of the same organisation, on the same databases, with a data folder of its own in which is what all servers share.
    pub(crate) async fn beside(&self) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for name in ["keys", "blobs", "exports"] {
            std::fs::create_dir_all(self.dir().join(name)).unwrap();
            std::os::unix::fs::symlink(self.dir().join(name), dir.path().join(name)).unwrap();
        }
        for name in ["server-id", "server.pem", "server.key", "ca.pem", "yagura.toml"] {
            std::fs::copy(self.dir().join(name), dir.path().join(name)).unwrap();
        }
        let server = start(&Config::load(&dir.path().join("yagura.toml")).unwrap()).await.unwrap();
        let client = client(dir.path(), &server);
        Self {
            server,
            client,
            admin: self.admin.clone(),
            origin: self.origin.clone(),
            database: self.database.clone(),
            dir,
        }
    }

    /// Signs the first administrator in by a one-time link and sets a password. Returns the session's cookie.
    pub(crate) async fn first_session(&self) -> String {
        let link = yagura_admins::sign_in_link(self.server.context(), "admin").await.unwrap();
        let token = link.rsplit_once('#').unwrap().1;
        let reply = self.ask("POST", "/api/v1/session/link", &[], Some(&json!({"token": token}))).await;
        let session = reply.session();
        assert_eq!(reply.expect(200)["admin"]["must_change_password"], true);
        let headers = [("cookie", session.as_str()), ("origin", self.origin.as_str())];
        self.ask("GET", "/api/v1/endpoints", &headers, None).await.expect(403);
        let weak = json!({"new": "short"});
        self.ask("POST", "/api/v1/session/password", &headers, Some(&weak)).await.expect(422);
        let new = json!({"new": PASSWORD});
        self.ask("POST", "/api/v1/session/password", &headers, Some(&new)).await.expect(204);
        self.ask("GET", "/api/v1/endpoints", &headers, None).await.expect(200);
        session
    }

    /// Stops the server; its folder stays as long as it is held.
    pub(crate) async fn close(self) -> TempDir {
        self.server.stop().await;
        self.dir
    }

    /// Stops the server and starts it again, as it was.
    pub(crate) async fn restarted(mut self) -> Self {
        self.server.stop().await;
        self.server = start(&Config::load(&self.dir.path().join("yagura.toml")).unwrap()).await.unwrap();
        self.client = client(self.dir.path(), &self.server);
        self
    }

    /// Its folder.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Changes the settings to these, having seen the latest ones.
    pub(crate) async fn settings(&self, change: &Value) -> Reply {
        let settings = self.admin("GET", "/api/v1/settings", None).await.expect(200);
        let bearer = format!("Bearer {}", self.admin);
        let headers = [("authorization", bearer.as_str()), ("if-match", settings["etag"].as_str().unwrap())];
        self.ask("PATCH", "/api/v1/settings", &headers, Some(change)).await
    }

    /// Waits until something holds; long, because other tests have the processors too.
    pub(crate) async fn until<F: Future<Output = bool>>(&self, what: &str, mut holds: impl FnMut() -> F) {
        let patience = tokio::time::Instant::now() + Duration::from_secs(120);
        while !holds().await {
            assert!(tokio::time::Instant::now() < patience, "not in time: {what}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        format!("https://{}", self.server.address)
    }

    /// Imports people from a list that has no bad rows.
    pub(crate) async fn import_people(&self, csv: &str) {
        let bearer = format!("Bearer {}", self.admin);
        let build = || {
            let request = Request::builder().method(Method::POST).uri("/api/v1/people/import?dry_run=false");
            let request = request.header(header::AUTHORIZATION, &bearer).header(header::CONTENT_TYPE, "text/csv");
            request.body(Bytes::from(csv.to_owned())).unwrap()
        };
        let answer = self.client.send(build).await.unwrap();
        assert_eq!(answer.status, 200, "{:?}", answer.body);
    }

    /// A token of somebody with this role.
    pub(crate) async fn token_of(&self, role: Role) -> String {
        let ctx = self.server.context();
        yagura_admins::add_administrator(ctx, role.as_str(), role.as_str(), role).await.unwrap();
        token(ctx, role.as_str()).await
    }

    /// A token of somebody with this role who is limited to this group.
    pub(crate) async fn limited_to(&self, role: Role, group: &str) -> String {
        let token = self.token_of(role).await;
        let mut tx = self.server.context().db().write().await.unwrap();
        sqlx::query("INSERT INTO admins_group (admin_id, group_id) SELECT id, $1 FROM admins_admin WHERE name = $2")
            .bind(group)
            .bind(role.as_str())
            .execute(tx.on())
            .await
            .unwrap();
        sqlx::query("UPDATE admins_admin SET limited = 1 WHERE name = $1")
            .bind(role.as_str())
            .execute(tx.on())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        token
    }

    /// A new group of this name under the root; its id.
    pub(crate) async fn group(&self, name: &str) -> String {
        let groups = self.admin("GET", "/api/v1/groups", None).await.expect(200);
        let body = json!({"name": name, "parent_id": groups["items"][0]["id"], "kind": "fixed"});
        let made = self.admin("POST", "/api/v1/groups", Some(&body)).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// Moves a machine to a group.
    pub(crate) async fn move_to(&self, machine: &Machine, group: &str) {
        let bearer = format!("Bearer {}", self.admin);
        let headers = [("authorization", bearer.as_str()), ("if-match", "*")];
        let path = format!("/api/v1/endpoints/{}", machine.id);
        self.ask("PATCH", &path, &headers, Some(&json!({"group_id": group}))).await.expect(200);
    }

    /// Asks as the administrator, for an answer that is looked at whole.
    pub(crate) async fn answer(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let build = || {
            let request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
            let request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.admin));
            let request = request.header(header::CONTENT_TYPE, "application/json");
            request.body(Bytes::from(body.map(Value::to_string).unwrap_or_default())).unwrap()
        };
        self.client.send(build).await.unwrap()
    }

    /// Asks with these headers.
    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Reply {
        let build = || {
            let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            if body.is_some() {
                request = request.header(header::CONTENT_TYPE, "application/json");
            }
            request.body(Bytes::from(body.map(Value::to_string).unwrap_or_default())).unwrap()
        };
        let answer = self.client.send(build).await.unwrap();
        let cookie = answer.headers.get(header::SET_COOKIE).map(|value| value.to_str().unwrap().to_owned());
        Reply { status: answer.status, body: serde_json::from_slice(&answer.body).unwrap_or_default(), cookie }
    }

    /// Asks as the administrator.
    pub(crate) async fn admin(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        self.ask(method, path, &[("authorization", &format!("Bearer {}", self.admin))], body).await
    }
}

/// A client of a server that believes what is in this folder.
fn client(dir: &Path, server: &Server) -> HttpClient {
    let pem = std::fs::read_to_string(dir.join("ca.pem")).unwrap();
    let tls = client_config(&Trust::Authorities { pem, system: false }).unwrap();
    let target = Target::parse(&format!("https://{}", server.address)).unwrap();
    HttpClient::new(Arc::new(NetDial::new(tls, ProxyChoice::Direct)), target)
}

async fn token(ctx: &Context, name: &str) -> String {
    yagura_admins::issue_token(ctx, name, "test", Duration::from_secs(3600)).await.unwrap()
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub status: StatusCode,
    pub body: Value,
    pub cookie: Option<String>,
}

impl Reply {
    /// The body, if the status is the expected one.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }

    /// The cookie's name and value, as a browser sends them back.
    #[track_caller]
    pub(crate) fn session(&self) -> String {
        self.cookie.as_ref().unwrap().split(';').next().unwrap().to_owned()
    }
}
