//! The logo of a hospital: a small picture beside its name, kept with those of the programme and asked for again when it is not there.

use std::time::{Duration, Instant as Moment};

use anteroom_content::id::ContentHash;
use bevy::prelude::*;

use super::director::{Desk, Direction};
use super::files::Request;
use super::picture::Pictures;
use crate::stage::layout::Layout;

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
    asked: Option<(ContentHash, Moment)>,
}

pub(super) fn add(app: &mut App) {
    app.init_resource::<Logo>().add_systems(Update, follow.after(Direction));
}

/// Follows the theme in force.
fn follow(mut logo: ResMut<Logo>, desk: Desk, mut pictures: ResMut<Pictures>) {
    let Desk { told, clock, files, glass, .. } = &desk;
    let now = clock.now();
    let wanted = told.theme(now).and_then(|theme| theme.logo.as_ref()).map(|logo| logo.hash);
    let still = wanted.and_then(|file| pictures.take(file));
    let sign = still.map(|still| Sign { image: still.image, width: still.width, height: still.height });
    if let (Some(file), None, Some(stand)) = (wanted, &sign, told.stand()) {
        let is_asked = logo.asked.is_some_and(|(asked, at)| asked == file && at.elapsed() < AGAIN_AFTER);
        if !is_asked && !files.bad.contains(&file) {
            let side = i32::try_from(glass.width_px.min(glass.height_px)).unwrap_or(i32::MAX);
            let request = Request::Picture { hash: file, within: (side, side / 4) };
            logo.asked = files.ask(&stand.files, request).then(|| (file, Moment::now()));
        }
    }
    if logo.sign != sign {
        logo.sign = sign;
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
