//! The player of the first release, frozen: it says the frames that release wrote, byte for byte, and understands the words
//! it knew. It is told, plays, and is acknowledged as ever; people are told honestly what it does not tell.

use anteroom_content::id::ItemId;
use anteroom_content::manifest::{Envelope, Manifest};
use anteroom_content::play::{Batch, Ending, Play, chain_start};
use anteroom_content::wire::{ALPN_CONTROL, CLOSE_STOPPING, Hello, Refusal, ToPlayer, Versions};
use serde::Deserialize;
use serde_json::json;

use super::booth::{Talk, TestBox, once, soon};
use super::frames::Frames;
use super::house::{House, screen, zone};
use crate::db::boxes;
use crate::db::ledger::asked;
use crate::delivery::{Board, HowFar, Listed, Question, Standing, Why, survey};
use crate::publish::publish;
use crate::state::State;
use crate::state::tests::NOW;

/// Every message of the first release as it went over the line.
const FIRST_RELEASE: &str = include_str!("../../../../content/src/wire/golden/v1.tsv");
/// The log those messages speak of.
const LOG_EPOCH: u64 = u64::MAX >> 1;

fn frozen(name: &str) -> String {
    let lines = FIRST_RELEASE.lines().filter_map(|line| line.split_once('\t'));
    lines.into_iter().find(|(found, _)| *found == name).expect("a message of the first release").1.to_owned()
}

/// What the first release understood of a server's words: these fields of these messages.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Word {
    Welcome {
        acked: Mark,
    },
    Charter {},
    Assigned {},
    Manifest {
        body: String,
        signature: String,
    },
    Acked {
        log_epoch: u64,
        seq: u64,
    },
    Refused(Reason),
    #[serde(other)]
    Unknown,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Mark {
    log_epoch: u64,
    seq: u64,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
enum Reason {
    Unpaired,
    Busy {},
    Expired,
    Confused {},
    #[serde(other)]
    Other,
}

async fn say(talk: &mut Talk, json: &str) {
    let length = u32::try_from(json.len()).expect("short").to_be_bytes();
    talk.speak.write_all(&[&length, json.as_bytes()].concat()).await.expect("said");
}

async fn come(this: &TestBox, house: &House, hello: &str) -> Talk {
    let connection = soon("a connection", this.dial(house.address, ALPN_CONTROL)).await.expect("connected");
    let (speak, hear) = connection.open_bi().await.expect("a stream");
    let mut talk = Talk { connection, speak, hear: Frames::of(hear) };
    say(&mut talk, hello).await;
    talk
}

async fn standing(state: &State) -> Standing {
    let ground = Board::default().look(state).await.expect("read");
    let found =
        survey(&ground, &state.fleet, &Question { listed: Listed::Everybody, ..Question::default() }, |_| false);
    found.lines.iter().find(|line| line.screen.id == screen("a-1")).expect("there").standing.clone()
}

fn plays(this: &TestBox) -> String {
    let play = |seq| Play {
        seq,
        screen: screen("a-1"),
        zone: zone("a"),
        item: ItemId::parse("of-a").expect("name"),
        item_version: 1,
        file: None,
        manifest_version: 1,
        planned_at: NOW,
        planned_ms: 15_000,
        started_at: NOW,
        shown_ms: 15_000,
        ending: Ending::Complete,
        proof: None,
    };
    let batch = Batch {
        box_id: this.id.clone(),
        log_epoch: LOG_EPOCH,
        first_seq: 1,
        chain_before: chain_start(&this.id, LOG_EPOCH),
        plays: (1..=3).map(|seq| serde_json::to_string(&play(seq)).expect("json")).collect(),
    };
    let Envelope { body, signature } = Envelope::seal(&batch, &this.signing_key).expect("sealed");
    json!({"type": "plays", "body": body, "signature": signature}).to_string()
}

#[tokio::test]
async fn the_player_of_the_first_release_is_told_and_acknowledged_as_ever() {
    let house = House::open().await;
    let published = publish(&house.state, "editor").await.expect("published");
    let this = house.hung("box-1", "a-1").await;
    let mut talk = come(&this, &house, &frozen("hello")).await;
    assert_eq!(talk.heard::<Word>().await, Word::Welcome { acked: Mark { log_epoch: LOG_EPOCH, seq: 0 } });
    assert_eq!(talk.heard::<Word>().await, Word::Charter {});
    assert_eq!(talk.heard::<Word>().await, Word::Assigned {});
    let Word::Manifest { body, signature } = talk.heard().await else { panic!("a manifest was due") };
    let told: Manifest =
        Envelope { body, signature }.open(&house.state.keys.publish.verifying_key()).expect("believed");
    assert_eq!((told.version, told.zone), (published.version, zone("a")));
    let silent = standing(&house.state).await;
    assert_eq!((silent.how_far, silent.why, silent.is_heard), (HowFar::Told, Some(Why::TellsNoMore), true));

    let beat = frozen("beat").replace("Z1-1", "a-1").replace("5000000000", "12582912");
    say(&mut talk, &beat).await;
    once("a beat", &house.state, |state| state.fleet.seen()[0].beat.clone()).await;
    let fetching = standing(&house.state).await;
    assert_eq!((fetching.how_far, fetching.left_bytes), (HowFar::Fetching, 12 << 20));

    say(&mut talk, &plays(&this)).await;
    assert_eq!(talk.heard::<Word>().await, Word::Acked { log_epoch: LOG_EPOCH, seq: 3 });
    assert_eq!(asked::total(&house.state.db).await, (3, 3, 45_000));

    let applied = frozen("applied").replace("\"version\":3", &format!("\"version\":{}", published.version));
    say(&mut talk, &applied).await;
    once("it is on the glass", &house.state, |state| state.fleet.seen()[0].applied).await;
    let shown = standing(&house.state).await;
    assert_eq!((shown.how_far, shown.why), (HowFar::Shown, None));

    // The word that the server stops is new; the code of the close is not.
    let stopped = tokio::spawn(house.stop());
    assert_eq!(talk.heard::<Word>().await, Word::Unknown);
    assert_eq!(talk.closed().await.0, u64::from(CLOSE_STOPPING));
    soon("the server stops", stopped).await.expect("no panic");
}

#[tokio::test]
async fn a_box_of_versions_the_server_does_not_speak_is_told_so_and_so_are_people() {
    let house = House::open().await;
    publish(&house.state, "editor").await.expect("published");
    let this = house.hung("box-1", "a-1").await;
    for (link_oldest, link_version, advice) in [(7, 9, "update the server"), (0, 0, "update it")] {
        let hello = Hello { link_oldest, link_version, ..this.hello() };
        let mut talk = this.greet(&house, hello).await;
        assert_eq!(talk.next().await, ToPlayer::Refused(Refusal::Version(Versions::OURS)));
        talk.connection.close(0u32.into(), b"heard");
        let troubles = boxes::troubles(&house.state.db, NOW, 10).await.expect("asked");
        assert_eq!(troubles.len(), 1, "told once, however often it comes: {troubles:?}");
        assert!(troubles[0].words.contains(advice), "{troubles:?}");
        let held_up = standing(&house.state).await;
        let theirs = Versions { oldest: link_oldest, newest: link_version };
        assert_eq!((held_up.how_far, held_up.why), (HowFar::HeldUp, Some(Why::Skew(theirs))));
    }
    // What the first release makes of such a word.
    let refused = ToPlayer::Refused(Refusal::Version(Versions::OURS));
    let heard: Word = serde_json::from_str(&serde_json::to_string(&refused).expect("json")).expect("read");
    assert_eq!(heard, Word::Refused(Reason::Other));

    // A box that was updated is as welcome as ever.
    let (_talk, _) = this.talk(&house).await;
    assert_eq!(standing(&house.state).await.how_far, HowFar::Told);
    house.close().await;
}
