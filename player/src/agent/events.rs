//! What the desk hears: one queue from the stage, the link, the log, the door and the operating system.

use std::path::PathBuf;

use anteroom_content::call::Call;
use anteroom_content::clock::Instant;
use anteroom_content::id::{ContentHash, PairCode, ScreenId};
use anteroom_content::manifest::{Envelope, Manifest};
use anteroom_content::text::Text;
use anteroom_content::trust::SignedCharter;
use anteroom_content::wire::{Carrier, Obstacle, Order, ToServer, Trouble, TroubleKind};
use tokio::sync::{mpsc, oneshot, watch};

use super::display::DisplayWord;
use super::health::Status;
use super::limits::EVENTS_MAX;
use super::store::Identity;
use crate::bridge::{FromStage, ToStage};

/// Something the desk hears.
#[derive(Debug)]
pub enum Event {
    /// About the stage.
    Stage(StageEvent),
    /// About the link.
    Link(LinkEvent),
    /// Something is wrong.
    Trouble(Trouble),
    /// Somebody on this machine asks.
    Asked(Ask),
    /// A file on the disk was not what its name says; it was removed.
    Damaged(ContentHash),
    /// A file is what its name says, and cannot be shown all the same; in words, why.
    Useless(ContentHash, String),
    /// The keeper of the display heard something.
    Display(DisplayWord),
}

impl Event {
    /// Something is wrong.
    pub fn trouble(kind: TroubleKind, text: &str) -> Self {
        Self::Trouble(Trouble { kind, file: None, text: text.to_owned() })
    }
}

/// About the stage.
#[derive(Debug)]
pub enum StageEvent {
    /// A stage was started; this is how to talk to it.
    Started(mpsc::Sender<ToStage>),
    /// It said something.
    Said(FromStage),
    /// It is gone.
    Fell(Fall),
}

/// How a stage fell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fall {
    /// In words.
    pub text: String,
    /// Why.
    pub cause: FallCause,
}

/// Why a stage fell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FallCause {
    /// It was asked to.
    Asked,
    /// From outside, or in good order.
    Outside,
    /// It crashed: what was on the glass may be the reason.
    Crash,
    /// Nobody answers where its window is to be opened.
    NoDisplay,
    /// It saw something amiss on its own glass, told it, and ended.
    Amiss,
    /// Its frames stood still. Files are decoded beside the drawing, so that is the display's doing or the driver's: a screen
    /// that takes no picture must not have good files put away.
    Still,
}

/// About the link.
#[derive(Debug)]
pub enum LinkEvent {
    /// The server cannot be reached, in words for whoever stands before the screen.
    Unreached(Text),
    /// The code to type in the console, and what carries the enrolment.
    Code(PairCode, Carrier),
    /// The box was paired.
    Paired(Box<Identity>),
    /// The server does not know the box any more.
    Unpaired,
    /// The conversation stands; this is how to talk to the server, and what carries it.
    Connected(mpsc::Sender<ToServer>, Carrier),
    /// The conversation is over.
    Lost,
    /// The server's clock was heard.
    TimeLearned,
    /// Whom to believe from now on, not yet believed.
    Charter(SignedCharter),
    /// Which screens the box drives, not yet believed.
    Assigned(Envelope),
    /// What the zone plays, not yet believed.
    Manifest(Envelope),
    /// The clinic part of a manifest is on the disk.
    ClinicArrived(Box<Manifest>),
    /// Every file of a manifest is on the disk.
    FilesArrived(Box<Manifest>),
    /// The files of a manifest's evergreen set were brought to their own place, as far as they came.
    EvergreenArrived(Box<Manifest>),
    /// Something holds up what a manifest names.
    HeldUp {
        /// The manifest.
        version: u64,
        /// What.
        obstacle: Obstacle,
    },
    /// What a manifest names comes through.
    Flows {
        /// The manifest.
        version: u64,
    },
    /// The server wants to see a screen.
    Look {
        /// Which.
        screen: ScreenId,
        /// Not wider than this.
        width_max: u32,
        /// Where the picture goes.
        answer: oneshot::Sender<Look>,
    },
    /// The screens of this box that are taken down, all of them.
    TakenDown(Vec<ScreenId>),
    /// A person wants something done.
    Order(Order),
    /// Somebody is called, and until when that is news.
    Called(Call, Instant),
}

/// A picture of the glass in a file, or why there is none. Whoever gets it removes the file.
pub type Look = Result<Picture, String>;

/// A picture of the glass in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Where it is.
    pub file: PathBuf,
    /// When it was on the glass.
    pub at: Instant,
}

/// Somebody on this machine asks.
#[derive(Debug)]
pub enum Ask {
    /// How it goes.
    Status(oneshot::Sender<Box<Status>>),
    /// What is on the glass.
    Snapshot(oneshot::Sender<Look>),
}

/// The way to the desk.
#[derive(Debug, Clone)]
pub struct EventSender(mpsc::Sender<Event>);

impl EventSender {
    /// Waits until the desk has room; false when the desk is gone.
    pub async fn send(&self, event: Event) -> bool {
        self.0.send(event).await.is_ok()
    }

    /// Says something that may be lost when the desk has its hands full.
    pub fn say(&self, event: Event) {
        if self.0.try_send(event).is_err() {
            tracing::warn!("the desk has its hands full; a word for it is lost");
        }
    }
}

/// Waits until the agent is asked to stop, or nobody is left to ask.
pub async fn stop_asked(stop: &mut watch::Receiver<bool>) {
    // The guard of the channel must not live across another wait: it ends here.
    let _ = stop.wait_for(|stop| *stop).await.map(|_| ());
}

/// A queue to the desk.
pub fn channel() -> (EventSender, mpsc::Receiver<Event>) {
    let (sender, receiver) = mpsc::channel(EVENTS_MAX);
    (EventSender(sender), receiver)
}
