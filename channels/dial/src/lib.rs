//! How a program of ours reaches a server: proxies, TLS, one HTTP/1.1 connection, a WebSocket.
//!
//! [`Dial`] opens the byte stream and knows about networks; [`HttpClient`] speaks HTTP over whatever a `Dial` gives it.
//! The agent, the command line, the simulator and the tests all stand on these two.

mod http;
mod net;
mod proxy;
mod target;
mod tls;
mod upload;
mod websocket;

pub use self::{
    http::{Answer, HttpClient, HttpError},
    net::{Dial, DialError, NetDial, Stream},
    proxy::{Proxy, ProxyChoice, ProxyError},
    target::{Target, TargetError},
    tls::{TlsError, Trust, client_config},
    websocket::{Heard, Socket, SocketError},
};
