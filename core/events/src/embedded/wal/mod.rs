//! The write-ahead log: what makes an append durable before it is in a segment.

mod codec;
mod disk;
mod log;
mod recover;

pub(crate) use codec::{Encoded, Record, event_id};
pub use disk::{RealDisk, WalDisk, WalFile};
pub(crate) use log::{Log, LogFile, LogFiles};
pub(crate) use recover::{Recovered, recover};
