//! What the agent's sensors tell, as plain data.
//!
//! Sensors make these records, features judge them, recordings keep them: one shape for all three. Nothing here does IO,
//! reads a clock or knows an operating system, so the server's preview of a policy and a replay on a developer's
//! machine compile the same types as the agent does.

mod file;
mod print;
mod process;
mod session;
mod starting;
mod text;
mod window;

pub use file::{Doer, FileAct, FileActed, FileNote, FileRecord, Place};
pub use print::{PrintJob, PrintOutcome, PrintRecord};
pub use process::{Hash, Lost, Moment, Note, Origin, ProcessExited, ProcessRecord, ProcessStarted};
pub use session::{AccountChange, LogonSession, SessionAct, SessionActed, SessionRecord};
pub use starting::{FileIdentity, Starting};
pub use text::Text;
pub use window::{
    AppUsage, DesktopSight, ErrorSign, Idle, MAX_TITLE, WindowError, WindowFacts, WindowNote, WindowRecord, WindowStay,
    WindowTitle,
};
