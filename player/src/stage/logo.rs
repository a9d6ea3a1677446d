//! The logo of a hospital: a small picture beside its name, brought like those of the programme, held while the theme names it, and asked for again when it does
//! not come.

use std::time::{Duration, Instant as Moment};

use anteroom_content::id::ContentHash;
use bevy::prelude::*;

use super::director::{Desk, Direction};
use super::files::Request;
use super::layout::Layout;
use super::picture::Pictures;

/// A logo that was asked for and did not come is asked for again after so long.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// The logo, once it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sign {
    pub(super) image: Handle<Image>,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// What is known of it.
#[derive(Debug, Default, Resource)]
pub(super) struct Logo {
    pub(super) sign: Option<Sign>,
    /// Of which file it is, or is to be.
    file: Option<ContentHash>,
    asked: Option<Moment>,
}

pub(super) fn add(app: &mut App) {
    app.init_resource::<Logo>().add_systems(Update, follow.after(Direction));
}

/// Follows the theme in force.
fn follow(mut logo: ResMut<Logo>, desk: Desk, mut pictures: ResMut<Pictures>) {
    let Desk { told, clock, files, glass, .. } = &desk;
    let wanted = told.theme(clock.now()).and_then(|theme| theme.logo.as_ref()).map(|logo| logo.hash);
    if logo.file != wanted {
        *logo = Logo { sign: None, file: wanted, asked: None };
    }
    let (Some(file), None, Some(stand)) = (wanted, &logo.sign, told.stand()) else { return };
    if let Some(still) = pictures.take(file) {
        logo.sign = Some(Sign { image: still.image, width: still.width, height: still.height });
    } else if !files.bad.contains(&file) && logo.asked.is_none_or(|asked| asked.elapsed() >= AGAIN_AFTER) {
        let side = i32::try_from(glass.width_px.min(glass.height_px)).unwrap_or(i32::MAX);
        let is_asked = files.ask(&stand.files, Request::Picture { hash: file, within: (side, side / 4) });
        logo.asked = is_asked.then(Moment::now);
    }
}

impl Sign {
    /// Twice as wide as high: it holds the name of the hospital, most likely.
    pub(super) const fn is_name(&self) -> bool {
        self.width >= self.height.saturating_mul(2)
    }

    /// How wide it is where it is so high.
    pub(super) fn width_at(&self, height: i32) -> i32 {
        let width = i64::from(height) * i64::from(self.width) / i64::from(self.height.max(1));
        i32::try_from(width).unwrap_or(i32::MAX).max(1)
    }

    /// How high it stands: a line and a half.
    pub(super) fn height(layout: &Layout) -> i32 {
        layout.body.line() * 3 / 2
    }
}
