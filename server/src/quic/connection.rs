//! A connection whose handshake is over.

use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use quinn_proto::crypto::rustls::HandshakeData;
use quinn_proto::{ConnectionError, Dir, StreamId, VarInt};
use rustls::pki_types::CertificateDer;

use super::line::Line;
use super::stream::{RecvStream, SendStream};

/// A connection. It is closed when it is dropped; its streams may outlive it by as much as the other side takes to hear so.
#[derive(Debug)]
pub struct Connection {
    line: Arc<Line>,
}

impl Connection {
    pub(super) fn over(line: Arc<Line>) -> Self {
        Self { line }
    }

    /// Where the other side is now.
    #[must_use]
    pub fn remote_address(&self) -> SocketAddr {
        self.line.lock().proto.remote_address()
    }

    /// The protocol both sides agreed on (ALPN).
    #[must_use]
    pub fn protocol(&self) -> Option<Vec<u8>> {
        let data = self.line.lock().proto.crypto_session().handshake_data()?;
        data.downcast::<HandshakeData>().ok()?.protocol
    }

    /// The certificate the other side showed, if it showed one.
    #[must_use]
    pub fn certificate(&self) -> Option<CertificateDer<'static>> {
        let chain = self.line.lock().proto.crypto_session().peer_identity()?;
        chain.downcast::<Vec<CertificateDer<'static>>>().ok()?.into_iter().next()
    }

    /// How much may be on its way to the other side, in bytes.
    pub fn set_send_window(&self, bytes: u64) {
        let mut state = self.line.lock();
        state.proto.set_send_window(bytes);
        self.line.list(&mut state);
    }

    /// The next stream in both directions that the other side opens.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn accept_bi(&self) -> Result<(SendStream, RecvStream), ConnectionError> {
        let id = self.accept(Dir::Bi).await?;
        Ok((SendStream::over(Arc::clone(&self.line), id), RecvStream::over(Arc::clone(&self.line), id)))
    }

    /// The next stream in one direction that the other side opens.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn accept_uni(&self) -> Result<RecvStream, ConnectionError> {
        Ok(RecvStream::over(Arc::clone(&self.line), self.accept(Dir::Uni).await?))
    }

    async fn accept(&self, dir: Dir) -> Result<StreamId, ConnectionError> {
        std::future::poll_fn(|cx| {
            let mut state = self.line.lock();
            if let Some(id) = state.proto.streams().accept(dir) {
                return Poll::Ready(Ok(id));
            }
            if let Some(reason) = &state.lost {
                return Poll::Ready(Err(reason.clone()));
            }
            state.wait_opened(dir, cx.waker());
            Poll::Pending
        })
        .await
    }

    /// Ends the connection at once. What was not heard yet is not said again.
    pub fn close(&self, code: VarInt, reason: &[u8]) {
        let mut state = self.line.lock();
        if state.lost.is_some() {
            return;
        }
        state.proto.close(Instant::now(), code, reason.to_vec().into());
        state.lose(ConnectionError::LocallyClosed);
        self.line.list(&mut state);
    }

    /// Waits until the connection is gone, and tells why.
    pub async fn closed(&self) -> ConnectionError {
        std::future::poll_fn(|cx| {
            let mut state = self.line.lock();
            if let Some(reason) = &state.lost {
                return Poll::Ready(reason.clone());
            }
            state.wait_lost(cx.waker());
            Poll::Pending
        })
        .await
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.close(VarInt::from_u32(0), b"");
    }
}
