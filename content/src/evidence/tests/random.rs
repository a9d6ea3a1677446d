//! Bytes from outside never panic, and no change of a bundle is believed.

use std::sync::OnceLock;

use proptest::prelude::*;

use super::house::{House, check_bytes};
use crate::trust::PublicKey;

fn bundle() -> &'static (Vec<u8>, PublicKey) {
    static BUNDLE: OnceLock<(Vec<u8>, PublicKey)> = OnceLock::new();
    BUNDLE.get_or_init(|| {
        let house = House::new();
        (house.bundle(&house.batches()).into_bytes(), house.root())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_refused_in_peace(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(check_bytes(&bytes, bundle().1).is_err());
    }

    #[test]
    fn any_line_moved_or_left_out_or_said_twice_is_refused(from in 0_usize..100, to in 0_usize..100, is_copy: bool) {
        let (bytes, root) = bundle();
        let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        let (from, to) = (from % lines.len(), to % lines.len());
        let mut bent = lines.clone();
        let line = if is_copy { bent[from] } else { bent.remove(from) };
        bent.insert(to.min(bent.len()), line);
        prop_assume!(bent != lines);
        prop_assert!(check_bytes(&bent.concat(), *root).is_err());
        bent.truncate(to);
        prop_assert!(check_bytes(&bent.concat(), *root).is_err());
    }

    #[test]
    fn any_changed_byte_is_refused(at in any::<prop::sample::Index>(), byte: u8) {
        let (bytes, root) = bundle();
        let mut bent = bytes.clone();
        let place = at.index(bent.len());
        prop_assume!(bent[place] != byte);
        bent[place] = byte;
        prop_assert!(check_bytes(&bent, *root).is_err());
    }
}
