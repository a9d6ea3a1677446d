//! Sound in the form of a zone: how loud it may be at the most, and when it is quiet.

use anteroom_content::place::{Audio, Zone};
use anteroom_content::volume::{QUIET_MAX, Quiet, Sound, VOLUME_PERCENT_MAX};

use super::ZoneForm;
use crate::console::desk::Desk;
use crate::console::fault::Fault;
use crate::console::fields::clean;
use crate::console::moment::wall;
use crate::console::said::Said;
use crate::console::visitor::Staff;
use crate::console::window_form::read_hours;

/// Empty quiet hours offered below those in use.
const QUIET_FREE: usize = 1;

impl ZoneForm {
    /// The same form with a sound in it.
    pub(super) fn with_sound(self, sound: Option<&Sound>) -> Self {
        let quiet = sound.map(|sound| sound.quiet.as_slice()).unwrap_or_default();
        let free = QUIET_FREE.min(QUIET_MAX.saturating_sub(quiet.len()));
        let rows = |minute: fn(&Quiet) -> u16| {
            quiet.iter().map(|hours| wall(minute(hours))).chain(std::iter::repeat_n(String::new(), free)).collect()
        };
        Self {
            volume: Some(sound.map_or(0, |sound| sound.cap_percent).to_string()),
            quiet_from: rows(|hours| hours.from_min),
            quiet_to: rows(|hours| hours.to_min),
            ..self
        }
    }

    /// What may be heard; none is mute, and mute without quiet hours is none.
    pub(super) fn sound(&self, was: Option<&Zone>) -> Result<Option<Sound>, Said> {
        let Some(volume) = &self.volume else { return Ok(was.and_then(|was| was.sound.clone())) };
        let volume = clean(volume).trim_end_matches(['%', '％']).trim_end().to_owned();
        let cap_percent = if volume.is_empty() { Some(0) } else { volume.parse().ok() };
        let cap_percent = cap_percent
            .filter(|percent| *percent <= VOLUME_PERCENT_MAX)
            .ok_or_else(|| Said::bad("bad-volume").put("max", VOLUME_PERCENT_MAX))?;
        if cap_percent > 0 && was.is_some_and(|was| was.audio == Audio::Never) {
            return Err(Said::bad("bad-volume-never"));
        }
        let mut quiet = Vec::new();
        for (from, to) in self.quiet_from.iter().zip(&self.quiet_to) {
            if from.trim().is_empty() && to.trim().is_empty() {
                continue;
            }
            let hours = read_hours(from, to).ok_or_else(|| Said::bad("bad-quiet"))?;
            quiet.push(Quiet { from_min: hours.from_min, to_min: hours.to_min });
        }
        if quiet.len() > QUIET_MAX {
            return Err(Said::bad("bad-quiet-many").put("max", QUIET_MAX));
        }
        Ok((cap_percent > 0 || !quiet.is_empty()).then_some(Sound { cap_percent, quiet }))
    }
}

fn in_words(sound: Option<&Sound>) -> String {
    let Some(sound) = sound else { return "0 %".to_owned() };
    let quiet = sound.quiet.iter().map(|hours| format!(" {}–{}", wall(hours.from_min), wall(hours.to_min)));
    format!("{} %{}", sound.cap_percent, quiet.collect::<String>())
}

/// Writes down who changed what is heard.
pub(super) async fn note(desk: &Desk, staff: &Staff, was: Option<&Zone>, zone: &Zone) -> Result<(), Fault> {
    let before = was.and_then(|was| was.sound.as_ref());
    if before == zone.sound.as_ref() {
        return Ok(());
    }
    let detail = format!("{} → {}", in_words(before), in_words(zone.sound.as_ref()));
    desk.note(&staff.account, "zone.sound", zone.id.as_str(), &detail).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(volume: &str, quiet: &[(&str, &str)]) -> Result<Option<Sound>, String> {
        let side = |text: fn(&(&str, &str)) -> String| quiet.iter().map(text).collect();
        let form = ZoneForm {
            volume: Some(volume.to_owned()),
            quiet_from: side(|(from, _)| (*from).to_owned()),
            quiet_to: side(|(_, to)| (*to).to_owned()),
            ..ZoneForm::default()
        };
        form.sound(None).map_err(|said| said.key)
    }

    #[test]
    fn sound_survives_its_form_and_silence_is_none() {
        let sound = Sound {
            cap_percent: 35,
            quiet: vec![Quiet { from_min: 1_320, to_min: 420 }, Quiet { from_min: 720, to_min: 840 }],
        };
        let form = ZoneForm::default().with_sound(Some(&sound));
        assert_eq!(form.quiet_from, ["22:00", "12:00", ""], "and room for another one");
        assert_eq!(form.sound(None).ok(), Some(Some(sound.clone())));
        assert_eq!(ZoneForm::default().with_sound(None).sound(None).ok(), Some(None));
        assert_eq!(in_words(Some(&sound)), "35 % 22:00–07:00 12:00–14:00");
        assert_eq!(read("", &[]), Ok(None));
        assert_eq!(read("20 %", &[("", "")]), Ok(Some(Sound { cap_percent: 20, quiet: Vec::new() })));
    }

    #[test]
    fn what_nobody_can_mean_is_told() {
        for (volume, quiet, key) in [
            ("101", vec![], "bad-volume"),
            ("loud", vec![], "bad-volume"),
            ("-1", vec![], "bad-volume"),
            ("10", vec![("22:00", "")], "bad-quiet"),
            ("10", vec![("22:00", "22:00")], "bad-quiet"),
            ("10", vec![("1:00", "2:00"); QUIET_MAX + 1], "bad-quiet-many"),
        ] {
            assert_eq!(read(volume, &quiet), Err(key.to_owned()), "{volume} {quiet:?}");
        }
    }
}
