//! Players under proof: ours with its whole house behind it, and mpv.

use std::os::unix::process::CommandExt as _;
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
    /// mpv over a whole display, with the settings its manual gives for playing without gaps, and more of them.
    ///
    /// # Errors
    /// When mpv is not installed.
    pub fn mpv(display: &Display, clips: &[Clip], picture_secs: u32, settings: &[&str]) -> Outcome<Self> {
        let mut mpv = Command::new("mpv");
        mpv.args(["--no-config", "--really-quiet", "--fs", "--no-audio", "--no-osc", "--no-osd-bar"])
            .args(["--loop-playlist=inf", "--prefetch-playlist=yes", "--keep-open=no", "--no-input-default-bindings"])
            .arg(format!("--image-display-duration={picture_secs}"))
            .args(settings)
            .args(clips.iter().map(|clip| clip.file.as_os_str()));
        Self::start(display, mpv)
    }

    /// Chromium in kiosk mode over a whole display, with a page from this machine; its profile is kept in a folder.
    ///
    /// # Errors
    /// When Chromium is not installed.
    pub fn kiosk(display: &Display, page: &Path, profile: &Path) -> Outcome<Self> {
        let (width, height) = display.size;
        let mut chromium = Command::new("chromium");
        chromium
            // Without the last one it says above the page that it has no sandbox, which root cannot have.
            .args(["--kiosk", "--no-sandbox", "--test-type", "--no-first-run", "--noerrdialogs", "--disable-infobars"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--disable-features=Translate,MediaRouter", "--password-store=basic", "--disable-dev-shm-usage"])
            .args(["--autoplay-policy=no-user-gesture-required", "--hide-scrollbars", "--force-device-scale-factor=1"])
            .arg(format!("--window-size={width},{height}"))
            .arg("--window-position=0,0")
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg(format!("file://{}", page.display()));
        Self::start(display, chromium)
    }

    /// In a group of its own, so that its children end with it.
    fn start(display: &Display, mut program: Command) -> Outcome<Self> {
        let name = program.get_program().to_string_lossy().into_owned();
        let child = program
            .env("DISPLAY", &display.name)
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|error| {
                anyhow::anyhow!("{name} cannot be started ({error}); `make packages-bench` installs it")
            })?;
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
        let _ = Command::new("kill").args(["-9", "--", &format!("-{}", self.pid())]).stderr(Stdio::null()).status();
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
