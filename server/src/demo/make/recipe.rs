//! The recipe: which files are made from which drawing, and how a drawing moves and speaks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything the demo's media are made of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Recipe {
    /// Pictures.
    pub stills: Vec<Still>,
    /// Movies with their captions.
    pub movies: Vec<Movie>,
}

/// A picture of a drawing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Still {
    /// What it is called.
    pub file: String,
    /// The drawing.
    pub art: String,
    /// Its width.
    pub width_px: u32,
    /// Its height.
    pub height_px: u32,
}

/// A movie of a drawing whose layers move.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Movie {
    /// What it is called.
    pub file: String,
    /// The drawing, with one group of the root for each layer.
    pub art: String,
    /// Its width.
    pub width_px: u32,
    /// Its height.
    pub height_px: u32,
    /// How long it is at least; it waits for its last spoken words.
    pub secs: f32,
    /// The voice of the speech synthesiser.
    pub voice: String,
    /// How fast it speaks.
    pub words_per_min: u32,
    /// Where the Chinese captions go.
    pub captions_zh: String,
    /// Where the English captions go.
    pub captions_en: String,
    /// What is said, in order.
    pub cues: Vec<Cue>,
    /// Motions that several layers share, by name.
    #[serde(default)]
    pub motions: BTreeMap<String, Motion>,
    /// The layers, from the back to the front.
    pub layers: Vec<Layer>,
}

impl Movie {
    /// The files it makes.
    pub(super) fn files(&self) -> Vec<&str> {
        vec![&self.file, &self.captions_zh, &self.captions_en]
    }
}

/// One thing that is said.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Cue {
    /// Not before this second; later when the voice is still busy.
    pub at: f32,
    /// The Chinese caption.
    pub zh: String,
    /// The English caption.
    pub en: String,
    /// What the voice reads where it would read the caption wrongly; may hold pinyin with tone numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub say: Option<String>,
}

/// One group of the drawing and how it moves.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Layer {
    /// The group's id in the drawing.
    pub id: String,
    /// Shared motions it takes part in, outermost last.
    #[serde(default)]
    pub with: Vec<String>,
    /// Its own motion.
    #[serde(flatten)]
    pub motion: Motion,
}

/// How something moves: from key to key, and to and fro on top of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Motion {
    /// The point it turns and grows around, in pixels of the drawing.
    #[serde(default)]
    pub pivot: [f32; 2],
    /// Where it is when; between two keys it moves.
    #[serde(default)]
    pub keys: Vec<Key>,
    /// To and fro.
    #[serde(default)]
    pub sways: Vec<Sway>,
    /// The keys begin again after so many seconds.
    #[serde(default)]
    pub every_secs: Option<f32>,
    /// How it gets from key to key.
    #[serde(default)]
    pub ease: Ease,
}

/// How something gets from key to key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ease {
    /// Starts and ends gently.
    #[default]
    Gentle,
    /// Keeps its pace.
    Even,
}

/// Where something is at a second; what is not said stays as it was.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Key {
    /// When.
    pub at: f32,
    /// Pixels to the right of where it was drawn.
    #[serde(default)]
    pub x: Option<f32>,
    /// Pixels below where it was drawn.
    #[serde(default)]
    pub y: Option<f32>,
    /// Degrees clockwise.
    #[serde(default)]
    pub turn: Option<f32>,
    /// Times its drawn size.
    #[serde(default)]
    pub scale: Option<f32>,
    /// 0 is unseen, 1 is solid.
    #[serde(default)]
    pub opacity: Option<f32>,
}

/// A movement to and fro.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Sway {
    /// When it begins.
    pub from: f32,
    /// When it has ended.
    pub to: f32,
    /// How long one way there and back takes.
    pub period: f32,
    /// How far to the right, in pixels.
    #[serde(default)]
    pub x: f32,
    /// How far down, in pixels.
    #[serde(default)]
    pub y: f32,
    /// How far round, in degrees.
    #[serde(default)]
    pub turn: f32,
    /// How much larger, as a part of its size.
    #[serde(default)]
    pub scale: f32,
}
