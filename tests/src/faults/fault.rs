//! The faults, and what is required after each.

use std::time::Duration;

/// A fault that can be planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The stage is killed: SIGKILL.
    StageKilled,
    /// The stage hangs: SIGSTOP.
    StageHangs,
    /// The agent is killed; what watches it starts it again at once.
    AgentKilled,
    /// A bit of every stored file is flipped, and the stage begins anew.
    FilesFlipped,
    /// The server is killed, stays away, and comes back.
    ServerAway,
    /// The disk is filled to the last byte, and emptied later.
    DiskFull,
    /// The display is gone for seconds, and comes back.
    DisplayGone,
    /// The stage crashes each time a certain file is on the glass.
    FileCrashes,
    /// The graphics card is lost under the stage.
    CardLost,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::StageKilled,
        Self::StageHangs,
        Self::AgentKilled,
        Self::FilesFlipped,
        Self::CardLost,
        Self::ServerAway,
        Self::DiskFull,
        Self::DisplayGone,
        Self::FileCrashes,
    ];

    /// What it is called on a command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StageKilled => "stage-killed",
            Self::StageHangs => "stage-hangs",
            Self::AgentKilled => "agent-killed",
            Self::FilesFlipped => "files-flipped",
            Self::ServerAway => "server-away",
            Self::DiskFull => "disk-full",
            Self::DisplayGone => "display-gone",
            Self::FileCrashes => "file-crashes",
            Self::CardLost => "card-lost",
        }
    }

    /// The longest time without a new frame on the glass that is accepted, with a software renderer.
    #[must_use]
    pub const fn required(self) -> Duration {
        match self {
            Self::StageKilled | Self::AgentKilled | Self::DisplayGone | Self::FileCrashes | Self::CardLost => {
                Duration::from_secs(3)
            }
            // It is noticed after five seconds without a frame.
            Self::StageHangs => Duration::from_secs(8),
            // A new stage, a file that is found damaged, and the same file fetched again.
            Self::FilesFlipped => Duration::from_secs(5),
            // Nobody may see anything.
            Self::ServerAway | Self::DiskFull => Duration::from_millis(500),
        }
    }
}

impl std::str::FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL.into_iter().find(|fault| fault.name() == text);
        named.ok_or_else(|| format!("one of {}", Self::ALL.map(Self::name).join(", ")))
    }
}
