//! The feature with a session program on a real socket.
#![expect(clippy::unwrap_used, reason = "test helpers")]

use std::{path::Path, sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::time::timeout;
use uuid::Uuid;
use yagura_agent_kit::{
    Answer, Asked, CancellationToken, Choice, CommandError, FeatureCtx, Label, NoLink, NoServer, Question, SignIn,
    TestEnds,
};
use yagura_local::{Client, FromAgent, FromSession};
use yagura_notices::agent::{NoticesPolicy, Places, run_at};
use yagura_vocabulary::{Account, id::NoticeId};

struct Agent {
    ends: Arc<TestEnds<NoticesPolicy>>,
    cancel: CancellationToken,
    task: tokio::task::JoinHandle<()>,
    socket: std::path::PathBuf,
}

impl Agent {
    /// An agent in this folder whose commands wait this long for somebody's screen.
    async fn start(folder: &Path, patience: Duration) -> Self {
        Self::start_with(folder, patience, Arc::new(NoServer)).await
    }

    async fn start_with(folder: &Path, patience: Duration, sign_in: Arc<dyn SignIn>) -> Self {
        let (ctx, ends) = FeatureCtx::for_test(NoticesPolicy {});
        let ctx = FeatureCtx { sign_in, ..ctx };
        let socket = folder.join("agent.sock");
        let places = Places { socket: socket.clone(), folder: folder.join("notices"), patience };
        let cancel = CancellationToken::new();
        let stop = cancel.clone();
        let task = tokio::spawn(async move { run_at(places, ctx, stop).await.expect("the feature runs") });
        while ends.commands.names().is_empty() {
            assert!(!task.is_finished());
            tokio::task::yield_now().await;
        }
        Self { ends: Arc::new(ends), cancel, task, socket }
    }

    async fn session(&self, display: bool) -> Client {
        let mut client = Client::connect(&self.socket).await.unwrap();
        client.send(&FromSession::Hello { display, language: "ja".into() }).await.unwrap();
        client
    }

    fn show(&self, notice: NoticeId) -> tokio::task::JoinHandle<Result<Value, CommandError>> {
        let commands = self.ends.commands.clone();
        let args = json!({"notice_id": notice, "title": "停電のお知らせ", "text": "18時に電源を切ってください。"});
        tokio::spawn(async move { commands.run("notice.show", args).await })
    }

    async fn stop(self) -> Arc<TestEnds<NoticesPolicy>> {
        self.cancel.cancel();
        self.task.await.unwrap();
        self.ends
    }
}

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(50);

async fn given(client: &mut Client) -> (Uuid, NoticeId) {
    let message = timeout(LONG, client.next()).await.expect("in time").unwrap();
    let Some(FromAgent::ShowNotice { id, notice_id, title, text, .. }) = message else { panic!("{message:?}") };
    assert_eq!((title.as_str(), text.as_str()), ("停電のお知らせ", "18時に電源を切ってください。"));
    (id, notice_id)
}

/// The events, oldest first, as kind and notice; all by the account that runs this test.
fn check(ends: Arc<TestEnds<NoticesPolicy>>, expected: &[(&str, NoticeId)]) {
    let mut ends = Arc::into_inner(ends).expect("nobody else holds them");
    let mut found = Vec::new();
    while let Some((_, event)) = ends.events.try_recv() {
        assert_eq!(event.feature, "notices");
        let account = event.account.unwrap();
        assert_eq!(account.id, rustix::process::geteuid().as_raw().to_string());
        assert!(!account.name.is_empty());
        found.push((event.kind, event.body["notice_id"].as_str().unwrap().to_owned()));
    }
    let expected: Vec<_> = expected.iter().map(|(kind, id)| ((*kind).to_owned(), id.to_string())).collect();
    assert_eq!(found, expected);
}

/// Says something and waits until the agent has taken it: it answers a further hello with what it still keeps, and a
/// known last notice shows that everything before it was taken.
async fn settle(agent: &Agent, client: &mut Client) {
    let marker = NoticeId::new();
    let command = agent.show(marker);
    while given(client).await.1 != marker {}
    command.abort();
}

#[tokio::test]
async fn a_notice_is_shown_and_closed() {
    let folder = tempfile::tempdir().unwrap();
    let agent = Agent::start(folder.path(), LONG).await;
    let mut client = agent.session(true).await;
    let notice = NoticeId::new();
    let command = agent.show(notice);
    let (id, notice_id) = given(&mut client).await;
    assert_eq!(notice_id, notice);
    client.send(&FromSession::NoticeShown { id }).await.unwrap();
    assert_eq!(command.await.unwrap(), Ok(json!({"delivery": "shown"})));
    client.send(&FromSession::NoticeClosed { id }).await.unwrap();
    while std::fs::read_dir(folder.path().join("notices")).unwrap().count() > 0 {
        tokio::task::yield_now().await;
    }
    settle(&agent, &mut client).await;
    check(agent.stop().await, &[("notice.shown", notice), ("notice.closed", notice)]);
}

#[tokio::test]
async fn a_notice_waits_for_the_next_session_with_a_display_also_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let agent = Agent::start(folder.path(), SHORT).await;
    let mut blind = agent.session(false).await;
    let notice = NoticeId::new();
    assert_eq!(agent.show(notice).await.unwrap(), Ok(json!({"delivery": "waiting"})));
    // The same person gets a screen.
    blind.send(&FromSession::Hello { display: true, language: "ja".into() }).await.unwrap();
    let (id, notice_id) = given(&mut blind).await;
    assert_eq!(notice_id, notice);
    drop(blind);
    check(agent.stop().await, &[]);

    let agent = Agent::start(folder.path(), SHORT).await;
    let mut client = agent.session(true).await;
    assert_eq!(given(&mut client).await, (id, notice));
    client.send(&FromSession::NoticeShown { id }).await.unwrap();
    settle(&agent, &mut client).await;
    // Closing it, and nothing before, takes it off the disk.
    let kept = folder.path().join("notices").join(format!("{notice}.json"));
    assert!(kept.exists());
    client.send(&FromSession::NoticeClosed { id }).await.unwrap();
    settle(&agent, &mut client).await;
    assert!(!kept.exists());
    check(agent.stop().await, &[("notice.shown", notice), ("notice.closed", notice)]);
}

#[tokio::test]
async fn a_notice_sent_twice_is_kept_once_and_known_to_be_shown() {
    let folder = tempfile::tempdir().unwrap();
    let agent = Agent::start(folder.path(), LONG).await;
    let mut client = agent.session(true).await;
    let notice = NoticeId::new();
    let command = agent.show(notice);
    let (id, _) = given(&mut client).await;
    client.send(&FromSession::NoticeShown { id }).await.unwrap();
    assert!(command.await.unwrap().is_ok());
    assert_eq!(agent.show(notice).await.unwrap(), Ok(json!({"delivery": "shown"})));
    assert_eq!(given(&mut client).await, (id, notice));
}

#[tokio::test]
async fn a_session_cannot_tell_of_what_it_was_not_given() {
    let folder = tempfile::tempdir().unwrap();
    let agent = Agent::start(folder.path(), SHORT).await;
    let notice = NoticeId::new();
    assert!(agent.show(notice).await.unwrap().is_ok());
    let mut client = agent.session(false).await;
    client.send(&FromSession::NoticeClosed { id: Uuid::from_u128(1) }).await.unwrap();
    client.send(&FromSession::Hello { display: true, language: "en".into() }).await.unwrap();
    assert_eq!(given(&mut client).await.1, notice);
    check(agent.stop().await, &[]);
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let agent = Agent::start(folder.path(), SHORT).await;
    let answer = agent.ends.commands.run("notice.show", json!({"title": "x", "text": "y"})).await;
    assert!(matches!(answer, Err(CommandError::Arguments(_))), "{answer:?}");
    // What no message can carry must not be kept either: it would end every session that is given it.
    let args = json!({"notice_id": NoticeId::new(), "title": "x", "text": "y".repeat(300_000)});
    let answer = agent.ends.commands.run("notice.show", args).await;
    assert!(matches!(answer, Err(CommandError::Arguments(_))), "{answer:?}");
    assert_eq!(std::fs::read_dir(folder.path().join("notices")).unwrap().count(), 0);
}

/// Remembers for whom a link was asked.
#[derive(Debug, Default)]
struct Links(std::sync::Mutex<Vec<(Account, Option<String>)>>);

#[async_trait::async_trait]
impl SignIn for Links {
    async fn link(&self, account: Account, page: Option<&str>) -> Result<String, NoLink> {
        self.0.lock().unwrap().push((account, page.map(str::to_owned)));
        Ok("https://yagura.example/sign-in#yge_1".to_owned())
    }
}

#[tokio::test]
async fn whoever_asks_for_their_pages_is_who_the_kernel_says() {
    let folder = tempfile::tempdir().unwrap();
    let links = Arc::new(Links::default());
    let agent = Agent::start_with(folder.path(), SHORT, Arc::clone(&links) as Arc<dyn SignIn>).await;
    let mut session = agent.session(false).await;
    session.send(&FromSession::ShowMine).await.unwrap();
    let answer = timeout(LONG, session.next()).await.expect("in time").unwrap();
    assert_eq!(answer, Some(FromAgent::OpenLink { url: "https://yagura.example/sign-in#yge_1".into() }));
    let asked = links.0.lock().unwrap().clone();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].0.id, rustix::process::geteuid().as_raw().to_string());
    assert_eq!(asked[0].1, None);
    agent.stop().await;
}

#[tokio::test]
async fn a_notice_leads_to_its_page_and_is_shown_to_those_only_for_whom_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let links = Arc::new(Links::default());
    let agent = Agent::start_with(folder.path(), SHORT, Arc::clone(&links) as Arc<dyn SignIn>).await;
    let mine = rustix::process::geteuid().as_raw();
    let show = |notice: NoticeId, uid: u32| {
        let action = json!({"page": "/me/surveys/1", "ja": "回答する", "en": "Answer"});
        let args = json!({"notice_id": notice, "title": "停電のお知らせ", "text": "18時に電源を切ってください。",
            "action": action, "accounts": [uid.to_string()]});
        let commands = agent.ends.commands.clone();
        async move { commands.run("notice.show", args).await.unwrap() }
    };
    show(NoticeId::new(), mine + 1).await;
    let own = NoticeId::new();
    show(own, mine).await;
    let mut session = agent.session(true).await;
    let message = timeout(LONG, session.next()).await.expect("in time").unwrap();
    let Some(FromAgent::ShowNotice { id, notice_id, action, .. }) = message else { panic!("{message:?}") };
    assert_eq!((notice_id, action.unwrap().ja.as_str()), (own, "回答する"), "another person's is not shown");
    // A page of what it was not given is not opened: the one answer is to the second.
    session.send(&FromSession::OpenPage { id: Uuid::from_u128(1) }).await.unwrap();
    session.send(&FromSession::OpenPage { id }).await.unwrap();
    let answer = timeout(LONG, session.next()).await.expect("in time").unwrap();
    assert!(matches!(answer, Some(FromAgent::OpenLink { .. })), "{answer:?}");
    let pages: Vec<_> = links.0.lock().unwrap().iter().map(|(_, page)| page.clone()).collect();
    assert_eq!(pages, [Some("/me/surveys/1".to_owned())]);
    agent.stop().await;
}

#[tokio::test]
async fn without_a_server_the_person_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let agent = Agent::start(folder.path(), SHORT).await;
    let mut session = agent.session(true).await;
    session.send(&FromSession::ShowMine).await.unwrap();
    let answer = timeout(LONG, session.next()).await.expect("in time").unwrap();
    assert!(matches!(answer, Some(FromAgent::NoLink { .. })), "{answer:?}");
    agent.stop().await;
}

fn warning(account: u32, subject: &str) -> yagura_agent_kit::Warning {
    yagura_agent_kit::Warning {
        account: account.to_string(),
        prohibited: false,
        class: "removable_write".into(),
        rule: "持ち出し".into(),
        subject: subject.into(),
        text: None,
        at: yagura_vocabulary::Time::from_seconds(0),
    }
}

#[tokio::test]
async fn a_warning_reaches_the_person_whose_act_it_was_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let agent = Agent::start(folder.path(), LONG).await;
    let mut client = agent.session(true).await;
    let mine = rustix::process::geteuid().as_raw();
    // The session has said hello once a notice has come to it.
    let notice = NoticeId::new();
    let shown = agent.show(notice);
    let (id, _) = given(&mut client).await;
    client.send(&FromSession::NoticeShown { id }).await.unwrap();
    shown.await.unwrap().unwrap();

    assert!(agent.ends.warnings.show(warning(mine + 1, "another person's")));
    assert!(agent.ends.warnings.show(warning(mine, "/media/usb/見積.xlsx")));
    let message = timeout(LONG, client.next()).await.expect("in time").unwrap();
    let Some(FromAgent::ShowWarning { id, subject, rule, .. }) = message else { panic!("{message:?}") };
    assert_eq!((subject.as_str(), rule.as_str()), ("/media/usb/見積.xlsx", "持ち出し"));
    client.send(&FromSession::NoticeShown { id }).await.unwrap();
    let ended = client.send(&FromSession::NoticeClosed { id }).await;
    ended.unwrap();
    // What was said before this is known to be heard once the answer to it is there.
    client.send(&FromSession::ShowMine).await.unwrap();
    assert!(matches!(timeout(LONG, client.next()).await.unwrap().unwrap(), Some(FromAgent::NoLink { .. })));
    let mut ends = Arc::into_inner(agent.stop().await).expect("nobody else holds them");
    let mut kinds = Vec::new();
    while let Some((_, event)) = ends.events.try_recv() {
        kinds.push(event.kind);
    }
    assert_eq!(kinds, ["notice.shown", "warning.shown"]);
}

#[tokio::test]
async fn a_question_stands_on_every_screen_until_it_is_withdrawn_and_its_answers_name_the_account_of_the_kernel() {
    let folder = tempfile::tempdir().unwrap();
    let agent = Agent::start(folder.path(), SHORT).await;
    let mut here = agent.session(true).await;
    let marker = NoticeId::new();
    agent.show(marker).await.unwrap().unwrap();
    assert_eq!(given(&mut here).await.1, marker, "the session is known");
    let (answers, mut answered) = tokio::sync::mpsc::channel(8);
    let label = |text: &str| Label { ja: text.into(), en: text.into() };
    let question = Question {
        id: Uuid::now_v7(),
        title: label("restart"),
        text: label("save"),
        until: yagura_vocabulary::Time::from_seconds(0),
        now: label("now"),
        later: Some(label("later")),
        answers,
    };
    let id = question.id;
    assert!(agent.ends.questions.put(Asked::Ask(Box::new(question))));
    let message = timeout(LONG, here.next()).await.expect("in time").unwrap();
    assert!(matches!(message, Some(FromAgent::Ask { id: of, .. }) if of == id), "{message:?}");
    // Whoever comes later is asked as well, behind the notice that waits.
    let mut later = agent.session(true).await;
    assert_eq!(given(&mut later).await.1, marker);
    let message = timeout(LONG, later.next()).await.expect("in time").unwrap();
    assert!(matches!(message, Some(FromAgent::Ask { .. })), "{message:?}");
    let uid = rustix::process::geteuid().as_raw();
    for (said, choice) in [
        (FromSession::NoticeShown { id }, Choice::Shown),
        (FromSession::Answered { id, later: true }, Choice::Later),
        (FromSession::Answered { id, later: false }, Choice::Now),
    ] {
        here.send(&said).await.unwrap();
        assert_eq!(timeout(LONG, answered.recv()).await.unwrap(), Some(Answer { id, uid, choice }));
    }
    assert!(agent.ends.questions.put(Asked::Withdraw(id)));
    let message = timeout(LONG, here.next()).await.expect("in time").unwrap();
    assert_eq!(message, Some(FromAgent::Withdraw { id }));
    here.send(&FromSession::Answered { id, later: false }).await.unwrap();
    settle(&agent, &mut here).await;
    assert!(answered.try_recv().is_err(), "an answer to what is over says nothing");
    agent.stop().await;
}
