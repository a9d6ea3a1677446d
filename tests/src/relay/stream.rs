//! TCP: streams are carried whole, later; what a network loses of them the kernels on its way have sent again.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::weather::Weather;
use crate::harness::Outcome;

/// How much is read at once, in bytes.
const CHUNK_BYTES: usize = 16 * 1024;
/// Chunks of one direction on their way.
const ON_THE_WAY_MAX: usize = 64;

/// Carries streams until nobody can change the weather any more.
pub(super) async fn carry(
    listener: std::net::TcpListener,
    server: SocketAddr,
    mut weather: watch::Receiver<Weather>,
) -> Outcome<()> {
    let listener = TcpListener::from_std(listener)?;
    let mut streams = JoinSet::new();
    loop {
        tokio::select! {
            changed = weather.changed() => if changed.is_err() { return Ok(()) },
            accepted = listener.accept() => {
                let (front, _) = accepted?;
                streams.spawn(through(front, server, weather.clone()));
            }
            Some(_) = streams.join_next() => {}
        }
    }
}

async fn through(front: TcpStream, server: SocketAddr, weather: watch::Receiver<Weather>) -> Outcome<()> {
    let back = TcpStream::connect(server).await?;
    let _ = (front.set_nodelay(true), back.set_nodelay(true));
    let ((from_player, to_player), (from_server, to_server)) = (front.into_split(), back.into_split());
    tokio::try_join!(one_way(from_player, to_server, weather.clone()), one_way(from_server, to_player, weather))?;
    Ok(())
}

async fn one_way(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, weather: watch::Receiver<Weather>) -> Outcome<()> {
    let (begun, mut due) = mpsc::channel::<(Instant, Vec<u8>)>(ON_THE_WAY_MAX);
    let read = async move {
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let count = from.read(&mut chunk).await?;
            let arrival = Instant::now() + weather.borrow().delay();
            let bytes = chunk.get(..count).unwrap_or_default().to_vec();
            if begun.send((arrival, bytes)).await.is_err() || count == 0 {
                return Outcome::Ok(());
            }
        }
    };
    let write = async move {
        while let Some((arrival, bytes)) = due.recv().await {
            sleep_until(arrival).await;
            if bytes.is_empty() {
                return Ok(to.shutdown().await?);
            }
            to.write_all(&bytes).await?;
        }
        Outcome::Ok(())
    };
    tokio::try_join!(read, write)?;
    Ok(())
}
