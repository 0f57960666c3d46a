//! Commands: fetched, checked, journalled, carried out once, told of.

use std::{path::Path, sync::Arc};

use serde_json::Value;
use tokio::{sync::Notify, task::JoinSet, time::sleep};
use yagura_vocabulary::{Clock as _, CommandState};

use super::{
    BETWEEN_LOOKS, Endpoint,
    journal::{Entry, Found, Journal},
};
use crate::{
    agent::{
        backoff::Backoff,
        client::{AgentClient, ClientError},
        files::FileError,
    },
    wire::{
        command::{Command, KEY_RENEW},
        sealed::Sealed,
    },
};

/// What is told of a command that a crash cut off.
pub const INTERRUPTED: &str = "interrupted: the agent stopped while the command was being carried out";

/// Carries out commands.
#[derive(Clone)]
pub(super) struct Commands {
    journal: Journal,
    endpoint: Arc<dyn Endpoint>,
}

impl Commands {
    /// Opens the journal. What an earlier run of the agent left unfinished has failed, except what the endpoint goes on with.
    pub(super) fn open(
        dir: &Path,
        endpoint: Arc<dyn Endpoint>,
        now: yagura_vocabulary::Time,
    ) -> Result<Self, FileError> {
        let journal = Journal::open(dir)?;
        let goes_on = |entry: &Entry| entry.args.is_some() && endpoint.resumes(&entry.name);
        let unfinished = |entry: &Entry| !entry.progress.state.is_final() && !goes_on(entry);
        for mut entry in journal.entries(now)?.into_iter().filter(unfinished) {
            entry.end(Err(INTERRUPTED.to_owned()), now);
            journal.write(&entry)?;
        }
        Ok(Self { journal, endpoint })
    }

    /// Looks for commands whenever told to, for ever. A lost connection does not end this; the end of the agent does, and
    /// then the journal says which commands were cut off.
    pub(super) async fn keep(self, client: Arc<AgentClient>, look: Arc<Notify>) {
        let mut running = JoinSet::new();
        running.spawn(self.clone().tell_old(Arc::clone(&client)));
        self.go_on(&client, &mut running);
        let mut backoff = Backoff::default();
        loop {
            tokio::select! {
                () = look.notified() => {}
                Some(_) = running.join_next() => continue,
            }
            loop {
                match self.fetch(&client, &mut running).await {
                    Ok(()) => break,
                    Err(error) => {
                        tracing::warn!(%error, "commands were not fetched; it is tried again");
                        sleep(backoff.pause(error.retry_after())).await;
                    }
                }
            }
            backoff.reset();
            sleep(BETWEEN_LOOKS).await;
        }
    }

    async fn fetch(&self, client: &Arc<AgentClient>, running: &mut JoinSet<()>) -> Result<(), ClientError> {
        for sealed in client.commands().await?.commands {
            let Some(command) = self.believed(client, &sealed).await? else { continue };
            match self.begin(client, &command) {
                Ok(Begun::New(entry)) => {
                    running.spawn(self.clone().carry_out(Arc::clone(client), (command.name, command.args), entry));
                }
                // The server has forgotten, or never heard, how it ended: it is told again, not done again.
                Ok(Begun::Over(entry)) => {
                    let (work, client) = (self.clone(), Arc::clone(client));
                    running.spawn(async move { work.tell(&client, entry).await });
                }
                Ok(Begun::Already) => {}
                Err(error) => {
                    tracing::error!(%error, command = %command.id, "a command cannot be journalled, so it is not begun");
                }
            }
        }
        Ok(())
    }

    /// Goes on with what was being carried out when the agent, or the machine, stopped.
    fn go_on(&self, client: &Arc<AgentClient>, running: &mut JoinSet<()>) {
        let ours = client.record().endpoint;
        let entries = self.journal.entries(client.clock().now()).unwrap_or_default();
        for entry in entries.into_iter().filter(|entry| entry.endpoint == ours && !entry.progress.state.is_final()) {
            // What another identity of this machine was told is nobody's any more.
            let Some(args) = entry.args.clone() else { continue };
            tracing::info!(command = %entry.progress.id, name = entry.name, "going on with a command");
            running.spawn(self.clone().carry_out(Arc::clone(client), (entry.name.clone(), args), entry));
        }
    }

    /// The command, if it is one that this endpoint should carry out.
    async fn believed(&self, client: &AgentClient, sealed: &Sealed<Command>) -> Result<Option<Command>, ClientError> {
        match client.open_command(sealed).await {
            Ok(command) if command.expires_at <= client.clock().now() => {
                tracing::warn!(command = %command.id, name = command.name, "a command came too late and is not carried out");
                Ok(None)
            }
            Ok(command) => Ok(Some(command)),
            Err(error @ (ClientError::Seal(_) | ClientError::Stray(_) | ClientError::Keys(_))) => {
                tracing::error!(%error, "a command that is not signed for this endpoint is refused");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Writes the command into the journal, unless it stands there already.
    fn begin(&self, client: &AgentClient, command: &Command) -> Result<Begun, FileError> {
        match self.journal.find(command.id)? {
            Found::Nothing => {
                let mut entry = Entry::accepted(command, client.clock().now());
                entry.args = self.endpoint.resumes(&command.name).then(|| command.args.clone());
                self.journal.write(&entry)?;
                Ok(Begun::New(entry))
            }
            Found::Entry(entry) if entry.told && entry.progress.state.is_final() => {
                Ok(Begun::Over(Entry { told: false, ..*entry }))
            }
            Found::Entry(_) | Found::Damaged => Ok(Begun::Already),
        }
    }

    async fn carry_out(self, client: Arc<AgentClient>, (name, args): (String, Value), mut entry: Entry) {
        let id = entry.progress.id;
        let agreement = if entry.agreed { Agreement::Yes } else { agreed(&client, &entry).await };
        let outcome = match agreement {
            Agreement::Yes if !self.note_agreement(&mut entry) => {
                Err("the journal of commands cannot be written".to_owned())
            }
            Agreement::Yes => {
                tracing::info!(command = %id, name, "carrying out a command");
                self.run(&client, &name, args).await
            }
            Agreement::No(state) => {
                tracing::info!(command = %id, %state, "the server took a command back");
                entry.told = true;
                Err(format!("the server took it back: {state}"))
            }
            Agreement::Late => Err("expired before the server agreed".to_owned()),
        };
        entry.end(outcome, client.clock().now());
        if let Err(error) = self.journal.write(&entry) {
            tracing::error!(%error, command = %id, "the end of a command cannot be journalled");
        }
        self.tell(&client, entry).await;
    }

    /// Writes down that the server agreed, where that is asked for after a stop; false when it could not be written.
    fn note_agreement(&self, entry: &mut Entry) -> bool {
        if entry.args.is_none() || entry.agreed {
            return true;
        }
        entry.agreed = true;
        self.journal.write(entry).is_ok()
    }

    /// What concerns the channel is done here, everything else by the endpoint.
    async fn run(&self, client: &AgentClient, name: &str, args: Value) -> Result<Value, String> {
        if name == KEY_RENEW {
            client.change_key().await.map_err(|error| error.to_string())?;
            return Ok(serde_json::json!({ "public_key": client.record().public_key }));
        }
        self.endpoint.run_command(name, args).await
    }

    /// Tells the ends of commands that the server does not know yet.
    async fn tell_old(self, client: Arc<AgentClient>) {
        let entries = self.journal.entries(client.clock().now()).unwrap_or_default();
        let ours = client.record().endpoint;
        for entry in entries.into_iter().filter(|entry| entry.endpoint == ours && entry.progress.state.is_final()) {
            self.tell(&client, entry).await;
        }
    }

    async fn tell(&self, client: &AgentClient, mut entry: Entry) {
        let mut backoff = Backoff::default();
        while !entry.told {
            match client.progress(entry.progress.id, &entry.progress).await {
                Ok(_) => entry.told = true,
                // The server has understood and does not want it: saying it again would not help.
                Err(ClientError::Status { status: 400..=499, detail }) => {
                    tracing::warn!(command = %entry.progress.id, detail, "the server does not take the end of a command");
                    entry.told = true;
                }
                Err(error) => sleep(backoff.pause(error.retry_after())).await,
            }
        }
        if let Err(error) = self.journal.write(&entry) {
            tracing::warn!(%error, "the journal of commands cannot be written; an end may be told twice");
        }
    }
}

enum Begun {
    New(Entry),
    Over(Entry),
    Already,
}

enum Agreement {
    Yes,
    No(CommandState),
    Late,
}

/// Whether the server still wants it: it may have been cancelled at the last moment.
async fn agreed(client: &AgentClient, entry: &Entry) -> Agreement {
    let mut backoff = Backoff::default();
    loop {
        match client.progress(entry.progress.id, &entry.progress).await {
            Ok(standing) if standing.state == CommandState::Accepted => return Agreement::Yes,
            Ok(standing) => return Agreement::No(standing.state),
            Err(error) => {
                tracing::warn!(%error, command = %entry.progress.id, "the server did not answer whether a command still stands");
                sleep(backoff.pause(error.retry_after())).await;
            }
        }
        if client.clock().now() >= entry.expires_at {
            return Agreement::Late;
        }
    }
}
