//! Opens a connection, over QUIC or where UDP is blocked over TCP, and says in plain words why there is none.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use anteroom_content::text::Text;
use anteroom_content::wire::SERVER_NAME;
use quinn::{ConnectionError, Endpoint, EndpointConfig, TokioRuntime};

use super::line::{Line, Lost};
use super::tcp::TcpLine;
use super::tls::{Pass, TlsError};
use super::way::Way;
use crate::agent::limits::{ADDRESSES_MAX, CONNECT_TIMEOUT, UDP_ANSWER_MAX, UDP_TRIES};

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum Unreached {
    /// The server's name leads nowhere.
    #[error("no address is known for `{server}`: {error}")]
    Nowhere {
        /// The name.
        server: String,
        /// Why.
        error: std::io::Error,
    },
    /// Nobody answers.
    #[error("nobody answers at {0}, neither over UDP nor over TCP")]
    Silent(SocketAddr),
    /// Nobody answers over UDP, and nobody listens on TCP: the machine is there.
    #[error("nobody answers at {0} over UDP, and nobody listens on TCP")]
    NobodyListens(SocketAddr),
    /// Somebody answers, and does not come to an end.
    #[error("the server at {0} answers too slowly")]
    Slow(SocketAddr),
    /// Somebody answers who is not to be believed.
    #[error("the server at {address} is not the one this box was paired with: {reason}")]
    Stranger {
        /// Where.
        address: SocketAddr,
        /// Why.
        reason: String,
    },
    /// Somebody answers who does not speak with boxes of this version.
    #[error("the server at {0} does not speak this player's version of the link")]
    OtherVersion(SocketAddr),
    /// The server does not want to.
    #[error("the server at {address} turned the box away: {reason}")]
    TurnedAway {
        /// Where.
        address: SocketAddr,
        /// Why.
        reason: String,
    },
    /// This machine cannot.
    #[error("this machine cannot connect: {0}")]
    Here(String),
}

impl From<TlsError> for Unreached {
    fn from(error: TlsError) -> Self {
        Self::Here(error.to_string())
    }
}

impl Unreached {
    /// Nobody answered: whatever is between box and server may have swallowed it.
    const fn is_silent(&self) -> bool {
        matches!(self, Self::Silent(_))
    }

    /// For whoever stands before the screen.
    pub fn words(&self) -> Text {
        match self {
            Self::Nowhere { server, .. } => Text::new(
                &format!("找不到服务器 {server}：请检查服务器地址、网线和 DNS。"),
                &format!("The server's name {server} leads nowhere: check the address, the network cable and the DNS."),
            ),
            Self::Silent(at) => Text::new(
                &format!(
                    "服务器没有应答：UDP 端口 {port} 和 TCP 端口 {port} 都没有回应。请检查网线、服务器地址（{ip}）和服务器是否开机；都没有问题时，请网络管理员在防火墙放行这两个端口。",
                    port = at.port(),
                    ip = at.ip()
                ),
                &format!(
                    "The server does not answer, neither on UDP port {port} nor on TCP port {port}. Check the cable, the address ({ip}) and that the server runs; if all is well, have the firewall let both ports through.",
                    port = at.port(),
                    ip = at.ip()
                ),
            ),
            Self::NobodyListens(at) => Text::new(
                &format!(
                    "UDP 端口 {port} 没有应答，TCP 端口 {port} 没有服务：服务器程序可能没有运行。如果它在运行，就是防火墙拦截了 UDP 端口 {port}，请网络管理员放行。",
                    port = at.port()
                ),
                &format!(
                    "No answer on UDP port {port}, and nothing listens on TCP port {port}: the server may not be running. If it is, a firewall blocks UDP port {port}: have it let through.",
                    port = at.port()
                ),
            ),
            Self::Slow(_) => {
                Text::new("服务器应答太慢，将自动重试。", "The server answers too slowly; the box will try again.")
            }
            Self::Stranger { .. } => Text::new(
                "应答的不是本机配对过的服务器。如服务器已更换，请换用空的状态目录重新配对。",
                "Another server answers than the one this box was paired with. If the server was replaced, start with an empty state folder.",
            ),
            Self::OtherVersion(_) => Text::new(
                "服务器与播放器版本不匹配：请升级。",
                "Server and player are of different versions: upgrade one of them.",
            ),
            Self::TurnedAway { .. } => Text::new(
                "服务器暂时拒绝连接，将自动重试。",
                "The server turns the box away for now; it will try again.",
            ),
            Self::Here(_) => Text::new(
                "本机网络或证书故障，请查看日志。",
                "This machine's network or certificate fails: see its log.",
            ),
        }
    }
}

/// TLS alerts as QUIC carries them: 0x100 and the alert's number.
const NO_APPLICATION_PROTOCOL: u64 = 0x100 + 120;
const CRYPTO_ERRORS: std::ops::Range<u64> = 0x100..0x200;

/// Connects to `HOST:PORT`: over QUIC, and where nobody answers that over TCP. If the server answers there, UDP is tried once
/// more, now that it is known to be there; then `way` knows that it is blocked, and the next connection goes over TCP at
/// once.
///
/// # Errors
/// [`Unreached`], of the last address.
pub async fn connect(server: &str, way: &Way, pass: &Pass) -> Result<Line, Unreached> {
    if way.is_udp_blocked() {
        // Should nobody answer there either, much may have changed: all is tried again.
        return over_tcp(server, pass).await.inspect_err(|_| way.note(false));
    }
    let silence = match over_udp(server, pass).await {
        Err(error) if error.is_silent() => error,
        answered => return answered,
    };
    let line = match over_tcp(server, pass).await {
        Ok(line) => line,
        Err(Unreached::Here(_)) => return Err(silence),
        Err(error) => return Err(error),
    };
    for _ in 1..UDP_TRIES {
        if let Ok(Ok(line)) = tokio::time::timeout(UDP_ANSWER_MAX, over_udp(server, pass)).await {
            return Ok(line);
        }
    }
    way.note(true);
    tracing::warn!(
        server,
        "the server answers over TCP and not over UDP: a firewall blocks UDP; the link goes over TCP"
    );
    Ok(line)
}

/// Each address of `HOST:PORT`, as far as they are tried.
async fn addresses(server: &str) -> Result<Vec<SocketAddr>, Unreached> {
    let nowhere = |error| Unreached::Nowhere { server: server.to_owned(), error };
    let found = tokio::time::timeout(CONNECT_TIMEOUT, tokio::net::lookup_host(server)).await;
    let found = found.map_err(|_| nowhere(io::ErrorKind::TimedOut.into()))?.map_err(nowhere)?;
    let found: Vec<_> = found.take(ADDRESSES_MAX).collect();
    if found.is_empty() { Err(nowhere(io::ErrorKind::NotFound.into())) } else { Ok(found) }
}

/// Connects over QUIC, to the first address that answers.
///
/// # Errors
/// [`Unreached`], of the last address.
pub async fn over_udp(server: &str, pass: &Pass) -> Result<Line, Unreached> {
    let mut last = None;
    for address in addresses(server).await? {
        match over_udp_to(address, pass).await {
            Ok(line) => return Ok(line),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| Unreached::Here("no address".to_owned())))
}

/// Connects over TCP, to the first address that answers.
///
/// # Errors
/// [`Unreached`], of the last address.
pub async fn over_tcp(server: &str, pass: &Pass) -> Result<Line, Unreached> {
    let mut last = None;
    for address in addresses(server).await? {
        match TcpLine::dial(address, &pass.tls).await {
            Ok(line) => return Ok(Line::Tcp(line)),
            Err(error) => last = Some(judge_tcp(address, &error)),
        }
    }
    Err(last.unwrap_or_else(|| Unreached::Here("no address".to_owned())))
}

/// A socket of our own, that takes packets of so many bytes.
fn endpoint(at: SocketAddr, packet_bytes_max: Option<u16>) -> io::Result<Endpoint> {
    let mut config = EndpointConfig::default();
    if let Some(bytes) = packet_bytes_max {
        config.max_udp_payload_size(bytes).map_err(io::Error::other)?;
    }
    Endpoint::new(config, None, UdpSocket::bind(at)?, Arc::new(TokioRuntime))
}

async fn over_udp_to(address: SocketAddr, pass: &Pass) -> Result<Line, Unreached> {
    let any = match address {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let endpoint = endpoint(any, pass.packet_bytes_max).map_err(|error| Unreached::Here(error.to_string()))?;
    let connecting = endpoint.connect_with(pass.quic.clone(), address, SERVER_NAME);
    let mut connecting = connecting.map_err(|error| Unreached::Here(error.to_string()))?;
    match tokio::time::timeout(UDP_ANSWER_MAX, connecting.handshake_data()).await {
        Err(_) => return Err(Unreached::Silent(address)),
        Ok(Err(error)) => return Err(judge_quic(address, &error)),
        // It has answered: the rest may take its time.
        Ok(Ok(_)) => {}
    }
    match tokio::time::timeout(CONNECT_TIMEOUT, connecting).await {
        Ok(Ok(connection)) => Ok(Line::Quic(endpoint, connection)),
        Ok(Err(error)) => Err(judge_quic(address, &error)),
        Err(_) => Err(Unreached::Slow(address)),
    }
}

/// What it means that a line was lost at its beginning.
pub fn judge(address: SocketAddr, lost: &Lost) -> Unreached {
    match lost {
        Lost::Connection(error)
        | Lost::Read(quinn::ReadError::ConnectionLost(error))
        | Lost::Write(quinn::WriteError::ConnectionLost(error)) => judge_quic(address, error),
        Lost::Tcp(error) => judge_tcp(address, error),
        Lost::Read(error) => Unreached::TurnedAway { address, reason: error.to_string() },
        Lost::Write(error) => Unreached::TurnedAway { address, reason: error.to_string() },
    }
}

fn judge_tcp(address: SocketAddr, error: &io::Error) -> Unreached {
    use rustls::{AlertDescription, Error};
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match (tls, error.kind()) {
        (Some(Error::AlertReceived(AlertDescription::NoApplicationProtocol)), _) => Unreached::OtherVersion(address),
        (Some(error), _) => Unreached::Stranger { address, reason: error.to_string() },
        (None, io::ErrorKind::ConnectionRefused) => Unreached::NobodyListens(address),
        (None, io::ErrorKind::TimedOut) => Unreached::Silent(address),
        (None, io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe) => {
            Unreached::TurnedAway { address, reason: error.to_string() }
        }
        // No route, no network: no server was asked.
        (None, _) => Unreached::Here(error.to_string()),
    }
}

/// What a failed connection means.
fn judge_quic(address: SocketAddr, error: &ConnectionError) -> Unreached {
    let code = match error {
        ConnectionError::TransportError(error) => u64::from(error.code),
        ConnectionError::ConnectionClosed(close) => u64::from(close.error_code),
        ConnectionError::TimedOut | ConnectionError::Reset => return Unreached::Silent(address),
        ConnectionError::VersionMismatch => return Unreached::OtherVersion(address),
        ConnectionError::ApplicationClosed(_) | ConnectionError::LocallyClosed | ConnectionError::CidsExhausted => 0,
    };
    match code {
        NO_APPLICATION_PROTOCOL => Unreached::OtherVersion(address),
        code if CRYPTO_ERRORS.contains(&code) => Unreached::Stranger { address, reason: error.to_string() },
        _ => Unreached::TurnedAway { address, reason: error.to_string() },
    }
}
