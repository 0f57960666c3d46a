//! What an administrator asks the server, and waits for.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, header};
use serde_json::{Value, json};

use crate::{House, PATIENCE};

impl House {
    /// Asks the API as the administrator. `None` when the server does not answer.
    pub async fn try_ask(
        &self,
        method: &str,
        path: &str,
        seen: Option<&str>,
        body: Option<&Value>,
    ) -> Option<(u16, Value)> {
        let build = || {
            let mut request = Request::builder()
                .method(method)
                .uri(path)
                .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
                .header(header::CONTENT_TYPE, "application/json");
            if let Some(etag) = seen {
                request = request.header(header::IF_MATCH, etag);
            }
            request.body(Bytes::from(body.map(Value::to_string).unwrap_or_default())).expect("the request is whole")
        };
        let answer = self.client.send(build).await.ok()?;
        Some((answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap_or_default()))
    }

    /// The file at `path`, as the administrator gets it.
    ///
    /// # Panics
    /// When there is none.
    pub async fn file(&self, path: &str) -> Bytes {
        let build = || {
            let request = Request::builder().uri(path).header(header::AUTHORIZATION, format!("Bearer {}", self.token));
            request.body(Bytes::new()).expect("the request is whole")
        };
        let answer = self.client.send(build).await.expect("the server answers");
        assert_eq!(answer.status, 200, "{path}: {:?}", answer.body);
        answer.body
    }

    /// Hands in a file as the administrator, and expects this status.
    ///
    /// # Panics
    /// When the answer has another status, or there is none.
    pub async fn hand_in(&self, path: &str, file: &std::path::Path, status: u16) -> Value {
        let bytes = Bytes::from(std::fs::read(file).expect("the file can be read"));
        let build = || {
            let request = Request::builder().method("POST").uri(path);
            let request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
            let request = request.header(header::CONTENT_TYPE, "application/octet-stream");
            request.body(bytes.clone()).expect("the request is whole")
        };
        let answer = self.client.send(build).await.expect("the server answers");
        assert_eq!(answer.status.as_u16(), status, "{path}: {:?}\n{}", answer.body, self.log("server"));
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    /// What the server answers to anybody at `path`, as text. `None` when it does not answer.
    pub async fn text(&self, path: &str) -> Option<(u16, String)> {
        let build = || Request::builder().uri(path).body(Bytes::new()).expect("the request is whole");
        let answer = self.client.send(build).await.ok()?;
        Some((answer.status.as_u16(), String::from_utf8_lossy(&answer.body).into_owned()))
    }

    /// Posts JSON as a stranger. `None` when the server does not answer.
    pub async fn post(&self, path: &str, body: &Value) -> Option<(u16, Value)> {
        let build = || {
            let request = Request::builder().method("POST").uri(path).header(header::CONTENT_TYPE, "application/json");
            request.body(Bytes::from(body.to_string())).expect("the request is whole")
        };
        let answer = self.client.send(build).await.ok()?;
        Some((answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap_or_default()))
    }

    /// Uses a one-time sign-in link up, as a browser does; the session's cookie.
    ///
    /// # Panics
    /// When the server lets nobody in by it.
    pub async fn sign_in(&self, link: &str) -> String {
        let token = link.rsplit_once('#').map_or(link, |(_, token)| token);
        let body = serde_json::json!({ "token": token }).to_string();
        let build = || {
            let request = Request::builder().method("POST").uri("/api/v1/session/link");
            let request = request.header(header::CONTENT_TYPE, "application/json");
            request.body(Bytes::from(body.clone())).expect("the request is whole")
        };
        let answer = self.client.send(build).await.expect("the server answers");
        let cookie = answer.headers.get(header::SET_COOKIE).and_then(|cookie| cookie.to_str().ok());
        let cookie = cookie.unwrap_or_else(|| panic!("no way in: {:?}", answer.body));
        cookie.split(';').next().unwrap_or_default().to_owned()
    }

    /// Asks the API in the session of somebody who signed in, and expects this status.
    ///
    /// # Panics
    /// When the answer has another status, or there is none.
    pub async fn ask_as(&self, session: &str, method: &str, path: &str, body: Option<&Value>, status: u16) -> Value {
        let build = || {
            let request = Request::builder().method(method).uri(path).header(header::COOKIE, session);
            let request = request.header(header::ORIGIN, self.url()).header(header::CONTENT_TYPE, "application/json");
            request.body(Bytes::from(body.map(Value::to_string).unwrap_or_default())).expect("the request is whole")
        };
        let answer = self.client.send(build).await.expect("the server answers");
        assert_eq!(answer.status.as_u16(), status, "{method} {path}: {:?}\n{}", answer.body, self.log("server"));
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    /// Asks the API and expects this status.
    ///
    /// # Panics
    /// When the answer has another status, or there is none.
    pub async fn ask(&self, method: &str, path: &str, body: Option<&Value>, status: u16) -> Value {
        let answer = self.try_ask(method, path, None, body).await;
        let (found, body) = answer.unwrap_or_else(|| panic!("{method} {path}: no answer; {}", self.log("server")));
        assert_eq!(found, status, "{method} {path}: {body}\n{}", self.log("server"));
        body
    }

    /// Asks again and again until `done` finds what it looks for.
    ///
    /// # Panics
    /// When it never does.
    pub async fn until<T>(&self, what: &str, path: &str, done: impl Fn(&Value) -> Option<T>) -> T {
        let since = Instant::now();
        let mut last = Value::Null;
        while since.elapsed() < PATIENCE {
            if let Some((200, body)) = self.try_ask("GET", path, None, None).await {
                if let Some(found) = done(&body) {
                    return found;
                }
                last = body;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!(
            "{what} never came; the last answer of {path} was {last}\n{}\n{}",
            self.log("server"),
            self.log("agent")
        );
    }

    /// Waits until the agent is on line and gives its endpoint's id.
    pub async fn endpoint(&self) -> String {
        self.until("an endpoint on line", "/api/v1/endpoints", |list| {
            let endpoint = list["items"].as_array()?.iter().find(|endpoint| endpoint["online"] == true)?;
            Some(endpoint["id"].as_str()?.to_owned())
        })
        .await
    }

    /// The id of the group that all others stand in.
    ///
    /// # Panics
    /// When there is none.
    pub async fn root_group(&self) -> String {
        let groups = self.ask("GET", "/api/v1/groups", None, 200).await;
        groups["items"][0]["id"].as_str().unwrap_or_else(|| panic!("no group in {groups}")).to_owned()
    }

    /// Puts these rules in force on all endpoints, in the place of those before.
    ///
    /// # Panics
    /// When the server refuses them.
    pub async fn decide(&self, rules: &[Value]) {
        let path = format!("/api/v1/policies/rule_book/{}", self.root_group().await);
        let policy = json!({"inherit": "replace", "value": {"rules": rules}});
        let (status, answer) = self.try_ask("PUT", &path, Some("*"), Some(&policy)).await.expect("the server answers");
        assert_eq!(status, 200, "{answer}");
    }

    /// All events of a kind filter, page by page.
    pub async fn events(&self, filter: &str) -> Vec<Value> {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/events?limit=1000&order=received{filter}{cursor}");
            let page = self.ask("GET", &path, None, 200).await;
            found.extend(page["items"].as_array().into_iter().flatten().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return found,
            }
        }
    }
}
