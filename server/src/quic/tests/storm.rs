//! Many at once: all come, all hear, and the socket keeps up.

use tokio::task::JoinSet;

use super::pond::{Filling, Pond, soon};

const MANY: usize = 80;
/// What the kernel gives everybody; far less than the answers of all of them.
const SMALL_SOCKET_BYTES: usize = 64 * 1024;

#[tokio::test]
async fn many_come_at_once_and_are_all_told_over_a_small_socket() {
    let filling = Filling::default();
    rustix::net::sockopt::set_socket_recv_buffer_size(&filling.socket, SMALL_SOCKET_BYTES).expect("small");
    let mut pond = Pond::fill(filling);
    let told = vec![7; 2_048];
    let mut boxes = JoinSet::new();
    for _ in 0..MANY {
        let (endpoint, connecting) = pond.dial();
        let told = told.clone();
        boxes.spawn(async move {
            let connection = connecting.await.expect("connected");
            let (mut ask, mut hear) = connection.open_bi().await.expect("a stream");
            ask.write_all(b"hello").await.expect("written");
            for _ in 0..5 {
                let mut heard = vec![0; 2_048];
                hear.read_exact(&mut heard).await.expect("heard");
                assert!(heard == told);
                ask.write_all(b"!").await.expect("written");
            }
            // Nothing is closed before the last word has arrived.
            ask.finish().expect("finished");
            let _ = ask.stopped().await;
            drop(endpoint);
        });
    }
    soon("all of them", async {
        let (mut speaking, mut connections) = (Vec::new(), Vec::new());
        for _ in 0..MANY {
            let connection = pond.endpoint.accept().await.expect("somebody");
            let (speak, mut hear) = connection.accept_bi().await.expect("a stream");
            assert_eq!(hear.read_chunk(5).await.expect("read").as_deref(), Some(&b"hello"[..]));
            speaking.push((speak, hear));
            connections.push(connection);
        }
        for _ in 0..5 {
            for (speak, _) in &mut speaking {
                speak.write_all(&told).await.expect("told");
            }
            for (_, hear) in &mut speaking {
                assert_eq!(hear.read_chunk(1).await.expect("answered").as_deref(), Some(&b"!"[..]));
            }
        }
        while let Some(heard) = boxes.join_next().await {
            heard.expect("a box");
        }
    })
    .await;
    let callers = pond.callers();
    assert_eq!(callers.len(), MANY);
    assert!(callers.iter().all(|caller| caller.half_open <= caller.open && caller.open < MANY));
}

#[tokio::test]
async fn those_who_are_to_prove_where_they_are_do_so_and_come_in() {
    let mut pond = Pond::fill(Filling::default());
    pond.keeper.retries.store(1, std::sync::atomic::Ordering::SeqCst);
    let (_ours, _theirs, _endpoint) = pond.pair().await;
    let callers = pond.callers();
    let proven: Vec<_> = callers.iter().map(|caller| (caller.is_proven, caller.may_prove)).collect();
    assert_eq!(proven, [(false, true), (true, false)]);
}

#[tokio::test]
async fn those_who_are_sent_away_hear_so_and_leave_nothing_behind() {
    let mut pond = Pond::fill(Filling::default());
    pond.keeper.refusals.store(1, std::sync::atomic::Ordering::SeqCst);
    let (_away, refused) = pond.dial();
    assert!(soon("a refusal", refused).await.is_err());
    let (_ours, _theirs, _endpoint) = pond.pair().await;
    let callers = pond.callers();
    assert_eq!((callers[1].open, callers[1].half_open), (0, 0));
}
