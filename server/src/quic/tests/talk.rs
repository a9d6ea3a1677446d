//! What goes over a connection comes out whole, and its ends are heard on the other side.

use std::time::Duration;

use quinn_proto::{ConnectionError, TransportConfig, VarInt};

use super::pond::{Filling, Pond, soon};
use crate::quic::{ReadError, WriteError};

/// Bytes that are never twice the same in a row.
fn bytes(length: usize, seed: u8) -> Vec<u8> {
    blake3::Hasher::new().update(&[seed]).finalize_xof().fill_vec(length)
}

trait FillVec {
    fn fill_vec(self, length: usize) -> Vec<u8>;
}

impl FillVec for blake3::OutputReader {
    fn fill_vec(mut self, length: usize) -> Vec<u8> {
        let mut filled = vec![0; length];
        self.fill(&mut filled);
        filled
    }
}

const LENGTH: usize = 4 * 1024 * 1024 + 17;

#[tokio::test]
async fn megabytes_go_both_ways_on_several_streams_at_once() {
    let mut pond = Pond::fill(Filling::default());
    let (ours, theirs, _endpoint) = pond.pair().await;
    let echo = async {
        let mut echoes = tokio::task::JoinSet::new();
        for _ in 0..3 {
            let (mut speak, mut hear) = ours.accept_bi().await.expect("a stream");
            echoes.spawn(async move {
                while let Some(chunk) = hear.read_chunk(usize::MAX).await.expect("read") {
                    speak.write_chunk(chunk).await.expect("written");
                }
                speak.finish().expect("finished");
            });
        }
        while let Some(echo) = echoes.join_next().await {
            echo.expect("an echo");
        }
    };
    let ask = async {
        let mut answers = tokio::task::JoinSet::new();
        for seed in 0..3_u8 {
            let (mut speak, mut hear) = theirs.open_bi().await.expect("a stream");
            answers.spawn(async move {
                let sent = bytes(LENGTH, seed);
                let ((), heard) = tokio::join!(
                    async {
                        speak.write_all(&sent).await.expect("written");
                        speak.finish().expect("finished");
                    },
                    hear.read_to_end(LENGTH)
                );
                assert!(heard.expect("read") == sent, "stream {seed} comes back as it went");
            });
        }
        while let Some(answer) = answers.join_next().await {
            answer.expect("an answer");
        }
    };
    soon("the echoes", async { tokio::join!(echo, ask) }).await;
    assert_eq!(ours.protocol().as_deref(), Some(&b"pond/1"[..]));
    assert!(ours.certificate().is_none(), "nobody asked for one");
}

#[tokio::test]
async fn a_writer_waits_for_a_reader_who_takes_his_time() {
    let mut pond = Pond::fill(Filling::default());
    let (ours, theirs, _endpoint) = pond.pair().await;
    let (mut ask, mut hear) = theirs.open_bi().await.expect("a stream");
    ask.write_all(b"x").await.expect("asked");
    let (mut speak, _hear) = soon("the stream", ours.accept_bi()).await.expect("a stream");
    let sent = bytes(8 * LENGTH, 1);
    let told = sent.clone();
    let writer = tokio::spawn(async move {
        speak.write_all(&told).await.expect("written");
        speak.finish().expect("finished");
    });
    let mut first = vec![0; 1];
    soon("the first byte", hear.read_exact(&mut first)).await.expect("read");
    assert!(!writer.is_finished(), "more than the windows hold cannot have been written");
    let rest = soon("the rest", hear.read_to_end(8 * LENGTH)).await.expect("read");
    assert!(first == sent[..1] && rest == sent[1..]);
    soon("the writer", writer).await.expect("ended");
}

#[tokio::test]
async fn a_stream_that_is_given_up_is_heard_on_both_sides() {
    let mut pond = Pond::fill(Filling::default());
    let (ours, theirs, _endpoint) = pond.pair().await;
    let code = VarInt::from_u32(7);

    let mut given_up = theirs.open_uni().await.expect("a stream");
    given_up.write_all(b"x").await.expect("written");
    given_up.reset(code).expect("given up");
    let mut hear = soon("the stream", ours.accept_uni()).await.expect("a stream");
    let mut read = soon("the end", hear.read_chunk(10)).await;
    if matches!(read, Ok(Some(_))) {
        read = soon("the end", hear.read_chunk(10)).await;
    }
    assert_eq!(read, Err(ReadError::Reset(code)));

    let (mut speak, hear) = theirs.open_bi().await.expect("a stream");
    speak.write_all(b"x").await.expect("written");
    let (mut answer, unread) = soon("the stream", ours.accept_bi()).await.expect("a stream");
    drop(unread);
    let stopped = soon("a stop", speak.stopped()).await.expect("stopped");
    assert_eq!(stopped, Some(VarInt::from_u32(0)), "nobody reads what was dropped");
    drop(hear);
    let refused = soon("a stop", async {
        loop {
            if let Err(error) = answer.write_all(&[1; 1_000]).await {
                return error;
            }
        }
    })
    .await;
    assert_eq!(refused, WriteError::Stopped(VarInt::from_u32(0)));

    let mut long = theirs.open_uni().await.expect("a stream");
    long.write_all(&[7; 101]).await.expect("written");
    let mut hear = soon("the stream", ours.accept_uni()).await.expect("a stream");
    assert_eq!(soon("too much", hear.read_to_end(100)).await, Err(ReadError::TooLong(100)));
    hear.stop(code).expect("stopped");
    assert_eq!(soon("a stop", long.stopped()).await.expect("stopped"), Some(code));
}

#[tokio::test]
async fn a_close_is_heard_with_its_code_and_ends_whatever_waited() {
    let mut pond = Pond::fill(Filling::default());
    let (ours, theirs, _endpoint) = pond.pair().await;
    let (waits_bi, waits_uni) = (async { ours.accept_bi().await.err() }, async { ours.accept_uni().await.err() });
    let (bi, uni, end, ()) = soon("the end", async {
        tokio::join!(waits_bi, waits_uni, ours.closed(), async { theirs.close(VarInt::from_u32(9), b"enough") })
    })
    .await;
    let ConnectionError::ApplicationClosed(told) = &end else { panic!("closed in another way: {end}") };
    assert_eq!((told.error_code.into_inner(), told.reason.as_ref()), (9, &b"enough"[..]));
    assert_eq!((bi.as_ref(), uni.as_ref()), (Some(&end), Some(&end)));

    let (ours, theirs, _endpoint) = pond.pair().await;
    let (mut speak, mut hear) = {
        let mut stream = theirs.open_bi().await.expect("a stream");
        stream.0.write_all(b"x").await.expect("written");
        (ours.accept_bi().await.expect("a stream"), stream).0
    };
    assert!(soon("a byte", hear.read_chunk(1)).await.is_ok());
    drop(ours);
    let gone = soon("the end", theirs.closed()).await;
    assert!(matches!(gone, ConnectionError::ApplicationClosed(_)), "a dropped connection is closed: {gone}");
    assert_eq!(hear.read_chunk(1).await, Err(ReadError::Lost(ConnectionError::LocallyClosed)));
    assert_eq!(speak.write_all(b"x").await, Err(WriteError::Lost(ConnectionError::LocallyClosed)));
}

#[tokio::test]
async fn an_endpoint_that_closes_tells_everybody_and_lets_nobody_in() {
    let mut pond = Pond::fill(Filling::default());
    let mut pairs = Vec::new();
    for _ in 0..5 {
        pairs.push(pond.pair().await);
    }
    pond.endpoint.close(VarInt::from_u32(3), b"the server stops");
    for (ours, theirs, _) in &pairs {
        let ConnectionError::ApplicationClosed(told) = soon("the end", theirs.closed()).await else { panic!("closed") };
        assert_eq!((told.error_code.into_inner(), told.reason.as_ref()), (3, &b"the server stops"[..]));
        assert_eq!(soon("the end", ours.closed()).await, ConnectionError::LocallyClosed);
    }
    let (_endpoint, late) = pond.dial();
    assert!(soon("a refusal", late).await.is_err());
    soon("the last one", pond.endpoint.wait_idle()).await;
}

#[tokio::test]
async fn whoever_is_silent_for_too_long_is_gone() {
    let mut transport = TransportConfig::default();
    transport.max_idle_timeout(Some(Duration::from_millis(400).try_into().expect("short")));
    let mut pond = Pond::fill(Filling { transport, ..Filling::default() });
    let (ours, theirs, endpoint) = pond.pair().await;
    // Nothing closes the client's side, and nothing of it is heard any more.
    drop((theirs, endpoint));
    assert!(matches!(
        soon("the end", ours.closed()).await,
        ConnectionError::TimedOut | ConnectionError::ApplicationClosed(_)
    ));
}

#[tokio::test]
async fn a_connection_goes_on_from_another_address() {
    let mut pond = Pond::fill(Filling::default());
    let (ours, theirs, endpoint) = pond.pair().await;
    let (mut ask, mut answer) = theirs.open_bi().await.expect("a stream");
    ask.write_all(b"1").await.expect("written");
    let (mut speak, mut hear) = soon("the stream", ours.accept_bi()).await.expect("a stream");
    assert_eq!(soon("a byte", hear.read_chunk(1)).await.expect("read").as_deref(), Some(&b"1"[..]));
    let before = ours.remote_address();
    endpoint.rebind(std::net::UdpSocket::bind("127.0.0.1:0").expect("a port")).expect("moved");
    ask.write_all(b"2").await.expect("written");
    assert_eq!(soon("a byte", hear.read_chunk(1)).await.expect("read").as_deref(), Some(&b"2"[..]));
    assert_ne!(ours.remote_address(), before);
    speak.write_all(b"3").await.expect("written");
    let mut heard = [0];
    soon("an answer", answer.read_exact(&mut heard)).await.expect("read");
    assert_eq!((&heard, pond.callers().len()), (b"3", 1), "one handshake was enough");
}

#[tokio::test]
async fn datagrams_are_answered_by_the_doorkeeper_at_once_or_not_at_all() {
    let mut pond = Pond::fill(Filling::default());
    let (_ours, theirs, _endpoint) = pond.pair().await;
    for n in 0..200_u8 {
        theirs.send_datagram(vec![n].into()).expect("sent");
        theirs.send_datagram([&b"echo "[..], &[n, n]].concat().into()).expect("sent");
        let answer = soon("an echo", theirs.read_datagram()).await.expect("an answer");
        assert_eq!(answer.as_ref(), [n, n]);
    }
}
