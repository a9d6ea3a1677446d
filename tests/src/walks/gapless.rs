//! Movies and pictures follow one another without a black frame, a missing one, or one that stands too long; and two screens of
//! a zone show the same frame.

use std::time::Duration;

use crate::harness::{Outcome, Player, Ward, until};
use crate::reel::{Clip, Matcher, Numbered, ZONE, air, judge, reels_for, spread, until_on_air};

/// The glass.
const SIZE: (u32, u32) = (320, 180);
/// For so long frames are looked at: movie to movie, movie to picture, picture to movie, twice.
const LOOK: Duration = Duration::from_secs(26);
/// How much longer than that two players and a server may take on a busy machine.
const LOOK_LIMIT: Duration = Duration::from_mins(2);
/// Two unoptimised players and their server share two cores here, with whatever else the machine does, and may lose frames to each
/// other; nothing black, out of turn or missing at a switch is excused. The figures of players alone are in the README.
const APART_MAX_FRAMES: i64 = 6;
/// So many frames of a hundred may be missing or repeated for that reason.
const LOST_MAX_PERCENT: usize = 15;

#[test]
fn every_frame_of_two_screens_is_there_in_its_time() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let size = (640, 360);
    let numbered = [
        Numbered { clip: 1, frames: 100, fps: 25, size },
        Numbered { clip: 2, frames: 120, fps: 30, size },
        Numbered { clip: 3, frames: 0, fps: 25, size },
    ];
    let clips: Vec<Clip> = numbered.iter().map(|clip| Clip::of(&clip.make(folder.path())?)).collect::<Outcome<_>>()?;
    let ward = Ward::open()?;
    let mut players = Vec::new();
    for n in 1..=2 {
        let player = Player::at_rest(&ward.hospital, &format!("player-{n}"), SIZE)?.keeping_a_reel();
        let player = player.with("LP_NUM_THREADS", "1").awake()?;
        players.push(ward.welcomed(player, &format!("{ZONE}-{n}"))?);
    }
    air(&ward, &clips, 3)?;
    for player in &players {
        until_on_air(player, &player.reel(), &clips)?;
    }
    let reels = reels_for(&players, LOOK, LOOK_LIMIT)?;
    for reel in &reels {
        let mut matcher = Matcher::of(&clips);
        let seen: Vec<_> = reel.sights.iter().map(|sight| (sight.tick_us, matcher.look(sight))).collect();
        let told = judge(&clips, &seen);
        println!("gapless: {told:?}");
        assert!(told.switches >= 5, "{told:?}");
        assert_eq!(told.faults(), Vec::<String>::new(), "{told:?}");
        let lost = told.missing_first + told.missing_last + told.missing_within + told.repeated;
        assert!(lost * 100 <= told.due * LOST_MAX_PERCENT, "{told:?}");
    }
    let apart = spread(&clips, &reels);
    println!("in step: {apart:?}");
    assert!(apart.frames > 150 && apart.frames_max <= APART_MAX_FRAMES, "{apart:?}");
    let beaten = until("the console to say how they keep step", LOOK_LIMIT, || {
        let metrics = ward.maker.get("/metrics")?;
        Ok(metrics.text.contains("anteroom_screens_moving 2")
            && metrics.text.contains("anteroom_screen_clock_error_us"))
    })?;
    println!("told by the console after {beaten:?}");
    Ok(())
}
