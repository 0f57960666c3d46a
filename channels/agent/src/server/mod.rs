//! The server's end of the road: its keys, and who is connected.

mod hub;
mod key_folder;
mod signer;

pub use self::{
    hub::{Hub, Listener, Told},
    signer::{Signer, SignerError},
};
