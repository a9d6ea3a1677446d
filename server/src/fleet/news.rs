//! What each zone plays, in the very bytes its boxes are told; and the loop that tells them when that changes. A zone waits
//! in line once, however often it changed: its boxes are told the newest.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use anteroom_content::id::ZoneId;
use tokio::sync::Notify;

use super::{Frame, Mouth, lock};

/// Boxes told before others have their turn on this thread: those who carry it to them above all.
const TOLD_AT_ONCE: usize = 64;

/// What zones play, and which of them wait to be told.
#[derive(Debug, Default)]
pub(super) struct News {
    board: Mutex<Board>,
    came: Notify,
}

#[derive(Debug, Default)]
struct Board {
    zones: HashMap<ZoneId, Notice>,
    /// Zones that wait to be told, each once.
    due: VecDeque<ZoneId>,
}

#[derive(Debug)]
struct Notice {
    version: u64,
    manifest: Frame,
    is_due: bool,
}

impl Board {
    fn put(&mut self, zone: &ZoneId, version: u64, manifest: Frame) -> Option<&mut Notice> {
        match self.zones.get_mut(zone) {
            Some(notice) if notice.version >= version => return None,
            Some(notice) => {
                notice.version = version;
                notice.manifest = manifest;
            }
            None => {
                self.zones.insert(zone.clone(), Notice { version, manifest, is_due: false });
            }
        }
        self.zones.get_mut(zone)
    }

    fn next_due(&mut self) -> Option<(ZoneId, Frame)> {
        let zone = self.due.pop_front()?;
        let notice = self.zones.get_mut(&zone)?;
        notice.is_due = false;
        Some((zone, notice.manifest.clone()))
    }
}

impl News {
    /// Puts zones in line.
    pub(super) fn add(&self, zones: Vec<(ZoneId, u64, Frame)>) {
        let mut board = lock(&self.board);
        for (zone, version, manifest) in zones {
            let Some(notice) = board.put(&zone, version, manifest) else { continue };
            if !std::mem::replace(&mut notice.is_due, true) {
                board.due.push_back(zone);
            }
        }
        drop(board);
        self.came.notify_one();
    }

    /// Keeps what a zone plays without telling anybody.
    pub(super) fn keep(&self, zone: &ZoneId, version: u64, manifest: Frame) {
        lock(&self.board).put(zone, version, manifest);
    }

    pub(super) fn newest(&self, zone: &ZoneId) -> Option<Frame> {
        lock(&self.board).zones.get(zone).map(|notice| notice.manifest.clone())
    }

    pub(super) fn versions(&self) -> HashMap<ZoneId, u64> {
        lock(&self.board).zones.iter().map(|(zone, notice)| (zone.clone(), notice.version)).collect()
    }

    /// Tells zone after zone. What is told lies with each box's connection, which speaks when it is its turn.
    pub(super) async fn spread(&self, mouths_in: impl Fn(&ZoneId) -> Vec<Arc<dyn Mouth>>) {
        let mut told = 0;
        loop {
            let Some((zone, manifest)) = lock(&self.board).next_due() else {
                self.came.notified().await;
                continue;
            };
            for mouth in mouths_in(&zone) {
                mouth.offer(&manifest);
                told += 1;
                if told >= TOLD_AT_ONCE {
                    told = 0;
                    tokio::task::yield_now().await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> ZoneId {
        ZoneId::parse(name).expect("a name")
    }

    fn frame(byte: u8) -> Frame {
        Frame::copy_from_slice(&[byte])
    }

    #[test]
    fn a_zone_that_changed_twice_is_told_once_and_the_newest() {
        let news = News::default();
        news.add(vec![(zone("a"), 1, frame(1)), (zone("b"), 1, frame(1))]);
        news.add(vec![(zone("a"), 2, frame(2))]);
        news.keep(&zone("a"), 1, frame(9));
        news.keep(&zone("c"), 1, frame(3));
        let mut board = lock(&news.board);
        assert_eq!(board.next_due(), Some((zone("a"), frame(2))));
        assert_eq!(board.next_due(), Some((zone("b"), frame(1))));
        assert_eq!(board.next_due(), None, "what is only kept is told to nobody");
        drop(board);
        news.add(vec![(zone("b"), 1, frame(4))]);
        assert_eq!(lock(&news.board).next_due(), None, "nothing new");
        assert_eq!(news.newest(&zone("c")), Some(frame(3)));
    }
}
