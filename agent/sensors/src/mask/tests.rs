use proptest::prelude::*;

use super::*;

fn masked(line: &[&str]) -> String {
    let mut words: Vec<String> = line.iter().map(ToString::to_string).collect();
    arguments(&mut words);
    words.join(" ")
}

fn check(line: &[&str], expected: &str) {
    assert_eq!(masked(line), expected);
    assert!(!masked(line).contains("hunter2"), "{line:?}");
}

#[test]
fn an_option_with_a_secret_name_loses_its_value() {
    check(&["app", "--password=hunter2", "-v"], "app --password=*** -v");
    check(&["app", "--db-password", "hunter2", "-v"], "app --db-password *** -v");
    check(&["app", "--token", "two words hunter2"], "app --token ***");
    check(&["app", "--password", "--verbose"], "app --password --verbose");
}

#[test]
fn options_of_known_programs_lose_their_secret() {
    check(&["/usr/bin/mysql", "-u", "root", "-phunter2", "db"], "/usr/bin/mysql -u root -p*** db");
    check(&["sudo", "mysqldump", "-phunter2"], "sudo mysqldump -p***");
    check(&["sshpass", "-p", "hunter2", "ssh", "-p", "22", "host"], "sshpass -p *** ssh -p *** host");
    check(&["curl", "-u", "tanaka:hunter2", "https://a.example"], "curl -u tanaka:*** https://a.example");
    check(&["curl", "--user", "tanaka:hunter2"], "curl --user tanaka:***");
    check(&["smbclient", "-U", "tanaka%hunter2", "//s/d"], "smbclient -U tanaka%*** //s/d");
    check(&["redis-cli", "-a", "hunter2", "ping"], "redis-cli -a *** ping");
    check(&["xfreerdp", "/u:tanaka", "/p:hunter2"], "xfreerdp /u:tanaka /p:***");
    check(&["7z", "a", "-phunter2", "x.7z"], "7z a -p*** x.7z");
}

#[test]
fn the_same_letters_of_other_programs_are_left_alone() {
    for line in [
        &["mkdir", "-p", "/srv/a"][..],
        &["ssh", "-p", "2222", "host"],
        &["mysql", "-p", "db"],
        &["cp", "-a", "x", "y"],
    ] {
        assert_eq!(masked(line), line.join(" "));
    }
}

#[test]
fn a_command_inside_an_argument_is_masked_too() {
    check(&["sh", "-c", "mysql -phunter2 db && mkdir -p /srv"], "sh -c mysql -p*** db && mkdir -p /srv");
    check(&["sh", "-c", "PGPASSWORD=hunter2 psql -h db"], "sh -c PGPASSWORD=*** psql -h db");
    check(&["sh", "-c", "app --password hunter2 -v"], "sh -c app --password *** -v");
}

#[test]
fn values_with_secret_names_are_masked_wherever_they_stand() {
    check(&["env", "API_KEY=hunter2", "app"], "env API_KEY=*** app");
    check(&["app", "Server=db;User=sa;Pwd=hunter2;App=x"], "app Server=db;User=sa;Pwd=***;App=x");
    check(&["app", "password=\"hunter2 x\" next"], "app password=\"***\" next");
    check(&["curl", "-d", r#"{"user":"a","password":"hunter2"}"#], r#"curl -d {"user":"a","password":"***"}"#);
    check(
        &["curl", "https://a.example/?q=1&access_token=hunter2&z=2"],
        "curl https://a.example/?q=1&access_token=***&z=2",
    );
}

#[test]
fn a_sign_in_link_of_our_own_loses_its_secret() {
    check(
        &["xdg-open", "https://yagura.example/sign-in#yge_hunter2aaaaaaaaaaaaaaaaaaaaaaaaaa"],
        "xdg-open https://yagura.example/sign-in#***",
    );
    check(
        &["xdg-open", "https://yagura.example/sign-in?to=/me/surveys/0192f0c1#yge_hunter2aaaaaaaaaaaaaaaaaaaaaaaaaa"],
        "xdg-open https://yagura.example/sign-in?to=/me/surveys/0192f0c1#***",
    );
}

#[test]
fn urls_and_headers_lose_their_credentials() {
    check(
        &["git", "clone", "https://tanaka:hunter2@git.example/a.git"],
        "git clone https://tanaka:***@git.example/a.git",
    );
    check(&["curl", "-H", "Authorization: Basic hunter2"], "curl -H Authorization: ***");
    check(&["curl", "-H", "X-Api-Key: hunter2"], "curl -H X-Api-Key: ***");
    check(
        &["sh", "-c", "curl -H 'Authorization: Bearer hunter2' https://a"],
        "sh -c curl -H 'Authorization: ***' https://a",
    );
}

#[test]
fn tokens_are_known_by_their_shape() {
    let web = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0YW5ha2EifQ.c2lnbmF0dXJlLWhlcmU";
    assert_eq!(masked(&["app", web]), "app ***");
    assert_eq!(masked(&["app", "AKIAIOSFODNN7EXAMPLE"]), "app ***");
    assert_eq!(masked(&["app", "ghp_abcdefghijklmnopqrstuvwxyz0123456789"]), "app ***");
    check(
        &["app", "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----"],
        "app -----BEGIN PRIVATE KEY-----***-----END PRIVATE KEY-----",
    );
}

#[test]
fn ordinary_commands_stay_as_they_are() {
    for line in [
        &["cat", "/etc/passwd"][..],
        &["passwd", "tanaka"],
        &["env", "PWD=/home/tanaka", "OLDPWD=/tmp"],
        &["git", "commit", "-m", "parser: a token: is a word"],
        &["app", "--password-file=/etc/app/secret"],
        &["rsync", "-a", "host:/srv/data", "/backup"],
        &["表計算", "/home/田中/会計 2026.ods"],
        &["cc", "-DX=1", "-o", "compass", "a==b"],
    ] {
        assert_eq!(masked(line), line.join(" "));
    }
}

/// Words that steer the masking, mixed with anything.
fn word() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("--password"),
        Just("password"),
        Just("="),
        Just(":"),
        Just("\""),
        Just("'"),
        Just("\\"),
        Just(" "),
        Just("@"),
        Just("://"),
        Just("mysql"),
        Just("-p"),
        Just("curl"),
        Just("-u"),
        Just("Authorization:"),
        Just("bearer "),
        Just("***"),
        Just("eyJ"),
        Just("."),
        Just(";"),
        Just("&&"),
        Just("表"),
        Just("x"),
        Just("api-key"),
        Just("-----BEGIN PRIVATE KEY-----"),
        Just("\n"),
        Just("-"),
        Just("sshpass"),
        Just("-----END")
    ];
    prop_oneof![
        4 => proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
    ]
}

proptest! {
    #[test]
    fn masking_twice_is_masking_once(words in proptest::collection::vec(word(), 0..6)) {
        let mut once = words;
        arguments(&mut once);
        let mut twice = once.clone();
        let again = arguments(&mut twice);
        prop_assert_eq!(&once, &twice);
        prop_assert!(!again);
    }

    #[test]
    fn a_text_masked_twice_is_masked_once(line in word()) {
        let once = text(&line).into_owned();
        prop_assert_eq!(text(&once), once.as_str());
    }

    #[test]
    fn paths_pass_unchanged(path in "(/[a-z0-9_][a-z0-9_.-]{0,12}){1,6}") {
        prop_assert_eq!(masked(&["cat", &path]), format!("cat {path}"));
    }

    #[test]
    fn a_secret_never_survives_its_option(secret in "[A-Za-z0-9!#%+/_]{4,20}Q9") {
        for line in [vec!["mysql".to_owned(), format!("-p{secret}")], vec!["a".to_owned(), format!("--api-key={secret}")],
            vec!["a".to_owned(), "--secret".to_owned(), secret.clone()], vec!["sh".to_owned(), "-c".to_owned(), format!("TOKEN={secret} run")]]
        {
            let words: Vec<&str> = line.iter().map(String::as_str).collect();
            prop_assert!(!masked(&words).contains("Q9"), "{:?}", words);
        }
    }
}
