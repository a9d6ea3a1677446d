//! What boxes told of how far manifests are, to be written down: gathered, each box's newest word once, and written many at a
//! time. A box whose screens all show what they were told leaves nothing behind.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use anteroom_content::id::BoxId;
use anteroom_content::wire::Delivery;

use super::lock;

/// Words not written down yet, and boxes of whom something is written.
#[derive(Debug, Default)]
pub struct Deliveries(Mutex<Books>);

#[derive(Debug, Default)]
struct Books {
    due: HashMap<BoxId, Option<Box<Delivery>>>,
    written: HashSet<BoxId>,
}

impl Deliveries {
    /// Something is written of these boxes already.
    pub fn remember(&self, boxes: Vec<BoxId>) {
        lock(&self.0).written.extend(boxes);
    }

    /// A box told how far it is.
    pub(super) fn told(&self, box_id: &BoxId, delivery: Box<Delivery>) {
        lock(&self.0).due.insert(box_id.clone(), Some(delivery));
    }

    /// A box shows what it was told: what was written of it goes.
    pub(super) fn arrived(&self, box_id: &BoxId) {
        let mut books = lock(&self.0);
        if books.written.contains(box_id) {
            books.due.insert(box_id.clone(), None);
        } else {
            books.due.remove(box_id);
        }
    }

    /// Takes everything that is to be written, and counts it as written.
    #[must_use]
    pub fn take(&self) -> Vec<(BoxId, Option<Box<Delivery>>)> {
        let mut books = lock(&self.0);
        let mut due: Vec<_> = std::mem::take(&mut books.due).into_iter().collect();
        for (box_id, delivery) in &due {
            if delivery.is_some() {
                books.written.insert(box_id.clone())
            } else {
                books.written.remove(box_id)
            };
        }
        drop(books);
        // In the order of their names, so that two writers never wait for each other crosswise.
        due.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        due
    }

    /// Words that could not be written wait again, unless newer ones came.
    pub fn give_back(&self, words: Vec<(BoxId, Option<Box<Delivery>>)>) {
        let mut books = lock(&self.0);
        for (box_id, delivery) in words {
            // Whether a row is there is not known now: counted as there, it is removed in time.
            books.written.insert(box_id.clone());
            books.due.entry(box_id).or_insert(delivery);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_that_shows_everything_is_written_of_only_where_something_is_to_be_removed() {
        let name = |text: &str| BoxId::parse(text).expect("a name");
        let word = |version| Box::new(Delivery { version, screens: Vec::new() });
        let books = Deliveries::default();
        books.told(&name("fast"), word(1));
        books.arrived(&name("fast"));
        books.arrived(&name("silent"));
        books.told(&name("slow"), word(1));
        books.told(&name("slow"), word(2));
        assert_eq!(books.take(), [(name("slow"), Some(word(2)))]);
        books.arrived(&name("slow"));
        let removed = books.take();
        assert_eq!(removed, [(name("slow"), None)]);
        books.give_back(removed);
        books.told(&name("slow"), word(3));
        books.give_back(vec![(name("slow"), None)]);
        assert_eq!(books.take(), [(name("slow"), Some(word(3)))], "a newer word is not overwritten by an older one");
        books.remember(vec![name("of-yesterday")]);
        books.arrived(&name("of-yesterday"));
        assert_eq!(books.take(), [(name("of-yesterday"), None)]);
    }
}
