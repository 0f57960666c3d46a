//! A unix socket.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, FileTypeExt, PermissionsExt},
    path::{Path, PathBuf},
};

use tokio::net::{UnixListener, UnixStream};
use yagura_platform::{Peer, is_superuser, peer_credentials};

use crate::{Error, FromAgent, FromSession, connection::Connection};

/// The agent's end: everybody on the machine may connect, and is known by what the kernel says of them.
#[derive(Debug)]
pub struct Server {
    listener: UnixListener,
    path: PathBuf,
}

impl Server {
    /// Listens at `path`, whose folder is made if needed. A socket that a dead agent left there is replaced.
    ///
    /// As root the socket is open to all users (0666): a session program of any user connects. Else it is the user's own.
    ///
    /// # Errors
    /// When another agent listens there or the system refuses.
    pub fn bind(path: &Path) -> Result<Self, Error> {
        let refused = |action| move |source| Error::Place { action, path: path.to_owned(), source };
        let (folder_mode, socket_mode) = if is_superuser() { (0o755, 0o666) } else { (0o700, 0o600) };
        if let Some(folder) = path.parent().filter(|folder| !folder.exists()) {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(folder_mode)
                .create(folder)
                .map_err(refused("make the folder of"))?;
            // The mode given above is narrowed by the umask of whoever started the agent.
            fs::set_permissions(folder, fs::Permissions::from_mode(folder_mode))
                .map_err(refused("open up the folder of"))?;
        }
        if fs::symlink_metadata(path).is_ok_and(|data| data.file_type().is_socket()) {
            match std::os::unix::net::UnixStream::connect(path) {
                Ok(_) => return Err(Error::Taken(path.to_owned())),
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                    fs::remove_file(path).map_err(refused("remove the left over"))?;
                }
                Err(error) => return Err(refused("reach")(error)),
            }
        }
        let listener = UnixListener::bind(path).map_err(refused("listen on"))?;
        fs::set_permissions(path, fs::Permissions::from_mode(socket_mode)).map_err(refused("open up"))?;
        Ok(Self { listener, path: path.to_owned() })
    }

    /// The next session program that connects. Cancel safe.
    ///
    /// # Errors
    /// When the system refuses, as when too many files are open; a later call may work.
    pub async fn accept(&self) -> Result<Session, Error> {
        let (stream, _) = self.listener.accept().await?;
        let peer = peer_credentials(&stream)?;
        Ok(Session { peer, connection: Connection::new(stream) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Gone already is as good.
        let _: io::Result<()> = fs::remove_file(&self.path);
    }
}

/// A session program, seen from the agent.
pub struct Session {
    peer: Peer,
    connection: Connection<FromSession, FromAgent>,
}

impl Session {
    /// Who it is, as the kernel vouches for it.
    #[must_use]
    pub fn peer(&self) -> Peer {
        self.peer
    }

    /// Its next message that this agent knows, or nothing when it is gone. Cancel safe.
    ///
    /// # Errors
    /// When it sent garbage or the socket failed: drop the session then.
    pub async fn next(&mut self) -> Result<Option<FromSession>, Error> {
        loop {
            match self.connection.next().await? {
                Some(FromSession::Unknown) => {}
                message => return Ok(message),
            }
        }
    }

    /// Tells it something. Not cancel safe.
    ///
    /// # Errors
    /// When it does not read for 5 s or is gone: drop the session then.
    pub async fn send(&mut self, message: &FromAgent) -> Result<(), Error> {
        self.connection.send(message).await
    }
}

/// The agent, seen from a session program.
pub struct Client {
    connection: Connection<FromAgent, FromSession>,
}

impl Client {
    /// Connects to the agent at `path`.
    ///
    /// # Errors
    /// When nobody listens there, or somebody who is neither root nor this user.
    pub async fn connect(path: &Path) -> Result<Self, Error> {
        let refused = |source| Error::Place { action: "reach the agent at", path: path.to_owned(), source };
        let stream = UnixStream::connect(path).await.map_err(refused)?;
        let uid = peer_credentials(&stream)?.uid;
        if uid != 0 && uid != rustix::process::geteuid().as_raw() {
            return Err(Error::Stranger { path: path.to_owned(), uid });
        }
        Ok(Self { connection: Connection::new(stream) })
    }

    /// The agent's next message that this program knows, or nothing when it is gone. Cancel safe.
    ///
    /// # Errors
    /// When it sent garbage or the socket failed: connect anew.
    pub async fn next(&mut self) -> Result<Option<FromAgent>, Error> {
        loop {
            match self.connection.next().await? {
                Some(FromAgent::Unknown) => {}
                message => return Ok(message),
            }
        }
    }

    /// Tells the agent something. Not cancel safe.
    ///
    /// # Errors
    /// When the agent does not read for 5 s or is gone: connect anew.
    pub async fn send(&mut self, message: &FromSession) -> Result<(), Error> {
        self.connection.send(message).await
    }
}
