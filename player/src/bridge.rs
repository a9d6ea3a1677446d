//! What agent and stage tell each other: JSON frames over the stage's standard input and output. The agent holds the
//! log and the link, the stage holds the glass; when either ends, the other notices at its end of the pipe.

pub mod pipe;
pub mod tick;

use std::path::PathBuf;

use anteroom_content::call::Call;
use anteroom_content::clinic::Timetable;
use anteroom_content::clock::Instant;
use anteroom_content::clock::discipline::Course;
use anteroom_content::evergreen::Pinned;
use anteroom_content::id::{ContentHash, ItemId, PairCode, ScreenId};
use anteroom_content::programme::Show;
use anteroom_content::schedule::Carry;
use anteroom_content::text::Text;
use anteroom_content::wire::{Cover, Rung};
use serde::{Deserialize, Serialize};

pub use anteroom_content::play::{Ended, Shown};

/// The largest frame on the pipe, in bytes: two editions of the largest programme, as JSON.
pub const BRIDGE_FRAME_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What the agent tells the stage.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToStage {
    /// What to show from now on: replaces everything told before.
    Stand(Box<Stand>),
    /// The clinics changed; nothing else did.
    Clinic(Box<Timetable>),
    /// The disciplined clock runs so from now on, over the ticks of [`tick`].
    Clock(Course),
    /// The box has no place yet: show the code, or why there is none.
    Waiting(Waiting),
    /// Write a picture of the glass to a file, then answer [`FromStage::Looked`].
    Look {
        /// Comes back in the answer.
        token: u64,
        /// Where to; the ending of its name says the format, `png` or `jpg`.
        file: PathBuf,
        /// Not wider than this, in pixels; none is as it is.
        width_max: Option<u32>,
    },
    /// End.
    Leave,
    /// What lies over the programme from now on: replaces what was told of it before.
    Cover(Box<Covering>),
    /// Somebody is called: to be shown for a moment, beside the programme.
    Call(Call),
    /// Be no louder than this, whatever the programme allows.
    Hush {
        /// In percent.
        percent: u8,
        /// Until then.
        until: Instant,
    },
}

/// What a screen stands on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stand {
    /// Which screen of the zone this stage is.
    pub screen: ScreenId,
    /// The programmes that hold, each from its instant on; none where the card that is compiled in is to be shown alone.
    pub editions: Vec<StageEdition>,
    /// The clinics of the zone.
    pub clinic: Timetable,
    /// The folder of files by hash: `FOLDER/ab/abcdef…`.
    pub files: PathBuf,
    /// Hashes that may not be opened: they failed before.
    pub quarantined: Vec<ContentHash>,
    /// What stands in where no programme has anything to show.
    #[serde(default)]
    pub evergreen: Option<Box<StageEvergreen>>,
}

/// The evergreen set of the site, and where its files lie.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StageEvergreen {
    /// The set.
    pub pinned: Pinned,
    /// The folder of its files: they have one of their own.
    pub files: PathBuf,
}

/// A programme and when it holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StageEdition {
    /// From here on.
    pub effective_at: Instant,
    /// The manifest it came by.
    pub manifest_version: u64,
    /// Where the day stood then.
    #[serde(default)]
    pub carry: Carry,
    /// What holds.
    pub show: Show,
}

/// What a box without a place shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The code to type in the console; none while the server is being looked for.
    pub code: Option<PairCode>,
    /// The server's address.
    pub server: String,
    /// What is going on, in plain words.
    pub text: Text,
    /// The port on which a firewall swallows UDP, while the box is in touch over TCP.
    #[serde(default)]
    pub blocked_port: Option<u16>,
}

/// How a stage keeps step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageSteps {
    /// How late frames came to the glass in the last ten seconds, in microseconds: so it was for 95 of 100.
    pub late_p95_us: u64,
    /// Frames of movies that came too late to be shown at all.
    pub skipped: u64,
}

/// What lies over the programme. Nothing of it comes from a programme.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Covering {
    /// The screen was taken down: the programme is not even drawn until it is not.
    pub is_down: bool,
    /// For a while: name or test card.
    pub while_ms: Option<(Cover, u64)>,
    /// Which screen this is.
    pub plate: NamePlate,
}

/// What an installer must know of a screen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NamePlate {
    /// Its name in addresses and on stickers.
    pub number: String,
    /// What people call it.
    pub name: Text,
    /// Its zone.
    pub zone: Text,
    /// Its site.
    pub site: Text,
    /// The box that drives it.
    pub box_name: String,
}

/// What the stage tells the agent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromStage {
    /// The first frame was presented.
    Ready {
        /// What draws: name of the graphics adapter.
        adapter: String,
    },
    /// Movies are decoded by another decoder than before.
    Decodes {
        /// Its name, such as `avdec_h264`.
        decoder: String,
        /// A part of the graphics card or the processor made for it.
        is_hardware: bool,
    },
    /// An item's first frame was presented.
    Shown(Shown),
    /// An item's last frame was presented.
    Ended(Ended),
    /// Frames presented since the start; sent every second.
    Frames {
        /// How many.
        count: u64,
        /// The item on the glass, if one is.
        item: Option<ItemId>,
        /// How it keeps step; none while nothing moves.
        #[serde(default)]
        steps: Option<StageSteps>,
        /// What stands in on the glass, if something does.
        #[serde(default)]
        rung: Option<Rung>,
    },
    /// A manifest's programme is on the glass.
    Applied {
        /// Its version.
        manifest_version: u64,
        /// When its first frame was presented.
        at: Instant,
    },
    /// The picture that was asked for.
    Looked {
        /// Of the question.
        token: u64,
        /// When it was on the glass.
        at: Instant,
        /// Why there is none.
        problem: Option<String>,
    },
    /// Something cannot be shown.
    Fault {
        /// The file it is about.
        file: Option<ContentHash>,
        /// In words.
        text: String,
    },
    /// What lies over the programme, on a presented frame.
    Covered {
        /// What; none when the programme is to be seen again.
        cover: Option<Cover>,
        /// When that frame was presented.
        at: Instant,
    },
    /// A file is read and decoded from now on: if the stage falls now, that is the likely reason.
    Opens {
        /// Which.
        file: ContentHash,
    },
    /// That is done.
    Opened {
        /// Of which.
        file: ContentHash,
    },
    /// What is on the glass is not what it should be, as far as the stage sees it by itself.
    Amiss {
        /// In what way.
        sort: Amiss,
        /// The file on the glass meanwhile, if it may be the reason.
        file: Option<ContentHash>,
        /// In words.
        text: String,
    },
    /// A movie is heard from now on, or is not any more.
    Heard {
        /// How loud, in percent; 0 is not at all.
        percent: u8,
    },
    /// Movies are silent that should be heard.
    Mute {
        /// Why, in words.
        text: String,
    },
}

/// In what way a glass is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amiss {
    /// Words lack shapes: no font has them.
    Words,
    /// One colour, where a picture is due that is not.
    Flat,
    /// The same picture, while a movie goes on.
    Still,
    /// Another size than the display's or the screen's.
    Size,
    /// Nothing: the graphics card is lost, or has no memory left.
    Card,
}

/// The code with which a stage ends that saw something amiss on its glass, and leaves it to the next one to do better.
pub const EXIT_AMISS: u8 = 75;
/// The code with which a stage ends at night, so that another one takes its place.
pub const EXIT_NIGHT: u8 = 76;

/// Which fonts a machine has for words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fonts {
    /// The family words are meant for.
    Usual,
    /// Another one that holds Chinese, by its name.
    Other(String),
    /// None that holds Chinese but what is compiled in.
    Core,
    /// None that holds Chinese.
    None,
}

/// What decodes one codec on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoder {
    /// The codec, as people call it.
    pub codec: &'static str,
    /// What decodes it; none where nothing does.
    pub name: Option<String>,
    /// It is hardware.
    pub is_hardware: bool,
}

impl Fonts {
    /// What is found, and for which of them what to do.
    pub fn words(&self) -> Text {
        match self {
            Self::Usual => Text::new("有 Noto Sans CJK SC 字体", "Noto Sans CJK SC is installed"),
            Self::Other(name) => Text::new(
                &format!("没有 Noto Sans CJK SC 字体，以 {name} 代替，文字可能超出版面"),
                &format!(
                    "the font Noto Sans CJK SC is not installed; words are set in {name}, and may not fit their places"
                ),
            ),
            Self::Core | Self::None => Text::new(
                "没有中文字体：只能显示播放器自带的少量文字，图片和视频不受影响",
                "no font with Chinese characters is installed: only the player's own words can be shown; pictures and movies go on",
            ),
        }
    }
}
