//! S03: signing in, locking out, and who may not lock himself out. S04: what the audit log says of it.

use serde_json::json;

use crate::harness::{House, PASSWORD, Reply, on_both};

#[test]
fn a_one_time_link_works_once_and_leads_to_a_password() {
    on_both(|house| async move {
        let link = yagura_admins::sign_in_link(house.server.context(), "admin").await.unwrap();
        let body = json!({"token": link.rsplit_once('#').unwrap().1});
        house.ask("POST", "/api/v1/session/link", &[], Some(&body)).await.expect(200);
        let again = house.ask("POST", "/api/v1/session/link", &[], Some(&body)).await.expect(401);
        assert_eq!(again["errors"][0]["code"], "used_or_expired");
        house.first_session().await;
    });
}

#[test]
fn five_wrong_passwords_lock_the_account_and_the_right_one_does_not_open_it() {
    on_both(|house| async move {
        house.first_session().await;
        let sign_in = |password: &str| json!({"name": "admin", "password": password});
        house.ask("POST", "/api/v1/session", &[], Some(&sign_in(PASSWORD))).await.expect(200);
        for _ in 0..5 {
            house.ask("POST", "/api/v1/session", &[], Some(&sign_in("wrong password!"))).await.expect(401);
        }
        let locked = house.ask("POST", "/api/v1/session", &[], Some(&sign_in(PASSWORD))).await.expect(401);
        assert_eq!(locked["errors"][0]["code"], "locked");
        let nobody = json!({"name": "nobody", "password": PASSWORD});
        house.ask("POST", "/api/v1/session", &[], Some(&nobody)).await.expect(401);
    });
}

#[test]
fn another_site_cannot_use_somebody_s_session() {
    on_both(|house| async move {
        let session = house.first_session().await;
        let change = json!({"language": "en"});
        for origin in [&[("origin", "https://evil.example")][..], &[]] {
            let headers = [&[("cookie", session.as_str())], origin].concat();
            house.ask("PATCH", "/api/v1/session/preferences", &headers, Some(&change)).await.expect(403);
        }
        let own = [("cookie", session.as_str()), ("origin", house.origin.as_str())];
        house.ask("PATCH", "/api/v1/session/preferences", &own, Some(&change)).await.expect(204);
    });
}

#[test]
fn the_last_administrator_cannot_be_locked_out() {
    on_both(|house| async move {
        let session = house.first_session().await;
        let own = [("cookie", session.as_str()), ("origin", house.origin.as_str())];
        let admins = house.ask("GET", "/api/v1/admins", &own, None).await.expect(200);
        let me = &admins["items"][0];
        let path = format!("/api/v1/admins/{}", me["id"].as_str().unwrap());
        let etag = me["etag"].as_str().unwrap();
        let headers = [&own[..], &[("if-match", etag)]].concat();
        let wrong = json!({"role": "auditor", "your_password": "wrong password!"});
        let refused = house.ask("PATCH", &path, &headers, Some(&wrong)).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/your_password");
        let demote = json!({"role": "auditor", "your_password": PASSWORD});
        let refused = house.ask("PATCH", &path, &headers, Some(&demote)).await.expect(409);
        assert_eq!(refused["errors"][0]["code"], "last_administrator");
        let disable = json!({"disabled": true, "your_password": PASSWORD});
        house.ask("PATCH", &path, &headers, Some(&disable)).await.expect(422);
        let second =
            json!({"name": "second", "display_name": "Second", "role": "administrator", "your_password": PASSWORD});
        let made = house.ask("POST", "/api/v1/admins", &own, Some(&second)).await.expect(201);
        assert!(made["link"].as_str().unwrap().contains("/sign-in#ygl_"));
        house.ask("PATCH", &path, &headers, Some(&demote)).await.expect(200);
    });
}

#[test]
fn the_audit_log_says_who_changed_what_and_never_a_secret() {
    on_both(|house| async move {
        house.first_session().await;
        let settings = house.admin("GET", "/api/v1/settings", None).await.expect(200);
        let bearer = format!("Bearer {}", house.admin);
        let headers = [("authorization", bearer.as_str()), ("if-match", settings["etag"].as_str().unwrap())];
        let change = json!({"organisation_name": "みなと精機"});
        house.ask("PATCH", "/api/v1/settings", &headers, Some(&change)).await.expect(200);
        let stale = house.ask("PATCH", "/api/v1/settings", &headers, Some(&change)).await.expect(409);
        assert_eq!(stale["code"], "conflict");
        let audit = house.admin("GET", "/api/v1/audit?action=settings.update", None).await.expect(200);
        let row = &audit["items"][0];
        assert_eq!((&row["actor"], &row["before"]["organisation_name"]), (&json!("admin"), &json!("")));
        assert_eq!(row["after"]["organisation_name"], "みなと精機");
        let all = house.admin("GET", "/api/v1/audit", None).await.expect(200).to_string();
        assert!(all.contains("admin.password") && !all.contains(PASSWORD) && !all.contains("ygs_"));
    });
}

/// A second administrator with a password, made by the first one's session; the id and the new one's session.
async fn second(house: &House, first: &str) -> (String, String) {
    let own = [("cookie", first), ("origin", house.origin.as_str())];
    let new = json!({"name": "sato", "display_name": "佐藤", "role": "auditor", "your_password": PASSWORD});
    let made = house.ask("POST", "/api/v1/admins", &own, Some(&new)).await.expect(201);
    let token = made["link"].as_str().unwrap().rsplit_once('#').unwrap().1.to_owned();
    let session = house.ask("POST", "/api/v1/session/link", &[], Some(&json!({"token": token}))).await.session();
    let headers = [("cookie", session.as_str()), ("origin", house.origin.as_str())];
    let chosen = json!({"new": SATOS});
    house.ask("POST", "/api/v1/session/password", &headers, Some(&chosen)).await.expect(204);
    (made["admin"]["id"].as_str().unwrap().to_owned(), session)
}

const SATOS: &str = "staple battery horse";

async fn sign_in(house: &House, password: &str) -> Reply {
    house.ask("POST", "/api/v1/session", &[], Some(&json!({"name": "sato", "password": password}))).await
}

#[test]
fn an_administrator_unlocks_another_one_with_his_own_password_again() {
    on_both(|house| async move {
        let first = house.first_session().await;
        let (id, _) = second(&house, &first).await;
        for _ in 0..5 {
            sign_in(&house, "wrong password!").await.expect(401);
        }
        assert_eq!(sign_in(&house, SATOS).await.expect(401)["errors"][0]["code"], "locked");
        let own = [("cookie", first.as_str()), ("origin", house.origin.as_str())];
        let path = format!("/api/v1/admins/{id}/unlock");
        house.ask("POST", &path, &own, Some(&json!({"your_password": SATOS}))).await.expect(422);
        let unlocked = house.ask("POST", &path, &own, Some(&json!({"your_password": PASSWORD}))).await.expect(200);
        assert!(unlocked["locked_until"].is_null());
        sign_in(&house, SATOS).await.expect(200);
    });
}

#[test]
fn who_is_disabled_is_out_at_once_and_stays_out_until_enabled() {
    on_both(|house| async move {
        let first = house.first_session().await;
        let (id, session) = second(&house, &first).await;
        let theirs = [("cookie", session.as_str()), ("origin", house.origin.as_str())];
        house.ask("GET", "/api/v1/endpoints", &theirs, None).await.expect(200);
        let own = [("cookie", first.as_str()), ("origin", house.origin.as_str()), ("if-match", "*")];
        let path = format!("/api/v1/admins/{id}");
        let set = |disabled: bool| json!({"disabled": disabled, "your_password": PASSWORD});
        house.ask("PATCH", &path, &own, Some(&set(true))).await.expect(200);
        house.ask("GET", "/api/v1/endpoints", &theirs, None).await.expect(401);
        sign_in(&house, SATOS).await.expect(401);
        house.ask("PATCH", &path, &own, Some(&set(false))).await.expect(200);
        sign_in(&house, SATOS).await.expect(200);
    });
}

#[test]
fn a_forced_change_leaves_nothing_open_but_choosing_a_password() {
    on_both(|house| async move {
        let first = house.first_session().await;
        let (id, session) = second(&house, &first).await;
        let own = [("cookie", first.as_str()), ("origin", house.origin.as_str()), ("if-match", "*")];
        let force = json!({"must_change_password": true, "your_password": PASSWORD});
        let path = format!("/api/v1/admins/{id}");
        house.ask("PATCH", &path, &own, Some(&force)).await.expect(200);
        let theirs = [("cookie", session.as_str()), ("origin", house.origin.as_str())];
        let refused = house.ask("GET", "/api/v1/endpoints", &theirs, None).await.expect(403);
        assert_eq!(refused["errors"][0]["code"], "must_change");
        let signed = sign_in(&house, SATOS).await;
        let again = signed.session();
        assert_eq!(signed.expect(200)["admin"]["must_change_password"], true);
        let headers = [("cookie", again.as_str()), ("origin", house.origin.as_str())];
        let change = |current: Option<&str>| json!({"current": current, "new": "another long sentence"});
        house.ask("POST", "/api/v1/session/password", &headers, Some(&change(None))).await.expect(422);
        house.ask("POST", "/api/v1/session/password", &headers, Some(&change(Some(SATOS)))).await.expect(204);
        house.ask("GET", "/api/v1/endpoints", &headers, None).await.expect(200);
        house.ask("GET", "/api/v1/endpoints", &theirs, None).await.expect(401);
    });
}

#[test]
fn one_sees_one_s_own_sessions_and_an_administrator_ends_anybody_s() {
    on_both(|house| async move {
        let first = house.first_session().await;
        let (_, session) = second(&house, &first).await;
        let theirs = [("cookie", session.as_str()), ("origin", house.origin.as_str())];
        let own = [("cookie", first.as_str()), ("origin", house.origin.as_str())];
        let seen = house.ask("GET", "/api/v1/sessions", &theirs, None).await.expect(200);
        assert_eq!((&seen["count"]["value"], &seen["items"][0]["admin_name"]), (&json!(1), &json!("sato")));
        let all = house.ask("GET", "/api/v1/sessions", &own, None).await.expect(200);
        assert_eq!(all["count"]["value"], 2);
        let of = |name: &str| {
            let item = all["items"].as_array().unwrap().iter().find(|item| item["admin_name"] == name).unwrap();
            format!("/api/v1/sessions/{}", item["id"].as_str().unwrap())
        };
        house.ask("DELETE", &of("admin"), &theirs, None).await.expect(404);
        house.ask("DELETE", &of("sato"), &own, None).await.expect(204);
        house.ask("GET", "/api/v1/session", &theirs, None).await.expect(401);
        house.ask("GET", "/api/v1/session", &own, None).await.expect(200);
    });
}
