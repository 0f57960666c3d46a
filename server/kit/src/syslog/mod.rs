//! Syslog messages to another machine: RFC 5424 over UDP (RFC 5426), TCP (RFC 6587, counted octets) or TLS (RFC 5425).
//!
//! Syslog knows no receipt: that a message was sent says that it was handed to the network, or to the other end's TCP.

mod message;
mod send;

pub use self::{
    message::{Facility, Message, Severity},
    send::{Receiver, SendError, Transport, send},
};
