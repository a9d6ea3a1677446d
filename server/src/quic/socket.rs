//! The socket: many packets a call in both directions, and one place for what it would not take.

use std::io::{self, IoSliceMut};
use std::net::{SocketAddr, UdpSocket};

use quinn_proto::Transmit;
use quinn_udp::{BATCH_SIZE, RecvMeta, UdpSocketState};
use tokio::io::Interest;

/// Room for one packet as it comes off the wire, in bytes; the kernel may hand over several of one sender in a row.
const PACKET_BYTES_MAX: usize = 65_535;
/// Packets to one receiver in one call.
const SEGMENTS_MAX: usize = 32;

/// A socket with its buffers.
pub(super) struct Socket {
    io: tokio::net::UdpSocket,
    state: UdpSocketState,
    room: Vec<u8>,
    /// Packets the socket had no room for; while they wait, nobody else sends.
    unsent: Option<(Transmit, Vec<u8>)>,
}

impl Socket {
    pub(super) fn of(socket: UdpSocket) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        let io = tokio::net::UdpSocket::from_std(socket)?;
        let state = UdpSocketState::new((&io).into())?;
        Ok(Self { io, state, room: vec![0; PACKET_BYTES_MAX * BATCH_SIZE], unsent: None })
    }

    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        self.io.local_addr()
    }

    /// Larger packets may be probed for: none is cut up on the way.
    pub(super) fn may_probe(&self) -> bool {
        !self.state.may_fragment()
    }

    /// Packets to one receiver in one call.
    pub(super) fn segments_max(&self) -> usize {
        self.state.max_gso_segments().clamp(1, SEGMENTS_MAX)
    }

    /// Takes in one batch of what has come, and shows it to `take`; false when nothing was there.
    pub(super) fn receive(&mut self, mut take: impl FnMut(&RecvMeta, &[u8])) -> io::Result<bool> {
        let mut meta = [RecvMeta::default(); BATCH_SIZE];
        let mut rooms = self.room.chunks_mut(PACKET_BYTES_MAX);
        let mut slices: [IoSliceMut<'_>; BATCH_SIZE] =
            std::array::from_fn(|_| IoSliceMut::new(rooms.next().unwrap_or_default()));
        let came = self.io.try_io(Interest::READABLE, || self.state.recv((&self.io).into(), &mut slices, &mut meta));
        match came {
            Ok(count) => {
                for (meta, slice) in meta.iter().zip(&slices).take(count) {
                    take(meta, slice.get(..meta.len).unwrap_or_default());
                }
                Ok(true)
            }
            // Anybody on the way can have the kernel say this; it means nothing here.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The socket takes packets now, as far as is known.
    pub(super) fn has_room(&self) -> bool {
        self.unsent.is_none()
    }

    /// Sends packets; keeps them when the socket has no room.
    pub(super) fn send(&mut self, transmit: Transmit, bytes: &[u8]) {
        let bytes = bytes.get(..transmit.size).unwrap_or_default();
        if !self.try_send(&transmit, bytes) {
            self.unsent = Some((transmit, bytes.to_vec()));
        }
    }

    /// Sends packets if the socket has room: an answer to a stranger, who may ask again.
    pub(super) fn send_or_drop(&self, transmit: &Transmit, bytes: &[u8]) {
        self.try_send(transmit, bytes.get(..transmit.size).unwrap_or_default());
    }

    /// Sends what was kept; true when the socket has room again.
    pub(super) fn send_kept(&mut self) -> bool {
        let Some((transmit, bytes)) = self.unsent.take() else { return true };
        let is_sent = self.try_send(&transmit, &bytes);
        if !is_sent {
            self.unsent = Some((transmit, bytes));
        }
        is_sent
    }

    fn try_send(&self, transmit: &Transmit, contents: &[u8]) -> bool {
        let packets = quinn_udp::Transmit {
            destination: transmit.destination,
            ecn: transmit.ecn.and_then(|ecn| quinn_udp::EcnCodepoint::from_bits(ecn as u8)),
            contents,
            segment_size: transmit.segment_size,
            src_ip: transmit.src_ip,
        };
        // Any other fault is the network's: what is lost is said again.
        self.io.try_io(Interest::WRITABLE, || self.state.send((&self.io).into(), &packets)).is_ok()
    }

    /// Waits until something has come, or until there is room for what was kept.
    pub(super) async fn ready(&self) -> io::Result<()> {
        let interest = if self.has_room() { Interest::READABLE } else { Interest::READABLE | Interest::WRITABLE };
        self.io.ready(interest).await.map(|_| ())
    }
}
