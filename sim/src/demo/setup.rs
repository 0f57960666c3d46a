//! What an administrator would have set up.

use std::collections::HashMap;

use anyhow::Context as _;
use http::Method;
use serde_json::{Value, json};
use yagura_channel::wire::enrol::Token;
use yagura_vocabulary::{Clock as _, SystemClock, Time};

use super::api::Api;
use crate::{
    office::{DEPARTMENTS, desk},
    people::person,
};

/// Every department and what it lies in, the outermost first.
const PLACES: [&[&str]; 7] = [
    &["本社", "営業部", "営業一課"],
    &["本社", "営業部", "営業二課"],
    &["本社", "管理部", "経理課"],
    &["本社", "管理部", "総務課"],
    &["本社", "管理部", "人事課"],
    &["工場", "開発課"],
    &["工場", "製造課"],
];

/// The groups of the office.
pub(super) struct Groups {
    root: String,
    /// Path below the root to id.
    by_path: HashMap<String, String>,
}

impl Groups {
    fn of(&self, department: usize) -> anyhow::Result<&str> {
        let path = PLACES[department].join("/");
        self.by_path.get(&path).map(String::as_str).with_context(|| format!("there is no group {path}"))
    }
}

/// Makes the departments, unless they are there.
pub(super) async fn groups(api: &Api) -> anyhow::Result<Groups> {
    let there = api.list("/api/v1/groups").await?;
    let text = |group: &Value, name: &str| group[name].as_str().unwrap_or_default().to_owned();
    let root = there.iter().find(|group| group["parent_id"].is_null()).context("the server has no root group")?;
    let (root, root_path) = (text(root, "id"), text(root, "path"));
    let mut by_path: HashMap<String, String> = there
        .iter()
        .filter_map(|group| {
            let path = text(group, "path");
            Some((path.strip_prefix(&root_path)?.trim_matches('/').to_owned(), text(group, "id")))
        })
        .collect();
    for place in PLACES {
        let (mut parent, mut path) = (root.clone(), String::new());
        for name in place {
            path = if path.is_empty() { (*name).to_owned() } else { format!("{path}/{name}") };
            parent = match by_path.get(&path) {
                Some(known) => known.clone(),
                None => {
                    let new = json!({"name": name, "parent_id": parent, "kind": "fixed"});
                    let made = api.send(Method::POST, "/api/v1/groups", &new).await?;
                    let id = text(&made, "id");
                    by_path.insert(path.clone(), id.clone());
                    id
                }
            };
        }
    }
    let old = json!({"name": "Windows 10 が残る端末", "parent_id": root, "kind": "query", "query": "os_name:22H2"});
    api.send(Method::POST, "/api/v1/groups", &old).await?;
    Ok(Groups { root, by_path })
}

/// Brings the people in as a personnel department would: by a CSV file.
pub(super) async fn people(api: &Api, endpoints: u32) -> anyhow::Result<()> {
    let mut csv = String::from("社員番号,氏名,カナ,メール,部署\n");
    for n in 0..endpoints {
        let person = person(n);
        let department = DEPARTMENTS[n as usize % DEPARTMENTS.len()].1;
        let (number, name, kana, login) = (person.employee_number, person.name, person.kana, person.login);
        csv.push_str(&format!("{number},{name},{kana},{login}@minato.example.jp,{department}\n"));
    }
    api.upload("/api/v1/people/import", "text/csv", csv.into()).await?;
    Ok(())
}

/// Decides a few policies, one of them anew, so that there is something to compare and a roll-out under way.
pub(super) async fn policies(api: &Api, groups: &Groups) -> anyhow::Result<()> {
    let log = format!("/api/v1/policies/operation_log/{}", groups.root);
    let exclude = |name: &str, image: &str| json!({"name": name, "image": image});
    let first = exclude("更新プログラムの確認", r"C:\Windows\System32\wuauclt.exe");
    let second = exclude("検索インデックス", r"C:\Windows\System32\SearchIndexer.exe");
    let decided = json!({
        "inherit": "replace", "comment": "まずは記録だけで始める",
        "value": {"processes": {"record": true, "record_exit": true, "hash": true, "exclude": [first.clone()]}},
    });
    api.send(Method::PUT, &log, &decided).await?;
    let anew = json!({
        "inherit": "replace", "comment": "検索インデックスの記録が多すぎるため除く",
        "value": {"processes": {"record": true, "record_exit": true, "hash": true, "exclude": [first, second]}},
        "rings": [
            {"percent": 10, "wait_s": 86_400}, {"percent": 50, "wait_s": 2 * 86_400}, {"percent": 100, "wait_s": 0},
        ],
    });
    api.send(Method::PUT, &log, &anew).await?;
    let factory = groups.of(5)?;
    let adds = json!({
        "inherit": "add", "comment": "開発ツールの子プロセスは記録しない",
        "value": {"processes": {"exclude": [exclude("ビルド", r"C:\Program Files\LLVM\bin\**")]}},
    });
    api.send(Method::PUT, &format!("/api/v1/policies/operation_log/{factory}"), &adds).await?;
    Ok(())
}

/// An enrolment token for each department, in the order of desks.
pub(super) async fn tokens(api: &Api, groups: &Groups) -> anyhow::Result<Vec<Token>> {
    let mut tokens = Vec::new();
    for (n, (_, name)) in DEPARTMENTS.iter().enumerate() {
        let new = json!({
            "label": format!("{name}の端末"), "group_id": groups.of(n)?, "expires_in_s": 30 * 86_400, "needs_approval": false,
        });
        let made = api.send(Method::POST, "/api/v1/enrolment-tokens", &new).await?;
        tokens.push(made["secret"].as_str().unwrap_or_default().parse()?);
    }
    Ok(tokens)
}

/// Says whose accounts and machines these are.
pub(super) async fn who_works_where(api: &Api, endpoints: u32) -> anyhow::Result<()> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let people: HashMap<String, String> = api
        .list("/api/v1/people")
        .await?
        .iter()
        .map(|person| (text(&person["employee_number"]), text(&person["id"])))
        .collect();
    let at: HashMap<String, String> =
        (0..endpoints).map(|n| (desk(0, n, Time::from_seconds(0)).hostname, person(n).employee_number)).collect();
    for account in api.list("/api/v1/accounts").await? {
        let owner = at.get(&text(&account["endpoint"]["hostname"])).and_then(|number| people.get(number));
        let Some(owner) = owner.filter(|_| account["person"].is_null()) else { continue };
        let path = format!("/api/v1/accounts/{}/person", text(&account["id"]));
        api.send(Method::PUT, &path, &json!({"person_id": owner})).await?;
    }
    for endpoint in api.list("/api/v1/endpoints").await? {
        let owner = at.get(&text(&endpoint["hostname"])).and_then(|number| people.get(number));
        let Some(owner) = owner.filter(|_| endpoint["primary_user"].is_null()) else { continue };
        let path = format!("/api/v1/endpoints/{}", text(&endpoint["id"]));
        api.send(Method::PATCH, &path, &json!({"primary_user_id": owner})).await?;
    }
    Ok(())
}

/// Orders, a notice and a permission for a time.
pub(super) async fn orders(api: &Api, groups: &Groups) -> anyhow::Result<()> {
    let all = api.list("/api/v1/endpoints").await?;
    let some: Vec<&Value> =
        all.iter().filter(|endpoint| endpoint["hostname"] != "").map(|e| &e["id"]).take(12).collect();
    let refresh = json!({"name": "inventory.refresh", "endpoints": some});
    api.send(Method::POST, "/api/v1/commands", &refresh).await?;
    let notice = json!({
        "title": "金曜日 18 時から社内ネットワークを止めます", "group_id": groups.of(0)?,
        "text": "機器の入れ替えのため、金曜日 18 時から 19 時まで共有フォルダーと勤怠管理が使えません。",
    });
    api.send(Method::POST, "/api/v1/notices", &notice).await?;
    let people = api.list("/api/v1/people").await?;
    let Some(person) = people.first() else { return Ok(()) };
    let in_three_days = Time::from_seconds(SystemClock.now().seconds() + 3 * 86_400);
    let grant = json!({
        "feature": "operation_log", "scope": {"person_id": person["id"]}, "reason": "研修用の録画のため、終了の記録を止める",
        "value": {"processes": {"record_exit": false}}, "expires_at": in_three_days,
    });
    api.send(Method::POST, "/api/v1/grants", &grant).await?;
    Ok(())
}
