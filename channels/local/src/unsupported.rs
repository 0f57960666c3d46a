//! Systems without a local channel yet: everything compiles and says so.

use std::{convert::Infallible, path::Path};

use yagura_platform::Peer;

use crate::{Error, FromAgent, FromSession};

fn no<T>() -> Result<T, Error> {
    Err(Error::System(yagura_platform::Error::Unsupported { action: "talk to programs on this machine" }))
}

/// The agent's end; there is none on this system.
#[derive(Debug)]
pub struct Server(Infallible);

impl Server {
    /// Listens at `path`.
    ///
    /// # Errors
    /// Always: not supported here.
    pub fn bind(_path: &Path) -> Result<Self, Error> {
        no()
    }

    /// The next session program that connects.
    ///
    /// # Errors
    /// Never reached.
    pub async fn accept(&self) -> Result<Session, Error> {
        match self.0 {}
    }
}

/// A session program, seen from the agent; there is none on this system.
pub struct Session(Infallible);

impl Session {
    /// Who it is.
    #[must_use]
    pub fn peer(&self) -> Peer {
        match self.0 {}
    }

    /// Its next message.
    ///
    /// # Errors
    /// Never reached.
    pub async fn next(&mut self) -> Result<Option<FromSession>, Error> {
        match self.0 {}
    }

    /// Tells it something.
    ///
    /// # Errors
    /// Never reached.
    pub async fn send(&mut self, _message: &FromAgent) -> Result<(), Error> {
        match self.0 {}
    }
}

/// The agent, seen from a session program; it cannot be reached on this system.
pub struct Client(Infallible);

impl Client {
    /// Connects to the agent at `path`.
    ///
    /// # Errors
    /// Always: not supported here.
    pub async fn connect(_path: &Path) -> Result<Self, Error> {
        no()
    }

    /// The agent's next message.
    ///
    /// # Errors
    /// Never reached.
    pub async fn next(&mut self) -> Result<Option<FromAgent>, Error> {
        match self.0 {}
    }

    /// Tells the agent something.
    ///
    /// # Errors
    /// Never reached.
    pub async fn send(&mut self, _message: &FromSession) -> Result<(), Error> {
        match self.0 {}
    }
}
