//! A conversation with one device: SNMP v2c (RFC 3416) or v3 with the user-based security model (RFC 3414, RFC 7860, RFC 3826).
//!
//! Nothing that comes back is trusted: answers have an end in rows, bytes and time, and names that do not go forward end the
//! conversation.

use std::{net::SocketAddr, time::Duration};

use snmp2::{
    AsyncSession, Error, Oid, Pdu,
    v3::{Auth, AuthErrorKind, AuthProtocol, Cipher, Security},
};
use tokio::{net::lookup_host, time::timeout};
use yagura_server_kit::secret;

use super::credentials::{Credential, CredentialAuth, CredentialPrivacy};
use crate::snmp::{Name, Value, dotted};

/// Names looked up take no longer.
const LOOK_UP: Duration = Duration::from_secs(5);
/// Rows of one answer.
const ROWS: u32 = 20;
/// Most bytes of values in a conversation.
const MOST_BYTES: usize = 1 << 20;
/// How often the clock of the device may have to be learned, or a late answer waited out, for one question.
const MOST_AGAIN: u32 = 3;
/// `authorizationError` and `noAccess` (RFC 3416).
const DENIED: [u32; 2] = [16, 6];

/// Why a device could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    /// Nothing came back.
    #[error("no answer")]
    Silent,
    /// Its port is closed, or there is no way to it.
    #[error("nothing listens there")]
    Closed,
    /// Its name leads nowhere.
    #[error("its name leads to no address")]
    NoName,
    /// It answers, and does not accept the credential.
    #[error("the credential was refused: {0}")]
    Refused(String),
    /// It answers, but not what can be understood.
    #[error("it answers, but cannot be read: {0}")]
    Unreadable(String),
}

/// How patient a conversation is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    pub each: Duration,
    pub tries: u32,
}

/// A conversation.
pub(super) struct Session {
    to: SocketAddr,
    credential: Credential,
    patience: Patience,
    inner: AsyncSession,
    /// Whether the device has said who it is (v3).
    introduced: bool,
    /// How many bytes it may still answer.
    left: usize,
}

/// A row of an answer.
enum Cell {
    /// There is no more.
    End,
    /// There is nothing here, or nothing of use.
    Nothing,
    Value(Value),
}

/// The address of a device.
pub(super) async fn address(host: &str, port: u16) -> Result<SocketAddr, Failure> {
    let found = timeout(LOOK_UP, lookup_host((host, port))).await;
    found.ok().and_then(Result::ok).and_then(|mut all| all.next()).ok_or(Failure::NoName)
}

impl Session {
    /// Begins a conversation. With v3 the device is asked who it is first.
    pub(super) async fn open(to: SocketAddr, credential: &Credential, patience: Patience) -> Result<Self, Failure> {
        let inner = connected(to, credential).await?;
        let credential = credential.clone();
        let mut session = Self { to, credential, patience, inner, introduced: false, left: MOST_BYTES };
        let mut tries = 0;
        while session.credential.is_v3() && !session.introduced {
            session.introduce(&mut tries).await?;
        }
        Ok(session)
    }

    /// Asks the device who it is, once.
    async fn introduce(&mut self, tries: &mut u32) -> Result<(), Failure> {
        match timeout(self.patience.each, self.inner.init()).await {
            Ok(Ok(())) => self.introduced = true,
            Ok(Err(error)) => self.failed(&error, tries)?,
            Err(_) => self.waited(tries)?,
        }
        Ok(())
    }

    /// The values of these objects; what the device does not have is left out.
    pub(super) async fn values(&mut self, names: &[&[u32]]) -> Result<Vec<(Name, Value)>, Failure> {
        let cells = self.asked(Question::These(names)).await?;
        Ok(cells
            .into_iter()
            .filter_map(|(name, cell)| if let Cell::Value(value) = cell { Some((name, value)) } else { None })
            .collect())
    }

    /// All values of a column, until there are no more, or `enough` says so.
    pub(super) async fn column(
        &mut self,
        column: &[u32],
        most: usize,
        mut enough: impl FnMut(&Value) -> bool,
    ) -> Result<Vec<(Name, Value)>, Failure> {
        let mut found = Vec::new();
        let mut last = column.to_vec();
        let mut seen = 0;
        loop {
            let cells = self.asked(Question::After(&last)).await?;
            if cells.is_empty() {
                return Err(Failure::Unreadable("an answer has no rows".to_owned()));
            }
            for (name, cell) in cells {
                if matches!(cell, Cell::End) || !name.starts_with(column) {
                    return Ok(found);
                }
                if name <= last {
                    return Err(Failure::Unreadable("its rows do not go forward, and would never end".to_owned()));
                }
                seen += 1;
                if seen > most {
                    return Err(Failure::Unreadable(format!("a table has more than {most} rows")));
                }
                last.clone_from(&name);
                if let Cell::Value(value) = cell {
                    let done = enough(&value);
                    found.push((name, value));
                    if done {
                        return Ok(found);
                    }
                }
            }
        }
    }

    async fn asked(&mut self, question: Question<'_>) -> Result<Vec<(Name, Cell)>, Failure> {
        let names = match question {
            Question::These(names) => names.iter().map(|name| oid(name)).collect::<Result<Vec<_>, _>>()?,
            Question::After(name) => vec![oid(name)?],
        };
        let names: Vec<&Oid<'_>> = names.iter().collect();
        let mut tries = 0;
        let mut again = 0;
        loop {
            let asked = async {
                match question {
                    Question::These(_) => self.inner.get_many(&names).await.map(|pdu| read(&pdu, false)),
                    Question::After(_) => self.inner.getbulk(&names, 0, ROWS).await.map(|pdu| read(&pdu, true)),
                }
            };
            match timeout(self.patience.each, asked).await {
                Ok(Ok(Ok((cells, bytes)))) => {
                    self.left = self
                        .left
                        .checked_sub(bytes)
                        .ok_or_else(|| Failure::Unreadable(format!("it answers more than {MOST_BYTES} bytes")))?;
                    return Ok(cells);
                }
                Ok(Ok(Err(failure))) => return Err(failure),
                // The device said its time, by which the question is signed.
                Ok(Err(Error::AuthUpdated)) if again < MOST_AGAIN => again += 1,
                // An answer to an earlier question; from another port it does not come again.
                Ok(Err(Error::RequestIdMismatch)) if again < MOST_AGAIN => {
                    again += 1;
                    self.anew(&mut tries).await?;
                }
                Ok(Err(error)) => self.failed(&error, &mut tries)?,
                Err(_) => {
                    self.waited(&mut tries)?;
                    self.anew(&mut tries).await?;
                }
            }
        }
    }

    /// What an error means; a closed port may open again.
    fn failed(&self, error: &Error, tries: &mut u32) -> Result<(), Failure> {
        match error {
            Error::Send | Error::Receive => {
                *tries += 1;
                if *tries < self.patience.tries { Ok(()) } else { Err(Failure::Closed) }
            }
            // What a device says unsigned to somebody who signs is that it does not know them.
            Error::AuthFailure(AuthErrorKind::NotAuthenticated) => {
                Err(Failure::Refused("user, password or the kind of signature is another".to_owned()))
            }
            Error::AuthFailure(kind) => Err(Failure::Refused(kind.to_string())),
            Error::AuthUpdated => Err(Failure::Refused("its clock could not be agreed upon".to_owned())),
            other => Err(Failure::Unreadable(other.to_string())),
        }
    }

    /// Nothing came in time.
    fn waited(&self, tries: &mut u32) -> Result<(), Failure> {
        *tries += 1;
        if *tries < self.patience.tries {
            return Ok(());
        }
        // Who has said who it is, and is silent afterwards, cannot decrypt the question.
        let deaf = self.introduced && self.credential.is_private();
        Err(if deaf { Failure::Refused("no answer to an encrypted question".to_owned()) } else { Failure::Silent })
    }

    /// Another port of our own: late answers do not come there.
    async fn anew(&mut self, tries: &mut u32) -> Result<(), Failure> {
        self.inner = connected(self.to, &self.credential).await?;
        if self.credential.is_v3() { self.introduce(tries).await } else { Ok(()) }
    }
}

#[derive(Clone, Copy)]
enum Question<'a> {
    These(&'a [&'a [u32]]),
    After(&'a [u32]),
}

fn oid(name: &[u32]) -> Result<Oid<'static>, Failure> {
    let arcs: Vec<u64> = name.iter().copied().map(u64::from).collect();
    Oid::from(&arcs).map_err(|_| Failure::Unreadable(format!("{} cannot be asked for", dotted(name))))
}

/// The rows of an answer, and how many bytes they have.
fn read(pdu: &Pdu<'_>, of_table: bool) -> Result<(Vec<(Name, Cell)>, usize), Failure> {
    if DENIED.contains(&pdu.error_status) {
        return Err(Failure::Refused("the credential may not read this".to_owned()));
    }
    if pdu.error_status != 0 && of_table {
        // Some have an error for a table that they do not have.
        return Ok((vec![(Name::new(), Cell::End)], 0));
    }
    if pdu.error_status != 0 {
        return Err(Failure::Unreadable(format!("it answers with error {}", pdu.error_status)));
    }
    let (mut cells, mut bytes) = (Vec::new(), 0);
    for (name, value) in pdu.varbinds.clone() {
        let name: Option<Name> = name.iter().and_then(|arcs| arcs.map(|arc| u32::try_from(arc).ok()).collect());
        let name = name.ok_or_else(|| Failure::Unreadable("a name has numbers that no name has".to_owned()))?;
        let cell = cell(&value);
        bytes += name.len() * 4 + if let Cell::Value(Value::Bytes(bytes)) = &cell { bytes.len() } else { 8 };
        cells.push((name, cell));
    }
    Ok((cells, bytes))
}

fn cell(value: &snmp2::Value<'_>) -> Cell {
    use snmp2::Value as V;
    let number = |number: u32| Cell::Value(Value::Number(i64::from(number)));
    match value {
        V::EndOfMibView => Cell::End,
        V::OctetString(bytes) | V::Opaque(bytes) => Cell::Value(Value::Bytes(bytes.to_vec())),
        V::Integer(value) => Cell::Value(Value::Number(*value)),
        V::Counter32(value) | V::Unsigned32(value) | V::Timeticks(value) => number(*value),
        V::Counter64(value) => Cell::Value(Value::Number(i64::try_from(*value).unwrap_or(i64::MAX))),
        V::IpAddress(address) => Cell::Value(Value::Address(*address)),
        V::ObjectIdentifier(name) => {
            let name: Option<Name> = name.iter().and_then(|arcs| arcs.map(|arc| u32::try_from(arc).ok()).collect());
            name.map_or(Cell::Nothing, |name| Cell::Value(Value::Name(name)))
        }
        _ => Cell::Nothing,
    }
}

async fn connected(to: SocketAddr, credential: &Credential) -> Result<AsyncSession, Failure> {
    // Whoever cannot see the traffic cannot guess the number of a question either.
    let random = secret::random().map_err(|error| Failure::Unreadable(error.to_string()))?;
    let first = i32::from_be_bytes([random[0] & 0x3f, random[1], random[2], random[3]]);
    let made = match credential {
        Credential::V2c { community } => AsyncSession::new_v2c(to, community.as_bytes(), first).await,
        Credential::V3 { username, auth, auth_password, privacy, privacy_password } => {
            let security = Security::new(username.as_bytes(), auth_password.as_bytes());
            let security = match auth {
                CredentialAuth::None | CredentialAuth::Sha1 => security.with_auth_protocol(AuthProtocol::Sha1),
                CredentialAuth::Sha256 => security.with_auth_protocol(AuthProtocol::Sha256),
                CredentialAuth::Sha512 => security.with_auth_protocol(AuthProtocol::Sha512),
            };
            let cipher = match privacy {
                CredentialPrivacy::None => None,
                CredentialPrivacy::Aes128 => Some(Cipher::Aes128),
                CredentialPrivacy::Aes256 => Some(Cipher::Aes256),
            };
            let auth = match (auth, cipher) {
                (CredentialAuth::None, _) => Auth::NoAuthNoPriv,
                (_, None) => Auth::AuthNoPriv,
                (_, Some(cipher)) => Auth::AuthPriv { cipher, privacy_password: privacy_password.as_bytes().to_vec() },
            };
            AsyncSession::new_v3(to, first, security.with_auth(auth)).await
        }
    };
    made.map_err(|_| Failure::Closed)
}
