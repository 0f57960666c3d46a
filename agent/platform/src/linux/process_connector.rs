//! The kernel's process connector: fork, exec and exit over a netlink socket, without BPF. Needs `CAP_NET_ADMIN`.
//!
//! Format: `linux/connector.h` and `linux/cn_proc.h`; everything in the machine's byte order.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::{
    io::Errno,
    net::{
        AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, bind, netlink, netlink::SocketAddrNetlink, recv,
        send, socket_with, sockopt,
    },
};

use crate::{Error, ProcessNews, Stamped};

const CN_IDX_PROC: u32 = 1;
const CN_VAL_PROC: u32 = 1;
const LISTEN: u32 = 1;
const NETLINK_HEAD: usize = 16;
const CONNECTOR_HEAD: usize = 20;
const EVENT_HEAD: usize = 16;
const FORK: u32 = 1;
const EXEC: u32 = 2;
const EXIT: u32 = 0x8000_0000;
/// The kernel holds this much for us; one message is about 100 bytes with its bookkeeping some 800.
const RECEIVE_BUFFER: usize = 8 << 20;

/// A subscription to the process connector.
#[derive(Debug)]
pub struct ProcessConnector {
    socket: OwnedFd,
    buffer: Vec<u8>,
}

impl ProcessConnector {
    /// Subscribes.
    ///
    /// # Errors
    /// Without `CAP_NET_ADMIN` in the first network namespace, or where the kernel was built without it.
    pub fn open() -> Result<Self, Error> {
        let doing = || Error::refused("subscribe to the process connector");
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket =
            socket_with(AddressFamily::NETLINK, SocketType::DGRAM, flags, Some(netlink::CONNECTOR)).map_err(doing())?;
        if sockopt::set_socket_recv_buffer_size_force(&socket, RECEIVE_BUFFER).is_err() {
            sockopt::set_socket_recv_buffer_size(&socket, RECEIVE_BUFFER).map_err(doing())?;
        }
        bind(&socket, &SocketAddrNetlink::new(0, CN_IDX_PROC)).map_err(doing())?;
        send(&socket, &subscription(), SendFlags::empty()).map_err(doing())?;
        Ok(Self { socket, buffer: vec![0; 16 << 10] })
    }

    /// Hands what has arrived to `each`, until nothing is left. Gives whether the kernel had to drop messages.
    ///
    /// # Errors
    /// When the socket is broken.
    pub fn drain(&mut self, mut each: impl FnMut(Stamped)) -> Result<bool, Error> {
        let mut overflowed = false;
        loop {
            match recv(&self.socket, &mut self.buffer[..], RecvFlags::empty()) {
                Ok((length, _)) => parse(&self.buffer[..length], &mut each),
                Err(Errno::AGAIN) => return Ok(overflowed),
                Err(Errno::NOBUFS) => overflowed = true,
                Err(Errno::INTR) => {}
                Err(error) => return Err(Error::refused("read from the process connector")(error)),
            }
        }
    }
}

impl AsFd for ProcessConnector {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn subscription() -> Vec<u8> {
    let length = u32::try_from(NETLINK_HEAD + CONNECTOR_HEAD + 4).expect("a small constant");
    let mut message = Vec::with_capacity(40);
    message.extend(length.to_ne_bytes());
    message.extend(3_u16.to_ne_bytes()); // NLMSG_DONE
    message.extend([0; 10]); // flags, sequence, port: the kernel fills in ours
    message.extend(CN_IDX_PROC.to_ne_bytes());
    message.extend(CN_VAL_PROC.to_ne_bytes());
    message.extend([0; 8]); // sequence, acknowledgement
    message.extend(4_u16.to_ne_bytes()); // length of what follows
    message.extend([0; 2]);
    message.extend(LISTEN.to_ne_bytes());
    message
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Reads the netlink messages of one datagram; what is not understood is passed over.
fn parse(mut bytes: &[u8], each: &mut impl FnMut(Stamped)) {
    while let Some(length) = word(bytes, 0).and_then(|length| usize::try_from(length).ok()) {
        let Some(message) = bytes.get(NETLINK_HEAD..length) else { return };
        if let Some(stamped) = message.get(CONNECTOR_HEAD..).and_then(parse_event) {
            each(stamped);
        }
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
}

fn parse_event(event: &[u8]) -> Option<Stamped> {
    let monotonic_ns = u64::from_ne_bytes(*event.get(8..)?.first_chunk()?);
    let field = |index: usize| word(event, EVENT_HEAD + 4 * index);
    let (thread, process) = (field(0)?, field(1)?);
    let news = match word(event, 0)? {
        // parent thread, parent process, child thread, child process
        FORK if field(2)? == field(3)? => ProcessNews::Forked { pid: field(3)?, parent: process },
        EXEC => ProcessNews::Executed { pid: process },
        EXIT if thread == process => ProcessNews::Exited { pid: process, status: field(2)? },
        _ => return None,
    };
    Some(Stamped { monotonic_ns, news })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(what: u32, fields: &[u32]) -> Vec<u8> {
        let mut event: Vec<u8> = [what, 0].iter().flat_map(|word| word.to_ne_bytes()).collect();
        event.extend(77_u64.to_ne_bytes());
        event.extend(fields.iter().flat_map(|word| word.to_ne_bytes()));
        let length = u32::try_from(NETLINK_HEAD + CONNECTOR_HEAD + event.len()).unwrap();
        let mut message = length.to_ne_bytes().to_vec();
        message.resize(NETLINK_HEAD + CONNECTOR_HEAD, 0);
        message.extend(event);
        message
    }

    fn check(datagram: &[u8], expected: &[ProcessNews]) {
        let mut seen = Vec::new();
        parse(datagram, &mut |stamped| seen.push(stamped.news));
        assert_eq!(seen, expected);
    }

    #[test]
    fn processes_are_told_of_and_threads_are_not() {
        check(&message(FORK, &[10, 10, 11, 11]), &[ProcessNews::Forked { pid: 11, parent: 10 }]);
        check(&message(FORK, &[10, 10, 12, 10]), &[]);
        check(&message(EXEC, &[11, 11]), &[ProcessNews::Executed { pid: 11 }]);
        check(&message(EXIT, &[11, 11, 256, 17]), &[ProcessNews::Exited { pid: 11, status: 256 }]);
        check(&message(EXIT, &[12, 10, 0, 17]), &[]);
    }

    #[test]
    fn several_messages_in_one_datagram_are_all_read() {
        let both = [message(EXEC, &[5, 5]), message(EXEC, &[6, 6])].concat();
        check(&both, &[ProcessNews::Executed { pid: 5 }, ProcessNews::Executed { pid: 6 }]);
    }

    #[test]
    fn a_message_cut_anywhere_is_passed_over() {
        let whole = message(EXEC, &[5, 5]);
        for end in 0..whole.len() {
            check(&whole[..end], &[]);
        }
    }
}
