//! The players' door on a thread of its own. Whatever a person at the console asks for, however long it is thought about, the
//! boxes are told meanwhile; and a word that is heard and answered on one thread waits for no other to wake.

use std::io;
use std::net::UdpSocket;

use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

use super::door;
use super::endpoint::LinkError;
use crate::state::State;

/// The door, open on its thread. Dropped, the thread ends: after the database was closed, for some of its connections may
/// have been opened there.
#[derive(Debug)]
pub struct OwnThread {
    ended: oneshot::Receiver<Result<(), LinkError>>,
    _stays: oneshot::Sender<()>,
}

impl OwnThread {
    /// Opens the door, until `stop` says so.
    ///
    /// # Errors
    /// When there is no thread or no runtime to be had.
    pub fn open(
        state: State,
        socket: UdpSocket,
        fallback: Option<TcpListener>,
        stop: watch::Receiver<bool>,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (say, ended) = oneshot::channel();
        let (stays, leave) = oneshot::channel::<()>();
        std::thread::Builder::new().name("link".to_owned()).spawn(move || {
            runtime.block_on(async move {
                // Whoever does not wait for the end need not hear of it.
                let _ = say.send(door::serve(state, socket, fallback, stop).await);
                let _ = leave.await;
            });
        })?;
        Ok(Self { ended, _stays: stays })
    }

    /// Waits until the door was closed.
    ///
    /// # Errors
    /// [`LinkError`]: why it does not work any more.
    pub async fn ended(&mut self) -> Result<(), LinkError> {
        (&mut self.ended).await.unwrap_or(Err(LinkError::Shut))
    }
}
