//! Strangers who speak no QUIC, or begin it and go away.

use std::net::UdpSocket;
use std::sync::Arc;
use std::time::{Duration, Instant};

use quinn_proto::EndpointConfig;

use super::pond::{Filling, Pond, soon};

#[tokio::test]
async fn a_handshake_that_is_not_finished_in_time_is_forgotten() {
    let handshake_max = Duration::from_millis(100);
    let mut pond = Pond::fill(Filling { handshake_max, ..Filling::default() });
    // The first packet of somebody who never answers.
    let mut stranger = quinn_proto::Endpoint::new(Arc::new(EndpointConfig::default()), None, true, None);
    let now = Instant::now();
    let (_, mut begun) = stranger.connect(now, pond.client(), pond.address, "pond").expect("begun");
    let mut packet = Vec::new();
    let transmit = begun.poll_transmit(now, 1, &mut packet).expect("a packet");
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    socket.send_to(&packet[..transmit.size], pond.address).expect("sent");
    soon("a place that is free again", async {
        loop {
            let (_ours, _theirs, _endpoint) = pond.pair().await;
            let callers = pond.callers();
            let last = callers.last().expect("somebody called");
            // The stranger may come to be heard after the first of the others.
            if callers.iter().any(|caller| caller.half_open == 1) && last.half_open == 0 {
                return;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn nonsense_disturbs_nobody() {
    let mut pond = Pond::fill(Filling::default());
    let (ours, theirs, _endpoint) = pond.pair().await;
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let mut noise = vec![0; 1_300];
    for seed in 0..500_u32 {
        blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut noise);
        let length = usize::try_from(seed).expect("small") * 13 % noise.len();
        // Long headers of every version and type, and short ones.
        socket.send_to(&noise[..length], pond.address).expect("sent");
    }
    let mut ask = theirs.open_uni().await.expect("a stream");
    ask.write_all(b"still here").await.expect("written");
    ask.finish().expect("finished");
    let mut hear = soon("the stream", ours.accept_uni()).await.expect("a stream");
    assert_eq!(soon("a word", hear.read_to_end(100)).await.expect("read"), b"still here");
    assert!(pond.callers().iter().skip(1).all(|caller| caller.open == 1), "nonsense opened nothing");
}

#[tokio::test]
async fn an_endpoint_that_is_dropped_lets_nobody_wait() {
    let mut pond = Pond::fill(Filling::default());
    let (ours, _theirs, _endpoint) = pond.pair().await;
    drop(pond);
    soon("the end", ours.closed()).await;
}
