//! What is recorded of logons, of the machine's run and of rights.

use serde::{Deserialize, Serialize};
use yagura_records::SessionAct;

/// Logons, the machine's run, rights and accounts. The default records them all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sessions {
    /// Who logs on and off, locks and unlocks, and from where.
    pub logons: bool,
    /// Logons that fail.
    pub failed: bool,
    /// When the machine starts, stops, sleeps and wakes up.
    pub power: bool,
    /// Programs that somebody runs with another account's rights, as by `sudo`.
    pub privileges: bool,
    /// Local accounts that come and go, and new administrators.
    pub accounts: bool,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { logons: true, failed: true, power: true, privileges: true, accounts: true }
    }
}

impl Sessions {
    /// Whether the session stream is needed.
    #[must_use]
    pub const fn watches(&self) -> bool {
        self.logons || self.failed || self.power || self.accounts
    }

    pub(crate) const fn records(&self, act: SessionAct) -> bool {
        match act {
            SessionAct::Logon | SessionAct::Logoff | SessionAct::Lock | SessionAct::Unlock => self.logons,
            SessionAct::Failed => self.failed,
            SessionAct::Boot | SessionAct::Shutdown | SessionAct::Sleep | SessionAct::Wake => self.power,
            SessionAct::AccountChange => self.accounts,
        }
    }
}
