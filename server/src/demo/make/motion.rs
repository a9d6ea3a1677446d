//! Motion: from keys and sways to the place, turn, size and opacity of a layer at a second.

use std::collections::BTreeMap;
use std::f32::consts::TAU;

use super::recipe::{Ease, Key, Layer, Motion, Sway};

/// How long a sway takes to swell and to die away, in seconds.
const SWELL_SECS: f32 = 0.4;

/// Where a layer stands: an affine map of drawn points to the frame, and how solid it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pose {
    /// `x' = a·x + c·y + e`, `y' = b·x + d·y + f`, as `[a, b, c, d, e, f]`.
    pub map: [f32; 6],
    /// 0 is unseen, 1 is solid.
    pub opacity: f32,
}

impl Pose {
    /// As drawn.
    pub(super) const DRAWN: Self = Self { map: [1.0, 0.0, 0.0, 1.0, 0.0, 0.0], opacity: 1.0 };

    /// This pose inside another one.
    #[expect(clippy::many_single_char_names, reason = "the six letters of an affine map")]
    fn within(self, outer: Self) -> Self {
        let [a, b, c, d, e, f] = self.map;
        let [oa, ob, oc, od, oe, of] = outer.map;
        let map = [
            oa * a + oc * b,
            ob * a + od * b,
            oa * c + oc * d,
            ob * c + od * d,
            oa * e + oc * f + oe,
            ob * e + od * f + of,
        ];
        Self { map, opacity: self.opacity * outer.opacity }
    }
}

/// Whether a layer stays as drawn from the first frame to the last.
pub(super) fn is_still(layer: &Layer) -> bool {
    layer.with.is_empty() && layer.motion.keys.is_empty() && layer.motion.sways.is_empty()
}

/// Where `layer` stands at a second, its shared motions among it.
pub(super) fn pose(layer: &Layer, shared: &BTreeMap<String, Motion>, secs: f32) -> Pose {
    let own = pose_of(&layer.motion, secs);
    layer.with.iter().filter_map(|name| shared.get(name)).fold(own, |pose, motion| pose.within(pose_of(motion, secs)))
}

fn pose_of(motion: &Motion, secs: f32) -> Pose {
    let key_secs = motion.every_secs.filter(|every| *every > 0.0).map_or(secs, |every| secs.rem_euclid(every));
    let mut place = place_at(&motion.keys, motion.ease, key_secs);
    for sway in &motion.sways {
        add(&mut place, sway, secs);
    }
    let Place { x, y, turn, scale, opacity } = place;
    let (sin, cos) = turn.to_radians().sin_cos();
    let [px, py] = motion.pivot;
    let (a, b, c, d) = (scale * cos, scale * sin, -scale * sin, scale * cos);
    Pose { map: [a, b, c, d, px - a * px - c * py + x, py - b * px - d * py + y], opacity: opacity.clamp(0.0, 1.0) }
}

#[derive(Clone, Copy)]
struct Place {
    x: f32,
    y: f32,
    turn: f32,
    scale: f32,
    opacity: f32,
}

impl Place {
    const DRAWN: Self = Self { x: 0.0, y: 0.0, turn: 0.0, scale: 1.0, opacity: 1.0 };

    fn after(self, key: &Key) -> Self {
        Self {
            x: key.x.unwrap_or(self.x),
            y: key.y.unwrap_or(self.y),
            turn: key.turn.unwrap_or(self.turn),
            scale: key.scale.unwrap_or(self.scale),
            opacity: key.opacity.unwrap_or(self.opacity),
        }
    }

    fn towards(self, next: Self, part: f32) -> Self {
        let mix = |from: f32, to: f32| from + (to - from) * part;
        Self {
            x: mix(self.x, next.x),
            y: mix(self.y, next.y),
            turn: mix(self.turn, next.turn),
            scale: mix(self.scale, next.scale),
            opacity: mix(self.opacity, next.opacity),
        }
    }
}

fn place_at(keys: &[Key], ease: Ease, secs: f32) -> Place {
    let mut before: Option<(f32, Place)> = None;
    for key in keys {
        let (from, place) = before.unwrap_or((key.at, Place::DRAWN));
        let next = place.after(key);
        if secs < key.at {
            let Some(_) = before else { return next };
            let part = ((secs - from) / (key.at - from).max(f32::EPSILON)).clamp(0.0, 1.0);
            let part = match ease {
                Ease::Gentle => part * part * (3.0 - 2.0 * part),
                Ease::Even => part,
            };
            return place.towards(next, part);
        }
        before = Some((key.at, next));
    }
    before.map_or(Place::DRAWN, |(_, place)| place)
}

fn add(place: &mut Place, sway: &Sway, secs: f32) {
    if secs <= sway.from || secs >= sway.to || sway.period <= 0.0 {
        return;
    }
    let swell = ((secs - sway.from) / SWELL_SECS).min((sway.to - secs) / SWELL_SECS).clamp(0.0, 1.0);
    let wave = ((secs - sway.from) / sway.period * TAU).sin() * swell;
    place.x += sway.x * wave;
    place.y += sway.y * wave;
    place.turn += sway.turn * wave;
    place.scale *= 1.0 + sway.scale * wave;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn motion(text: &str) -> Motion {
        serde_json::from_str(text).expect("a motion")
    }

    fn place_of(text: &str, secs: f32) -> (f32, f32, f32) {
        let pose = pose_of(&motion(text), secs);
        (pose.map[4], pose.map[5], pose.opacity)
    }

    #[test]
    fn it_waits_moves_and_stays() {
        let text = r#"{"keys":[{"at":1,"x":0,"opacity":0},{"at":2,"x":100,"opacity":1}]}"#;
        assert_eq!(place_of(text, 0.0), (0.0, 0.0, 0.0));
        assert_eq!(place_of(text, 1.5), (50.0, 0.0, 0.5));
        assert_eq!(place_of(text, 9.0), (100.0, 0.0, 1.0));
    }

    #[test]
    fn what_a_key_does_not_say_stays_as_it_was() {
        let text = r#"{"keys":[{"at":0,"x":10,"y":5},{"at":1,"x":20}]}"#;
        assert_eq!(place_of(text, 1.0), (20.0, 5.0, 1.0));
    }

    #[test]
    fn keys_that_repeat_begin_again() {
        let text = r#"{"every_secs":4,"ease":"even","keys":[{"at":0,"y":0},{"at":4,"y":-80}]}"#;
        assert_eq!(place_of(text, 1.0), (0.0, -20.0, 1.0));
        assert_eq!(place_of(text, 5.0), (0.0, -20.0, 1.0));
    }

    #[test]
    fn a_pivot_stays_where_it_is() {
        let pose = pose_of(&motion(r#"{"pivot":[40,30],"keys":[{"at":0,"turn":90,"scale":2}]}"#), 0.0);
        let map = pose.map;
        let right = map[0] * 40.0 + map[2] * 30.0 + map[4];
        let below = map[1] * 40.0 + map[3] * 30.0 + map[5];
        assert!((right - 40.0).abs() < 1e-3 && (below - 30.0).abs() < 1e-3, "{right} {below}");
    }

    #[test]
    fn a_sway_is_at_rest_before_and_after() {
        let text = r#"{"sways":[{"from":1,"to":3,"period":1,"x":12}]}"#;
        assert_eq!(place_of(text, 1.0), (0.0, 0.0, 1.0));
        assert!((place_of(text, 2.25).0 - 12.0).abs() < 1e-3);
        assert_eq!(place_of(text, 3.0), (0.0, 0.0, 1.0));
    }
}
