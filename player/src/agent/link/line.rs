//! The line to the server and its two directions, whatever carries them: QUIC, or TLS over TCP where UDP is blocked. Behind
//! this seam nobody knows which it is.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anteroom_content::wire::Carrier;
use quinn::{Connection, Endpoint, RecvStream, SendStream};
use rustls::pki_types::CertificateDer;

use super::tcp::{TcpHear, TcpLine, TcpSpeak};

/// Why a line, or one direction of it, is of no more use.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// QUIC says so.
    #[error(transparent)]
    Connection(#[from] quinn::ConnectionError),
    /// A stream could not be read.
    #[error(transparent)]
    Read(#[from] quinn::ReadError),
    /// A stream could not be written.
    #[error(transparent)]
    Write(#[from] quinn::WriteError),
    /// TCP or its TLS says so.
    #[error(transparent)]
    Tcp(#[from] io::Error),
}

/// A connection.
#[derive(Debug, Clone)]
pub enum Line {
    /// Many streams; the endpoint is its own.
    Quic(Endpoint, Connection),
    /// One stream; what would be a further stream is a further connection.
    Tcp(TcpLine),
}

/// The direction to the server.
#[derive(Debug)]
pub enum Speak {
    /// A stream of QUIC.
    Quic(SendStream),
    /// Half of a TCP connection.
    Tcp(TcpSpeak),
}

/// The direction from the server.
#[derive(Debug)]
pub enum Hear {
    /// A stream of QUIC.
    Quic(RecvStream),
    /// Half of a TCP connection.
    Tcp(TcpHear),
}

impl From<SendStream> for Speak {
    fn from(stream: SendStream) -> Self {
        Self::Quic(stream)
    }
}

impl From<RecvStream> for Hear {
    fn from(stream: RecvStream) -> Self {
        Self::Quic(stream)
    }
}

impl Line {
    /// What carries it.
    pub const fn carrier(&self) -> Carrier {
        match self {
            Self::Quic(_, _) => Carrier::Udp,
            Self::Tcp(_) => Carrier::Tcp,
        }
    }

    /// What takes datagrams, where something does.
    pub const fn datagrams(&self) -> Option<&Connection> {
        match self {
            Self::Quic(_, connection) => Some(connection),
            Self::Tcp(_) => None,
        }
    }

    /// Where the server is.
    pub fn remote_address(&self) -> SocketAddr {
        match self {
            Self::Quic(_, connection) => connection.remote_address(),
            Self::Tcp(line) => line.remote_address(),
        }
    }

    /// The box's own address, as far as it is known.
    pub fn local_ip(&self) -> Option<IpAddr> {
        match self {
            Self::Quic(_, connection) => connection.local_ip(),
            Self::Tcp(line) => line.local_ip(),
        }
    }

    /// What the server showed, DER.
    pub fn server_certificate(&self) -> Option<Vec<u8>> {
        match self {
            Self::Quic(_, connection) => {
                let chain = connection.peer_identity()?.downcast::<Vec<CertificateDer<'static>>>().ok()?;
                chain.first().map(|certificate| certificate.as_ref().to_vec())
            }
            Self::Tcp(line) => line.server_certificate(),
        }
    }

    /// A stream of its own for one exchange.
    ///
    /// # Errors
    /// [`Lost`].
    pub async fn open_bi(&self) -> Result<(Speak, Hear), Lost> {
        match self {
            Self::Quic(_, connection) => {
                let (speak, hear) = connection.open_bi().await?;
                Ok((speak.into(), hear.into()))
            }
            Self::Tcp(line) => {
                let (speak, hear) = line.open().await?;
                Ok((Speak::Tcp(speak), Hear::Tcp(hear)))
            }
        }
    }

    /// A stream on which nothing is answered.
    ///
    /// # Errors
    /// [`Lost`].
    pub async fn open_uni(&self) -> Result<Speak, Lost> {
        match self {
            Self::Quic(_, connection) => Ok(connection.open_uni().await?.into()),
            Self::Tcp(line) => Ok(Speak::Tcp(line.open_to_bring().await?)),
        }
    }

    /// It is of no more use.
    pub fn is_over(&self) -> bool {
        match self {
            Self::Quic(_, connection) => connection.close_reason().is_some(),
            Self::Tcp(line) => line.is_over(),
        }
    }

    /// Ends it, and waits for so long that the server hears it.
    pub async fn end(&self, words: &[u8], patience: Duration) {
        match self {
            Self::Quic(endpoint, connection) => {
                connection.close(0u32.into(), words);
                let _ = tokio::time::timeout(patience, endpoint.wait_idle()).await;
            }
            Self::Tcp(line) => line.end(),
        }
    }
}

impl Speak {
    /// Hands all of it over, and has it go out.
    ///
    /// # Errors
    /// [`Lost`].
    pub async fn write_all(&mut self, bytes: &[u8]) -> Result<(), Lost> {
        match self {
            Self::Quic(stream) => Ok(stream.write_all(bytes).await?),
            Self::Tcp(speak) => Ok(speak.write_all(bytes).await?),
        }
    }

    /// Says no more.
    pub fn finish(&mut self) {
        match self {
            // A stream that is gone needs no end.
            Self::Quic(stream) => drop(stream.finish()),
            Self::Tcp(speak) => speak.finish(),
        }
    }

    /// Waits until the server has all of it, or wants no more.
    pub async fn stopped(&mut self) {
        match self {
            Self::Quic(stream) => drop(stream.stopped().await),
            Self::Tcp(speak) => speak.stopped().await,
        }
    }
}

impl Hear {
    /// Puts what came behind `into`, at most `bytes_max` of it; false at the end. May be dropped at any moment: nothing
    /// that was read is lost.
    ///
    /// # Errors
    /// [`Lost`].
    pub async fn read_into(&mut self, into: &mut Vec<u8>, bytes_max: usize) -> Result<bool, Lost> {
        match self {
            Self::Quic(stream) => {
                let chunk = stream.read_chunk(bytes_max, true).await?;
                into.extend_from_slice(chunk.as_ref().map_or(&[], |chunk| chunk.bytes.as_ref()));
                Ok(chunk.is_some())
            }
            Self::Tcp(hear) => Ok(hear.read_into(into, bytes_max).await?),
        }
    }

    /// The end comes after so many bytes more. Over QUIC the stream tells its end itself.
    pub fn ends_after(&mut self, bytes: u64) {
        match self {
            Self::Quic(_) => {}
            Self::Tcp(hear) => hear.ends_after(bytes),
        }
    }
}
