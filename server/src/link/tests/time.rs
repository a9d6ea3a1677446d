//! What time it is, asked and told by datagrams.

use anteroom_content::wire::time::{TIME_BYTES_MAX, TimeAsked, TimeTold, from_datagram, to_datagram};

use super::booth::soon;
use super::house::House;
use crate::state::tests::NOW;

#[tokio::test]
async fn the_time_is_told_to_whoever_asks_and_rubbish_is_not_answered() {
    let house = House::open().await;
    let this = house.hung("box-1", "a-1").await;
    let (talk, _) = this.talk(&house).await;
    let mut last_us = NOW.0 * 1_000;
    for tick_us in [-7, 0, i64::MAX] {
        for rubbish in [&b"what time is it"[..], b"", &[b'9'; TIME_BYTES_MAX + 1], br#"{"tick_us":"now"}"#] {
            talk.connection.send_datagram(rubbish.to_vec().into()).expect("sent");
        }
        talk.connection.send_datagram(to_datagram(&TimeAsked { tick_us }).into()).expect("sent");
        let answer = soon("the time", talk.connection.read_datagram()).await.expect("told");
        let told: TimeTold = from_datagram(&answer).expect("an answer");
        assert_eq!(told.tick_us, tick_us, "the answer is to the question, and to nothing before it");
        assert!(last_us <= told.heard_us && told.heard_us <= told.told_us, "{told:?}");
        last_us = told.told_us;
    }
    // The house's own clock stands; the network's time goes on from where that stood.
    assert!(last_us - NOW.0 * 1_000 < 60_000_000);
    house.close().await;
}
