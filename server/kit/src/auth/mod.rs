//! Who asks, and whether they may.

mod caller;
mod permission;

pub use self::{
    caller::{Authenticator, Caller, Credential, Employee, Who, authorise},
    permission::{Permission, Role},
};
