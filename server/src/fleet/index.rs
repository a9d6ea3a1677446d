//! The connected boxes by name, by zone and by screen, so that nobody goes through all of them to find a few.

use std::collections::HashMap;
use std::sync::Arc;

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ScreenId, ZoneId};
use anteroom_content::wire::Versions;

use super::known::Gone;
use super::{Mouth, Seen};

/// The connected boxes. Whoever is in `zones` or `screens` is in `links`.
#[derive(Debug, Default)]
pub(super) struct Index {
    links: HashMap<BoxId, Link>,
    zones: HashMap<ZoneId, Vec<BoxId>>,
    screens: HashMap<ScreenId, BoxId>,
    /// Boxes that were connected and are not any more; nobody is here and in `links`.
    gone: HashMap<BoxId, Gone>,
}

#[derive(Debug)]
struct Link {
    boot: u64,
    mouth: Arc<dyn Mouth>,
    seen: Seen,
}

impl Index {
    /// A box came; tells the boot and the mouth of an older link of it.
    pub(super) fn enter(&mut self, boot: u64, mouth: Arc<dyn Mouth>, seen: Seen) -> Option<(u64, Arc<dyn Mouth>)> {
        let box_id = seen.box_id.clone();
        self.take_down(&box_id);
        self.gone.remove(&box_id);
        let before = self.links.insert(box_id, Link { boot, mouth, seen });
        before.map(|before| (before.boot, before.mouth))
    }

    /// A link of a box ended; a newer one stays.
    pub(super) fn leave(&mut self, box_id: &BoxId, mouth: &Arc<dyn Mouth>) {
        if self.links.get(box_id).is_some_and(|link| Arc::ptr_eq(&link.mouth, mouth)) {
            self.take_down(box_id);
            let seen = self.links.remove(box_id).map(|link| link.seen);
            let gone = seen.map(|Seen { since, beat, applied, delivery, .. }| Gone {
                heard_at: Some(beat.map_or(since, |(at, _)| at)),
                applied,
                delivery,
                skew: None,
            });
            self.gone.extend(gone.map(|gone| (box_id.clone(), gone)));
        }
    }

    /// Hangs a box somewhere else.
    pub(super) fn place(&mut self, box_id: &BoxId, zone: Option<ZoneId>, screens: Vec<ScreenId>) {
        let hung = self.links.get(box_id).map(|link| (link.seen.zone.clone(), link.seen.screens.clone()));
        self.take_down(box_id);
        let Some(link) = self.links.get_mut(box_id) else { return };
        if hung.is_some_and(|(before, lit)| before != zone || lit != screens) {
            // What was on its glass says nothing of what is to come there.
            (link.seen.applied, link.seen.delivery) = (None, None);
        }
        for screen in &screens {
            self.screens.insert(screen.clone(), box_id.clone());
        }
        if let Some(zone) = &zone {
            self.zones.entry(zone.clone()).or_default().push(box_id.clone());
        }
        link.seen.zone = zone;
        link.seen.screens = screens;
    }

    /// Takes a box from where it hangs.
    fn take_down(&mut self, box_id: &BoxId) {
        let Some(link) = self.links.get_mut(box_id) else { return };
        for screen in link.seen.screens.drain(..) {
            if self.screens.get(&screen) == Some(box_id) {
                self.screens.remove(&screen);
            }
        }
        if let Some(zone) = link.seen.zone.take()
            && let Some(boxes) = self.zones.get_mut(&zone)
        {
            boxes.retain(|other| other != box_id);
            if boxes.is_empty() {
                self.zones.remove(&zone);
            }
        }
    }

    pub(super) fn mouth_of(&self, box_id: &BoxId) -> Option<Arc<dyn Mouth>> {
        self.links.get(box_id).map(|link| Arc::clone(&link.mouth))
    }

    pub(super) fn mouths_in(&self, zone: &ZoneId) -> Vec<Arc<dyn Mouth>> {
        self.zones.get(zone).into_iter().flatten().filter_map(|box_id| self.mouth_of(box_id)).collect()
    }

    pub(super) fn count_in(&self, zone: &ZoneId) -> usize {
        self.zones.get(zone).map_or(0, Vec::len)
    }

    pub(super) fn seen_mut(&mut self, box_id: &BoxId) -> Option<&mut Seen> {
        self.links.get_mut(box_id).map(|link| &mut link.seen)
    }

    pub(super) fn seen_of(&self, box_id: &BoxId) -> Option<&Seen> {
        self.links.get(box_id).map(|link| &link.seen)
    }

    pub(super) fn gone_of(&self, box_id: &BoxId) -> Option<&Gone> {
        self.gone.get(box_id)
    }

    /// A box that is not connected was sent away.
    pub(super) fn sent_away(&mut self, box_id: &BoxId, now: Instant, skew: Versions) {
        if !self.links.contains_key(box_id) {
            let gone = self.gone.entry(box_id.clone()).or_default();
            (gone.heard_at, gone.skew) = (Some(now), Some(skew));
        }
    }

    /// The mouths of all boxes.
    pub(super) fn mouths(&self) -> Vec<Arc<dyn Mouth>> {
        self.links.values().map(|link| Arc::clone(&link.mouth)).collect()
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.links.values().map(|link| link.seen.clone()).collect()
    }

    pub(super) fn count(&self) -> usize {
        self.links.len()
    }

    pub(super) fn box_of(&self, screen: &ScreenId) -> Option<Seen> {
        self.links.get(self.screens.get(screen)?).map(|link| link.seen.clone())
    }
}

#[cfg(test)]
mod tests {
    use anteroom_content::clock::Instant;
    use anteroom_content::wire::{Carrier, ToPlayer};

    use super::super::Frame;
    use super::*;

    #[derive(Debug)]
    struct Mute;

    impl Mouth for Mute {
        fn tell(&self, _: ToPlayer) -> bool {
            true
        }
        fn offer(&self, _: &Frame) {}
        fn end(&self) {}
    }

    fn name<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
        text.parse().expect("a name")
    }

    fn come(index: &mut Index, box_id: &str) -> Arc<dyn Mouth> {
        let mouth: Arc<dyn Mouth> = Arc::new(Mute);
        let (zone, screens) = (None, Vec::new());
        let (since, carrier, link_version) = (Instant(0), Carrier::Udp, 1);
        let (beat, applied, delivery) = (None, None, None);
        let seen = Seen { box_id: name(box_id), zone, screens, since, carrier, beat, applied, delivery, link_version };
        index.enter(1, Arc::clone(&mouth), seen);
        mouth
    }

    #[test]
    fn a_box_is_found_by_zone_and_screen_where_it_hangs_last_and_nowhere_when_it_left() {
        let mut index = Index::default();
        let (one, _two) = (come(&mut index, "one"), come(&mut index, "two"));
        index.place(&name("one"), Some(name("a")), vec![name("a-1")]);
        index.place(&name("two"), Some(name("a")), vec![name("a-2")]);
        assert_eq!(index.mouths_in(&name("a")).len(), 2);
        index.place(&name("one"), Some(name("b")), vec![name("b-1")]);
        assert_eq!((index.count_in(&name("a")), index.count_in(&name("b"))), (1, 1));
        assert!(index.box_of(&name("a-1")).is_none());
        if let Some(seen) = index.seen_mut(&name("one")) {
            seen.applied = Some((7, Instant(0)));
        }
        let applied = |index: &Index| index.seen_of(&name("one")).and_then(|seen| seen.applied);
        index.place(&name("one"), Some(name("b")), vec![name("b-1")]);
        assert!(applied(&index).is_some(), "told again where it hangs");
        index.place(&name("one"), Some(name("a")), vec![name("a-1")]);
        assert!(applied(&index).is_none(), "on another wall it shows what it has said of that");
        index.place(&name("one"), Some(name("b")), vec![name("b-1")]);
        assert_eq!(index.box_of(&name("b-1")).expect("lit").box_id, name("one"));

        let newer = come(&mut index, "one");
        assert_eq!(index.count_in(&name("b")), 0, "a newer link says itself where it hangs");
        index.leave(&name("one"), &one);
        assert_eq!(index.count(), 2, "the older link takes nothing with it");
        index.leave(&name("one"), &newer);
        assert_eq!(index.count(), 1);
        assert_eq!(index.gone_of(&name("one")).and_then(|gone| gone.heard_at), Some(Instant(0)));
        come(&mut index, "one");
        assert!(index.gone_of(&name("one")).is_none(), "nobody is here and gone");
    }
}
