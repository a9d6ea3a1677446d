//! Opens a connection, and says in plain words why there is none.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use anteroom_content::text::Text;
use anteroom_content::wire::SERVER_NAME;
use quinn::{ClientConfig, Connection, ConnectionError, Endpoint};

use super::tls::TlsError;
use crate::agent::limits::{ADDRESSES_MAX, CONNECT_TIMEOUT};

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
    #[error("nobody answers at {0}")]
    Silent(SocketAddr),
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
    /// For whoever stands before the screen.
    pub fn words(&self) -> Text {
        match self {
            Self::Nowhere { .. } => Text::new(
                "找不到服务器：请检查服务器地址和网线。",
                "The server's name leads nowhere: check the address and the network cable.",
            ),
            Self::Silent(_) => Text::new(
                "服务器没有应答：请检查网线、服务器地址，以及防火墙是否放行 UDP 端口。",
                "The server does not answer: check the cable, the address, and that the firewall lets the UDP port through.",
            ),
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

/// Connects to `HOST:PORT`: each of its addresses in turn.
///
/// # Errors
/// [`Unreached`], of the last address.
pub async fn connect(server: &str, config: &ClientConfig) -> Result<(Endpoint, Connection), Unreached> {
    let nowhere = |error| Unreached::Nowhere { server: server.to_owned(), error };
    let addresses = tokio::time::timeout(CONNECT_TIMEOUT, tokio::net::lookup_host(server)).await;
    let addresses = addresses.map_err(|_| nowhere(std::io::ErrorKind::TimedOut.into()))?.map_err(nowhere)?;
    let mut last = nowhere(std::io::ErrorKind::NotFound.into());
    for address in addresses.take(ADDRESSES_MAX) {
        match connect_to(address, config.clone()).await {
            Ok(connected) => return Ok(connected),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn connect_to(address: SocketAddr, config: ClientConfig) -> Result<(Endpoint, Connection), Unreached> {
    let any = match address {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let endpoint = Endpoint::client(any).map_err(|error| Unreached::Here(error.to_string()))?;
    let connecting = endpoint.connect_with(config, address, SERVER_NAME);
    let connecting = connecting.map_err(|error| Unreached::Here(error.to_string()))?;
    match tokio::time::timeout(CONNECT_TIMEOUT, connecting).await {
        Ok(Ok(connection)) => Ok((endpoint, connection)),
        Ok(Err(error)) => Err(judge(address, &error)),
        Err(_) => Err(Unreached::Silent(address)),
    }
}

/// What a failed connection means.
pub fn judge(address: SocketAddr, error: &ConnectionError) -> Unreached {
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
