//! Between the agent and the screen: notices in, what became of them out.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::tz::TimeZone;
use tokio::{
    sync::mpsc,
    time::{interval, sleep},
};
use uuid::Uuid;
use yagura_local::{Client, Error, FromAgent, FromSession, desktop::Seen, for_session};
use yagura_vocabulary::{Clock as _, SystemClock};

use crate::{
    Around, Fonts, Kind, Language, Notice, Pressed, browser, check_display, desktop::Watching, over::Over, show, shown,
};

/// The first pause before the agent is tried again; each next one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// So many warnings stand on the screen at a time; a minute brings three at most.
const WARNINGS: u16 = 3;
/// How often a missing display is looked for.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// How the program was started.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The agent's socket, where it is not in its usual place.
    pub socket: Option<PathBuf>,
    /// End when the first notice was closed and the agent knows it.
    pub once: bool,
    /// Open what is recorded about the person, and end.
    pub mine: bool,
}

/// What became of a notice.
enum Outcome {
    Shown,
    Closed,
    /// The person answered a question.
    Answered {
        later: bool,
    },
    /// The display would not have it.
    Failed,
    /// Still on the screen; the person wants to see what is recorded about them.
    ShowMine,
    /// Still on the screen; the person wants to open the page that it leads to.
    OpenPage,
}

struct Desktop {
    language: Language,
    zone: TimeZone,
    display: bool,
    /// To the screen, one after another.
    notices: std::sync::mpsc::Sender<Notice>,
    /// To the screen, some at a time: they are to be read at once.
    warnings: std::sync::mpsc::Sender<Notice>,
    /// To the screen at once, whatever else stands there: their time runs.
    questions: std::sync::mpsc::Sender<Notice>,
    /// Questions that the agent took back.
    over: Over,
    outcomes: mpsc::UnboundedReceiver<(Uuid, Outcome)>,
    /// In the queue or on the screen.
    held: HashSet<Uuid>,
    on_screen: HashSet<Uuid>,
    /// Questions among them.
    asked: HashSet<Uuid>,
    /// Closed in this run: the agent may not have heard of it.
    closed: HashSet<Uuid>,
    once: bool,
}

/// Serves the person until the program is ended, or as long as the options say.
///
/// # Errors
/// When the thread of the screen cannot be started, or a page was asked for and there is none.
pub async fn run(options: Options) -> std::io::Result<()> {
    if options.mine {
        return show_mine(&options.socket.unwrap_or_else(for_session)).await;
    }
    let mut desktop = Desktop::start(options.once)?;
    let (mut pause, mut told) = (FIRST_PAUSE, false);
    loop {
        let path = options.socket.clone().unwrap_or_else(for_session);
        let reason = match Client::connect(&path).await {
            Ok(mut agent) => {
                (pause, told) = (FIRST_PAUSE, false);
                let ended = desktop.serve(&mut agent).await;
                // An agent that comes back asks anew.
                desktop.asked.drain().for_each(|id| desktop.over.set(id));
                match ended {
                    Ok(Ended::Done) => return Ok(()),
                    Ok(Ended::AgentGone) => "it ended the connection".to_owned(),
                    Err(error) => error.to_string(),
                }
            }
            Err(error) => error.to_string(),
        };
        if !told {
            tracing::warn!(reason, "no connection to the agent; it is tried again");
            told = true;
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Opens the person's own pages in their browser.
async fn show_mine(socket: &Path) -> std::io::Result<()> {
    let no = |reason: String| std::io::Error::other(format!("what is recorded cannot be shown now: {reason}"));
    let mut agent = Client::connect(socket).await.map_err(|error| no(error.to_string()))?;
    agent.send(&FromSession::ShowMine).await.map_err(|error| no(error.to_string()))?;
    loop {
        match agent.next().await.map_err(|error| no(error.to_string()))? {
            Some(FromAgent::OpenLink { url }) => return browser::open(&url).await,
            Some(FromAgent::NoLink { reason }) => return Err(no(reason)),
            Some(_) => {}
            None => return Err(no("the agent ended the connection".to_owned())),
        }
    }
}

/// Threads that show what comes out of one queue, one window each, each at a place of its own.
fn screens(
    language: Language,
    tell: &mpsc::UnboundedSender<(Uuid, Outcome)>,
    over: &Over,
    places: impl IntoIterator<Item = u16>,
) -> std::io::Result<std::sync::mpsc::Sender<Notice>> {
    let (queue, notices) = std::sync::mpsc::channel::<Notice>();
    let notices = Arc::new(Mutex::new(notices));
    for place in places {
        let (notices, tell, over) = (Arc::clone(&notices), tell.clone(), over.clone());
        std::thread::Builder::new().name(format!("screen-{place}")).spawn(move || {
            loop {
                let next = notices.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok(notice) = next else { return };
                // Fonts are looked for anew: what has been idle for days should hold no memory.
                let fonts = Fonts::of_system();
                let id = notice.id;
                // Without a listener this thread ends below.
                let shown = || drop(tell.send((id, Outcome::Shown)));
                let leads = notice.action.is_some();
                let mine = || drop(tell.send((id, if leads { Outcome::OpenPage } else { Outcome::ShowMine })));
                let (over, now) = (|patience| over.wait(id, patience), || SystemClock.now());
                let around = Around { shown: &shown, mine: &mine, over: &over, now: &now };
                let outcome = match show(&fonts, &notice, language, place, &around) {
                    Ok(Pressed::Close) => Outcome::Closed,
                    Ok(Pressed::Now) => Outcome::Answered { later: false },
                    Ok(Pressed::Later) => Outcome::Answered { later: true },
                    Err(error) => {
                        tracing::warn!(%error, "a notice could not be shown");
                        Outcome::Failed
                    }
                };
                if tell.send((id, outcome)).is_err() {
                    return;
                }
            }
        })?;
    }
    Ok(queue)
}

enum Ended {
    AgentGone,
    Done,
}

impl Desktop {
    fn start(once: bool) -> std::io::Result<Self> {
        let language = Language::of_environment();
        let (tell, outcomes) = mpsc::unbounded_channel();
        let over = Over::default();
        let notices = screens(language, &tell, &over, 0..1)?;
        let warnings = screens(language, &tell, &over, 1..=WARNINGS)?;
        let questions = screens(language, &tell, &over, [WARNINGS + 1])?;
        let (held, on_screen, closed) = (HashSet::new(), HashSet::new(), HashSet::new());
        let zone = TimeZone::system();
        Ok(Self {
            language,
            zone,
            display: true,
            notices,
            warnings,
            questions,
            over,
            outcomes,
            held,
            on_screen,
            asked: HashSet::new(),
            closed,
            once,
        })
    }

    async fn serve(&mut self, agent: &mut Client) -> Result<Ended, Error> {
        self.look().await;
        agent.send(&self.hello()).await?;
        let mut ticks = interval(LOOK_EVERY);
        ticks.tick().await;
        // It ends with the connection: whom nobody listens to has nothing to look at.
        let mut watching: Option<Watching> = None;
        loop {
            let seen = async {
                match &mut watching {
                    Some(watching) => watching.next().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                seen = seen => match seen {
                    Some(seen) => {
                        // What it says is the person's own; that something was told is enough here.
                        let window = if let Seen::Active { window, .. } = &seen { window.as_ref().map(|window| window.id) } else { None };
                        agent.send(&FromSession::Desktop(seen)).await?;
                        tracing::debug!(window, "the agent was told what is on the screen");
                    }
                    None => watching = None,
                },
                message = agent.next() => match message? {
                    Some(
                        message @ (FromAgent::ShowNotice { .. }
                        | FromAgent::ShowWarning { .. }
                        | FromAgent::ShowBundle { .. }
                        | FromAgent::Ask { .. }),
                    ) => {
                        if let Some(notice) = shown::notice(message, self.language, &self.zone) {
                            self.take(notice, agent).await?;
                        }
                    }
                    Some(FromAgent::OpenLink { url }) => {
                        tokio::spawn(async move {
                            if let Err(error) = browser::open(&url).await {
                                tracing::warn!(%error, "the person's pages were not opened");
                            }
                        });
                    }
                    Some(FromAgent::NoLink { reason }) => {
                        tracing::warn!(reason, "the person's pages cannot be opened now");
                        self.say_no_page();
                    }
                    Some(FromAgent::WatchDesktop { watch }) => {
                        // The old one first: two would tell everything twice.
                        watching = None;
                        if let Some(watch) = watch.filter(|_| !self.once) {
                            watching = Watching::start(watch)
                                .inspect_err(|error| tracing::error!(%error, "the desktop is not watched"))
                                .ok();
                        }
                    }
                    Some(FromAgent::Withdraw { id }) => {
                        self.asked.remove(&id);
                        self.over.set(id);
                    }
                    Some(FromAgent::Unknown) => {}
                    None => return Ok(Ended::AgentGone),
                },
                Some((id, outcome)) = self.outcomes.recv() => {
                    self.note(id, outcome, agent).await?;
                    if self.once && self.closed.contains(&id) {
                        return Ok(Ended::Done);
                    }
                }
                _ = ticks.tick(), if !self.display => {
                    self.look().await;
                    if self.display {
                        agent.send(&self.hello()).await?;
                    }
                }
            }
        }
    }

    fn hello(&self) -> FromSession {
        FromSession::Hello { display: self.display, language: self.language.code().to_owned() }
    }

    /// Looks whether there is a display; says so when that changed.
    async fn look(&mut self) {
        let found = tokio::task::spawn_blocking(check_display).await;
        let reason = match found {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(error) => Some(error.to_string()),
        };
        match &reason {
            Some(reason) if self.display => tracing::warn!(reason, "notices wait: nothing can be shown here"),
            None if !self.display => tracing::info!("there is a display now"),
            _ => {}
        }
        self.display = reason.is_none();
    }

    /// Queues a notice; one that the agent gives again, as after it started anew, is only told of again.
    async fn take(&mut self, notice: Notice, agent: &mut Client) -> Result<(), Error> {
        let id = notice.id;
        if self.closed.contains(&id) || self.on_screen.contains(&id) {
            agent.send(&FromSession::NoticeShown { id }).await?;
        }
        if self.closed.contains(&id) {
            return agent.send(&FromSession::NoticeClosed { id }).await;
        }
        let queue = match notice.kind {
            Kind::Notice => &self.notices,
            Kind::Question { .. } => &self.questions,
            Kind::Alarm | Kind::Prohibited | Kind::Bundle => &self.warnings,
        };
        if matches!(notice.kind, Kind::Question { .. }) {
            self.asked.insert(id);
        }
        if self.held.insert(id) && queue.send(notice).is_err() {
            self.held.remove(&id);
            tracing::error!("the thread of the screen ended; this notice waits for the next start");
        }
        Ok(())
    }

    /// Tells the person that their page cannot be opened now, beside what is on the screen; once at a time.
    fn say_no_page(&mut self) {
        let notice = shown::no_page(self.language, SystemClock.now(), &self.zone);
        let id = notice.id;
        if self.held.insert(id) && self.warnings.send(notice).is_err() {
            self.held.remove(&id);
        }
    }

    async fn note(&mut self, id: Uuid, outcome: Outcome, agent: &mut Client) -> Result<(), Error> {
        match outcome {
            Outcome::Shown => {
                self.on_screen.insert(id);
                agent.send(&FromSession::NoticeShown { id }).await
            }
            Outcome::Closed => {
                self.on_screen.remove(&id);
                self.held.remove(&id);
                self.closed.insert(id);
                agent.send(&FromSession::NoticeClosed { id }).await
            }
            Outcome::Answered { later } => {
                self.on_screen.remove(&id);
                self.held.remove(&id);
                self.closed.insert(id);
                agent.send(&FromSession::Answered { id, later }).await
            }
            Outcome::ShowMine => agent.send(&FromSession::ShowMine).await,
            Outcome::OpenPage => agent.send(&FromSession::OpenPage { id }).await,
            Outcome::Failed => {
                self.on_screen.remove(&id);
                self.held.remove(&id);
                // The agent gives it again after the next hello with a display.
                self.display = false;
                agent.send(&self.hello()).await
            }
        }
    }
}
