//! An endpoint of a test: the agent's own end of the road, on a folder of its own.

use std::{path::Path, sync::Arc};

use tempfile::TempDir;
use yagura_channel::{
    agent::{
        client::{AgentClient, ClientError},
        clock::ServerClock,
        enrol::enrol,
        identity::IdentityDir,
        runner::Facts,
        spool::{Limits, Spool, SpoolError},
    },
    wire::{
        enrol::Token,
        hello::{FeatureVersion, Hello, Welcome},
        receipt::Receipt,
    },
};
use yagura_dial::{Dial, NetDial, ProxyChoice, Trust, client_config};
use yagura_vocabulary::{Account, Clock, Event, Id, Lane, Os, SystemClock, id::Endpoint};

use crate::harness::House;

/// An enrolled machine.
pub(crate) struct Machine {
    pub id: Id<Endpoint>,
    pub client: AgentClient,
    pub spool: Spool,
    facts: Facts,
    _dir: TempDir,
}

/// An account of a test's machine.
pub(crate) fn account(name: &str, id: &str) -> Account {
    Account { name: name.to_owned(), id: id.to_owned() }
}

impl Machine {
    /// A machine of this name in the root group, which has said hello.
    pub(crate) async fn enrol(house: &House, hostname: &str) -> Self {
        Self::enrol_by(house, hostname, Arc::new(SystemClock)).await
    }

    /// The same, where the machine's clock shows what it likes.
    pub(crate) async fn enrol_by(house: &House, hostname: &str, clock: Arc<dyn Clock>) -> Self {
        let ctx = house.server.context();
        let root = yagura_endpoints::ensure_root(ctx, "全社").await.unwrap();
        let token = yagura_endpoints::issue_token(ctx, root, "test", None, None).await.unwrap();
        Self::enrol_with(house, hostname, &token, clock).await.unwrap()
    }

    /// A machine that enrols with this token, if it can.
    pub(crate) async fn enrol_with(
        house: &House,
        hostname: &str,
        token: &Token,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ClientError> {
        let dir = tempfile::tempdir().unwrap();
        let identity = IdentityDir::new(dir.path());
        let clock = ServerClock::new(clock);
        let feature = |name: &str| FeatureVersion { feature: name.to_owned(), version: 1 };
        let facts = Facts {
            agent_version: "0.1.0".to_owned(),
            hostname: hostname.to_owned(),
            os: Os::Linux,
            os_name: "Debian GNU/Linux 12".to_owned(),
            hardware_id: hostname.to_owned(),
            boot_id: uuid::Uuid::now_v7(),
            run_id: uuid::Uuid::now_v7(),
            features: vec![feature("operation_log"), feature("assets")],
        };
        let url = house.address();
        let enrolled = enrol(&identity, &url, token, &facts, "", dial(), &clock).await?;
        let id = enrolled.0.record.endpoint;
        let client = AgentClient::new(enrolled.0, identity, dial(), clock).unwrap();
        let spool = open_spool(dir.path());
        let mut machine = Self { id, client, spool, facts, _dir: dir };
        machine.hello().await;
        Ok(machine)
    }

    /// Its agent has one more feature, which it tells with the next hello.
    pub(crate) fn knows(&mut self, feature: FeatureVersion) {
        self.facts.features.push(feature);
    }

    /// Says hello, and does what the welcome says about its numbering.
    pub(crate) async fn hello(&mut self) -> Welcome {
        let Facts { agent_version, hostname, os, os_name, hardware_id, boot_id, run_id, features } = self.facts.clone();
        let hello = Hello {
            protocol: (1, 1),
            agent_version,
            hostname,
            os,
            os_name,
            hardware_id,
            boot_id,
            run_id,
            features,
            epoch: self.spool.epoch(),
            lanes: self.spool.lanes(),
            key_set: self.client.record().keys.set.version,
            clock_skew_ms: self.client.clock().skew_ms(),
        };
        let welcome = self.client.hello(&hello).await.unwrap();
        for mark in &welcome.marks {
            match self.spool.acknowledge(mark.lane, mark) {
                // The server remembers less: that is its own matter, as for the real agent.
                Err(SpoolError::Disagrees { .. }) => {}
                result => assert!(result.is_ok(), "{result:?}"),
            }
        }
        welcome
    }

    /// A program that this account starts.
    pub(crate) fn runs(&mut self, by: &Account, command_line: &str) {
        let mut event = Event::new(SystemClock.now(), "operation_log", "process.start");
        event.account = Some(by.clone());
        event.command_line = Some(command_line.to_owned());
        self.spool.append(Lane::Operation, &event).unwrap();
    }

    /// Something that happened there.
    pub(crate) fn tells(&mut self, event: &Event) {
        self.spool.append(Lane::Operation, event).unwrap();
    }

    /// Sends all that waits; the last receipt.
    pub(crate) async fn send(&mut self) -> Result<Option<Receipt>, ClientError> {
        let mut last = None;
        while let Some(batch) = self.spool.next_batch(Lane::Operation, SystemClock.now()).unwrap() {
            let receipt = self.client.send_batch(&batch).await?;
            self.spool.acknowledge(Lane::Operation, &receipt.mark).unwrap();
            last = Some(receipt);
        }
        Ok(last)
    }
}

fn open_spool(dir: &Path) -> Spool {
    Spool::open(&dir.join("spool"), Limits::default(), SystemClock.now()).unwrap()
}

/// The answers are signed, so the certificate need not be believed.
pub(crate) fn dial() -> Arc<dyn Dial> {
    Arc::new(NetDial::new(client_config(&Trust::AnswerIsSigned).unwrap(), ProxyChoice::Direct))
}
