//! Players under proof: ours with its whole house behind it, and mpv.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{Clip, Display, Follower, Reel};
use crate::harness::{Outcome, Player, Ward, until};

/// The zone it all happens in.
pub const ZONE: &str = "Z14";
/// How long a player may take until the first clip is on its glass: pairing, files and all.
const AIR_LIMIT: Duration = Duration::from_mins(2);

/// Puts clips on the air of a zone, in turn, each picture for so many seconds: uploaded, approved by a second person, published.
///
/// # Errors
/// When the console refuses.
pub fn air(ward: &Ward, clips: &[Clip], picture_secs: u32) -> Outcome<()> {
    let mut items = Vec::new();
    for (n, clip) in clips.iter().enumerate() {
        let item = ward.uploaded_file(&format!("验证片 {n}"), &clip.file)?;
        ward.approve(&item)?;
        items.push(item);
    }
    let turns: Vec<_> = items.iter().map(|item| (item.as_str(), picture_secs)).collect();
    ward.air(ZONE, &turns).map(drop)
}

/// A player that shows something, and is ended when it is dropped.
#[derive(Debug)]
pub struct Playing(Child);

impl Playing {
    /// mpv over a whole display, with the settings its manual gives for playing without gaps.
    ///
    /// # Errors
    /// When mpv is not installed.
    pub fn mpv(display: &Display, clips: &[Clip], picture_secs: u32) -> Outcome<Self> {
        let child = Command::new("mpv")
            .args(["--no-config", "--really-quiet", "--fs", "--no-audio", "--no-osc", "--no-osd-bar", "--vo=x11"])
            .args(["--loop-playlist=inf", "--prefetch-playlist=yes", "--keep-open=no", "--no-input-default-bindings"])
            .arg(format!("--image-display-duration={picture_secs}"))
            .args(clips.iter().map(|clip| clip.file.as_os_str()))
            .env("DISPLAY", &display.name)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| anyhow::anyhow!("mpv cannot be started ({error}); `make packages-bench` installs it"))?;
        Ok(Self(child))
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        // What cannot be ended any more has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Lets players run for a while, and takes what their stages kept meanwhile; `slack` is how much longer than that they may take.
///
/// # Errors
/// When one of them keeps no reel or does not show so much.
pub fn reels_for(players: &[Player], length: Duration, slack: Duration) -> Outcome<Vec<Reel>> {
    let length_us = i64::try_from(length.as_micros())?;
    let mut followers: Vec<_> = players.iter().map(|player| Follower::of(&player.reel())).collect();
    for follower in &mut followers {
        follower.more()?;
    }
    let mut reels: Vec<Reel> = followers.iter().map(|_| Reel::default()).collect();
    until("enough frames", length + slack, || {
        for (follower, reel) in followers.iter_mut().zip(&mut reels) {
            let more = follower.more()?;
            if !more.sights.is_empty() {
                reel.content = more.content;
                reel.sights.extend(more.sights);
            }
        }
        Ok(reels.iter().all(|reel| reel.span_us() >= length_us))
    })?;
    Ok(reels)
}

/// Waits until a reel shows a clip.
///
/// # Errors
/// When it never does.
pub fn until_on_air(player: &Player, reel: &Path, clips: &[Clip]) -> Outcome<Duration> {
    until("the first clip on the glass", AIR_LIMIT, || {
        let reel = Reel::read(reel)?;
        let mut matcher = super::Matcher::of(clips);
        let last = reel.sights.last().map(|sight| matcher.look(sight));
        Ok(matches!(last, Some(super::Match::Frame { .. })))
    })
    .map_err(|error| error.context(player.log()))
}
