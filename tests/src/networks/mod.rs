//! Bad networks between a player and its server, made by a relay in between: an address that changes, loss and delay, a
//! firewall that swallows UDP. The agent is the real one; its stage is a few lines of shell. They wait more than they work, and
//! so they go on beside each other.

mod matrix;

use std::cell::Cell;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anteroom_content::wire::Carrier;

use crate::harness::{Hospital, Outcome, Player, StripClinic, Ward, noise_png, until};
use crate::relay::{Relay, Weather};

/// Where the player's screen hangs, and the department whose clinics its strip shows.
const SCREEN: &str = "Z04-1";
const DEPARTMENT: &str = "03.07";
/// How long what goes over a good network may take on a busy machine.
const SOON: Duration = Duration::from_secs(30);

/// The first server of a machine makes the demo's media, and those beside it wait for that.
static OPENING: Mutex<()> = Mutex::new(());

/// From the start of an agent to its conversation over TCP: two silences of UDP, and what lies between.
const FALLBACK_LIMIT: Duration = Duration::from_secs(20);

/// A ward whose players' door is at an address of this machine.
fn open_ward(link: &str) -> Outcome<Ward> {
    let _alone = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
    Ward::in_hospital(Hospital::demo_at(link)?)
}

/// A ward with one player behind a relay.
struct Bed {
    ward: Ward,
    relay: Relay,
    player: Player,
    clinic: StripClinic,
    /// Somebody has cancelled it, and has not taken that back.
    is_cancelled: Cell<bool>,
}

impl Bed {
    /// A player that waits for its code to be typed.
    fn unpaired(weather: Weather, seed: u64) -> Outcome<Self> {
        let ward = open_ward("127.0.0.1:0")?;
        let relay = Relay::before(ward.hospital.link()?, seed, weather)?;
        let player = Player::blind(&ward.hospital, "box", relay.address, None)?;
        let clinic = ward.clinic_on_the_strip(DEPARTMENT)?;
        Ok(Self { ward, relay, player, clinic, is_cancelled: Cell::new(false) })
    }

    /// A player that has its programme.
    fn paired(weather: Weather, seed: u64) -> Outcome<Self> {
        let bed = Self::unpaired(weather, seed)?;
        bed.ward.pair(&bed.player.code()?, SCREEN)?;
        bed.has_programme()?;
        Ok(bed)
    }

    fn has_programme(&self) -> Outcome<Duration> {
        until("the programme, files and all", 2 * SOON, || {
            let status = self.player.status()?;
            Ok(status.connected && status.manifest_version > 0 && status.fetch_left_bytes == 0)
        })
    }

    /// A clinic is cancelled, or held after all, and the player has it.
    fn hears_a_push(&self, limit: Duration) -> Outcome<Duration> {
        let before = self.player.status()?.manifest_version;
        if self.is_cancelled.replace(!self.is_cancelled.get()) {
            self.ward.withdraw(&self.clinic)?;
        } else {
            self.ward.stop_clinic(&self.clinic)?;
        }
        let heard = || Ok(self.player.status()?.manifest_version > before);
        until("a change of a clinic to be in force", limit, heard)
    }

    /// So many plays more are acknowledged.
    fn counts_plays(&self, more: u64, limit: Duration) -> Outcome<Duration> {
        let acked = || self.player.status().map(|status| status.plays_logged - status.plays_waiting);
        let before = acked()?;
        until("more plays to be acknowledged", limit, || Ok(acked()? >= before + more))
    }

    fn carrier_is(&self, carrier: Carrier, limit: Duration) -> Outcome<Duration> {
        until("the player to be connected the other way", limit, || {
            let status = self.player.status()?;
            Ok(status.connected && status.carrier == Some(carrier))
        })
    }

    /// What the doctor says of name, UDP, TCP and server, and whether nothing is bad.
    fn verdicts(&self) -> Outcome<(String, bool)> {
        let (report, is_well) = self.player.doctor()?;
        let found = report.pointer("/findings").and_then(serde_json::Value::as_array);
        let of = |check: &str| {
            let finding =
                found.into_iter().flatten().find(|finding| finding.pointer("/check").is_some_and(|c| c == check));
            finding
                .and_then(|finding| finding.pointer("/verdict"))
                .and_then(serde_json::Value::as_str)
                .unwrap_or("none")
        };
        Ok((["dns", "udp", "tcp", "server"].map(of).join(" "), is_well))
    }

    /// How often the server has welcomed the box.
    fn welcomes(&self) -> usize {
        self.ward.hospital.log().matches("a box is connected").count()
    }
}

#[test]
fn address_change_survives() -> Outcome<()> {
    let mut bed = Bed::paired(Weather::default(), 1)?;
    bed.counts_plays(1, SOON)?;
    let (welcomes, addresses) = (bed.welcomes(), bed.relay.tally().addresses());
    for _ in 0..3 {
        bed.relay.change_address()?;
        let took = bed.counts_plays(2, SOON)?;
        let pushed = bed.hears_a_push(SOON)?;
        println!(
            "address changed: plays acknowledged after {} ms, a push after {} ms",
            took.as_millis(),
            pushed.as_millis()
        );
    }
    assert!(bed.relay.tally().addresses() > addresses, "the server saw other addresses");
    assert_eq!(bed.welcomes(), welcomes, "the conversation went on, and no other one was begun");
    assert!(!bed.player.log().contains("the link broke"), "nor did the player notice anything");

    // The same box starts again, and now a firewall swallows UDP.
    bed.player.kill_agent()?;
    bed.relay.set(Weather::without_udp());
    bed.player.wake()?;
    let took = bed.carrier_is(Carrier::Tcp, FALLBACK_LIMIT)?;
    println!("UDP swallowed: over TCP after {} ms", took.as_millis());
    Ok(())
}

#[test]
fn loss_20_percent_500_ms() -> Outcome<()> {
    let mut bed = Bed::paired(Weather::default(), 20)?;
    bed.player.kill_agent()?;
    bed.relay.set(Weather { jitter_ms: 20, ..Weather::lossy(250, 20) });
    bed.player.wake()?;
    let connected = bed.carrier_is(Carrier::Udp, SOON)?;
    let pushed = bed.hears_a_push(SOON)?;

    let picture = noise_png(720, 520, 7)?;
    assert!(picture.len() >= 1 << 20, "{} bytes are less than 1 MiB", picture.len());
    let item = bed.ward.uploaded("雪花", &picture)?;
    bed.ward.approve(&item)?;
    bed.ward.air("Z04", &[(&item, 2)])?;
    until("the file to be asked for", SOON, || Ok(bed.player.status()?.fetch_left_bytes > 0))?;
    let fetched = until("1 MiB to arrive", Duration::from_mins(2), || Ok(bed.player.status()?.fetch_left_bytes == 0))?;
    let (passed, lost) = (bed.relay.tally().passed(), bed.relay.tally().lost());
    println!(
        "20 % lost, 500 ms there and back: connected after {} ms, a push after {} ms, {} bytes after {} ms; {passed} packets passed, {lost} lost",
        connected.as_millis(),
        pushed.as_millis(),
        picture.len(),
        fetched.as_millis()
    );
    bed.counts_plays(1, SOON)?;
    Ok(())
}

#[test]
fn udp_blackhole_falls_back() -> Outcome<()> {
    let bed = Bed::unpaired(Weather::without_udp(), 3)?;
    let code = bed.player.code()?;
    let status = bed.player.status()?;
    assert_eq!(status.carrier, Some(Carrier::Tcp), "the code came over TCP");
    bed.ward.pair(&code, SCREEN)?;
    // Now the box knows the way, and does not try UDP first.
    let programme = bed.has_programme()?;
    bed.carrier_is(Carrier::Tcp, SOON)?;
    let page = bed.ward.maker.get(&format!("/screens/{SCREEN}"))?.ok()?;
    assert!(page.text.contains("UDP 被拦截"), "the console says so: {}", page.text);
    assert_eq!(bed.verdicts()?, ("well poor well well".to_owned(), true), "the doctor says what is wrong with the way");
    let plays = bed.counts_plays(2, SOON)?;
    let pushed = bed.hears_a_push(SOON)?;
    assert_eq!(bed.relay.tally().passed(), 0, "not one packet of UDP got through");

    // UDP comes back: the player looks for it now and then, and nothing is lost on the way.
    bed.relay.set(Weather::default());
    let back = bed.carrier_is(Carrier::Udp, 5 * SOON)?;
    bed.counts_plays(1, SOON)?;
    bed.hears_a_push(SOON)?;
    assert_eq!(bed.verdicts()?, ("well well well well".to_owned(), true));
    println!(
        "UDP swallowed: programme {} ms after the code, plays after {} ms, a push after {} ms; back on UDP {} ms after it came back",
        programme.as_millis(),
        plays.as_millis(),
        pushed.as_millis(),
        back.as_millis()
    );
    bed.ward.counts_every_play_once(&bed.player, SCREEN)
}
