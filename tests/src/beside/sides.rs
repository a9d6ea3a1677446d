//! Those who play: our player with its agent, mpv in two ways, and Chromium.

use std::path::PathBuf;
use std::process::Command;

use crate::harness::{Outcome, Player};
use crate::peers::version_in;
use crate::reel::{Clip, Display, Playing};

/// Who plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Agent and stage, from the programme on their disk.
    Ours,
    /// mpv with what costs least: pictures handed to the display as they are.
    MpvPlain,
    /// mpv drawing with the same software renderer as we do.
    MpvVulkan,
    /// A page in Chromium's kiosk mode.
    Kiosk,
}

/// What they need.
pub(super) struct Scene<'a> {
    pub(super) display: &'a Display,
    pub(super) clips: &'a [Clip],
    pub(super) page: PathBuf,
    pub(super) profile: PathBuf,
    pub(super) player: Player,
    /// Where on the glass we and the page show movies.
    pub(super) content: [i64; 4],
}

/// One that plays now.
pub(super) enum Run {
    Ours(u32),
    Other(Playing),
}

impl Side {
    pub(super) const ALL: [Self; 4] = [Self::Ours, Self::MpvPlain, Self::MpvVulkan, Self::Kiosk];

    /// The program it needs besides ours, and the Debian package of it.
    pub(super) const fn program(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Ours => None,
            Self::MpvPlain | Self::MpvVulkan => Some(("mpv", "mpv")),
            Self::Kiosk => Some(("chromium", "chromium")),
        }
    }

    /// What it is called in a table, with its version by its own word.
    pub(super) fn name(self) -> String {
        let version = |program: &str| {
            let said = Command::new(program).arg("--version").output().map(|said| said.stdout).unwrap_or_default();
            version_in(&String::from_utf8_lossy(&said))
        };
        match self {
            Self::Ours => "Anteroom".to_owned(),
            Self::MpvPlain => format!("mpv {}, x11", version("mpv")),
            Self::MpvVulkan => format!("mpv {}, Vulkan", version("mpv")),
            Self::Kiosk => format!("Chromium {}, kiosk page", version("chromium")),
        }
    }

    /// Where its movies are.
    pub(super) fn place(self, scene: &Scene<'_>) -> [i64; 4] {
        match self {
            Self::Ours | Self::Kiosk => scene.content,
            Self::MpvPlain | Self::MpvVulkan => {
                [0, 0, i64::from(scene.display.size.0), i64::from(scene.display.size.1)]
            }
        }
    }

    /// Starts it.
    ///
    /// # Errors
    /// When it is not installed or not built.
    pub(super) fn start(self, scene: &mut Scene<'_>) -> Outcome<Run> {
        let vulkan = ["--vo=gpu", "--gpu-api=vulkan", "--gpu-context=x11vk"];
        Ok(match self {
            Self::Ours => {
                scene.player.wake()?;
                Run::Ours(scene.player.pid().ok_or_else(|| anyhow::anyhow!("the agent does not run"))?)
            }
            Self::MpvPlain => Run::Other(Playing::mpv(scene.display, scene.clips, 1, &["--vo=x11"])?),
            Self::MpvVulkan => Run::Other(Playing::mpv(scene.display, scene.clips, 1, &vulkan)?),
            Self::Kiosk => Run::Other(Playing::kiosk(scene.display, &scene.page, &scene.profile)?),
        })
    }
}

impl Run {
    pub(super) fn pid(&self) -> u32 {
        match self {
            Self::Ours(pid) => *pid,
            Self::Other(playing) => playing.pid(),
        }
    }

    /// Ends it, and all that came of it.
    pub(super) fn end(self, scene: &mut Scene<'_>) -> Outcome<()> {
        match self {
            Self::Ours(_) => scene.player.kill_agent(),
            Self::Other(playing) => {
                drop(playing);
                Ok(())
            }
        }
    }
}

/// A program is where the shell would look for it.
pub(super) fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
