//! Sound: which movie is to be heard, and how loud. Mute unless the zone's programme says otherwise; what lies over the programme
//! mutes it, and so do quiet hours and people. The picture never waits for any of it.

use anteroom_content::clock::Instant;
use anteroom_content::volume::volume;
use bevy::prelude::*;

use super::cast::Face;
use super::clockwork::Clockwork;
use super::director::{Desk, Direction};
use super::files::path_of;
use super::overlay::Overlay;
use super::speaker::{HANG_MAX, Piece, Speaker, Wanted};
use super::voice::Outlet;
use crate::bridge::FromStage;

/// What is heard.
#[derive(Debug, Resource)]
pub(super) struct Sound {
    /// None where not even its thread could be started.
    speaker: Option<Speaker>,
    /// No louder than this, until then.
    most: Option<(u8, Instant)>,
    /// What the agent was told last.
    told: u8,
    /// It was told that the device hangs.
    is_hung: bool,
}

impl Sound {
    /// People want it no louder than this, in percent, until then.
    pub(super) const fn hush(&mut self, percent: u8, until: Instant) {
        self.most = Some((percent, until));
    }

    fn at_most(&self, percent: u8, now: Instant) -> u8 {
        self.most.filter(|(_, until)| now < *until).map_or(percent, |(most, _)| percent.min(most))
    }
}

pub(super) fn add(app: &mut App, clock: Clockwork) {
    let outlet = Outlet::of_environment();
    let speaker = Speaker::start(outlet, clock)
        .inspect_err(|error| tracing::error!("the thread for sound cannot be started: {error}"))
        .ok();
    app.insert_resource(Sound { speaker, most: None, told: 0, is_hung: false })
        .add_systems(Update, follow.after(Direction));
}

fn follow(mut sound: ResMut<Sound>, desk: Desk, overlay: Res<Overlay>) {
    let now = desk.clock.now();
    let stand = desk.told.stand();
    let allowed = stand.and_then(|stand| stand.show(now)).map_or(0, |show| volume(&show.zone, &show.offsets, now));
    let percent = if overlay.lies() { 0 } else { sound.at_most(allowed, now) };
    let on_glass = desk.cast.on_glass.as_ref().filter(|_| percent > 0);
    let piece = on_glass.zip(stand).and_then(|(act, stand)| match &act.face {
        Face::Movie { hash, reel: Some(_), .. } => {
            Some(Piece { file: path_of(&stand.files, *hash), since: act.due.since })
        }
        Face::Movie { .. } | Face::Picture { .. } | Face::Words => None,
    });
    let Some(speaker) = &sound.speaker else { return };
    speaker.want(Wanted { piece, percent, clock: *desk.clock });
    let (heard, trouble, is_hung) = (speaker.heard(), speaker.trouble(), speaker.is_hung());
    if let Some(text) = trouble {
        desk.outbox
            .tell(FromStage::Mute { text: format!("the sound device fails, movies go on without sound: {text}") });
    }
    if is_hung && !sound.is_hung {
        let secs = HANG_MAX.as_secs();
        let text = format!("the sound device has not answered for {secs} s, movies go on without sound");
        desk.outbox.tell(FromStage::Mute { text });
    }
    sound.is_hung = is_hung;
    if heard != sound.told {
        sound.told = heard;
        desk.outbox.tell(FromStage::Heard { percent: heard });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_make_it_quieter_for_a_while_and_never_louder() {
        let mut sound = Sound { speaker: None, most: None, told: 0, is_hung: false };
        assert_eq!(sound.at_most(40, Instant(5)), 40);
        sound.hush(10, Instant(100));
        assert_eq!((sound.at_most(40, Instant(99)), sound.at_most(40, Instant(100))), (10, 40));
        sound.hush(90, Instant(100));
        assert_eq!(sound.at_most(40, Instant(5)), 40);
        sound.hush(0, Instant(100));
        assert_eq!(sound.at_most(40, Instant(5)), 0);
    }
}
