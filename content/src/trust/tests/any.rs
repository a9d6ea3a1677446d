//! Any documents in any order: what a box believes never sinks.

use proptest::prelude::*;

use super::super::{Charter, Rank};
use super::*;

/// Something a server, an attacker or the weather brings.
#[derive(Debug, Clone)]
enum Word {
    Charter { charter: Box<Charter>, by: Vec<u8> },
    Manifest { zone: u8, rank: (u32, u64), show: u8, by: u8 },
    Assignment { rank: (u32, u64), zone: u8, by: u8 },
}

fn seed() -> impl Strategy<Value = u8> {
    prop_oneof![4 => Just(PUBLISH), 2 => Just(NEXT_PUBLISH), 1 => Just(ROOT), 1 => Just(NEXT_ROOT), 1 => ALERT..=STRANGER]
}

fn rank() -> impl Strategy<Value = (u32, u64)> {
    (0_u32..5, prop_oneof![9 => 0_u64..6, 1 => Just(u64::MAX)])
}

fn word() -> impl Strategy<Value = Word> {
    let roots = prop_oneof![Just(vec![ROOT]), Just(vec![NEXT_ROOT]), Just(vec![ROOT, NEXT_ROOT]), Just(vec![PUBLISH])];
    let charter = (0_u64..8, 0_u32..5, prop_oneof![ROOT..=NEXT_ROOT], prop_oneof![PUBLISH..=NEXT_PUBLISH], roots)
        .prop_map(|(version, epoch, root, publish, by)| {
            let (root, publish) = (public(&key(root)), vec![public(&key(publish))]);
            Word::Charter { charter: Box::new(Charter { version, epoch, root, publish, ..charter() }), by }
        });
    let manifest =
        (1_u8..3, rank(), 0_u8..2, seed()).prop_map(|(zone, rank, show, by)| Word::Manifest { zone, rank, show, by });
    let assignment = (rank(), 1_u8..3, seed()).prop_map(|(rank, zone, by)| Word::Assignment { rank, zone, by });
    prop_oneof![1 => charter, 2 => manifest, 2 => assignment]
}

/// Hears a word as a box does: judged, kept, and only then believed. Tells whether it was believed.
fn hear(trust: &mut Trust, word: &Word, at: Instant) -> bool {
    match word {
        Word::Charter { charter, by } => match trust.accept_charter(&signed(charter, by)) {
            Ok(Heard::New(charter) | Heard::Again(charter)) => {
                trust.raise_charter(charter);
                true
            }
            Err(_) => false,
        },
        Word::Manifest { zone: n, rank, show, by } => {
            let zone = zone(&format!("z{n}"));
            let manifest = Manifest { zone: zone.clone(), show: part(&[*show]), ..manifest(rank.0, rank.1) };
            let envelope = sealed(&manifest, *by);
            let is_believed = trust.accept_manifest(&zone, &envelope).is_ok();
            if is_believed {
                trust.raise_manifest(&zone, manifest.rank(), &envelope, at);
            }
            is_believed
        }
        Word::Assignment { rank, zone: n, by } => {
            let assignment = Assignment { zone: zone(&format!("z{n}")), ..assignment(rank.0, rank.1) };
            let envelope = sealed(&assignment, *by);
            let is_believed = trust.accept_assignment(&this_box(), &envelope).is_ok();
            if is_believed {
                trust.raise_assignment(assignment.rank(), &envelope);
            }
            is_believed
        }
    }
}

/// Version and epoch of the charter.
fn height(trust: &Trust) -> Option<(u64, u32)> {
    trust.charter().map(|charter| (charter.version, charter.epoch))
}

/// The assignment, and the manifests of both zones.
fn ranks(trust: &Trust) -> [Option<Rank>; 3] {
    [trust.assignment_rank(), trust.manifest_rank(&zone("z1")), trust.manifest_rank(&zone("z2"))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_sequence_of_documents_ever_lowers_what_a_box_believes(words in prop::collection::vec(word(), 0..40)) {
        let mut trust = Trust::default();
        for (n, word) in (0_i64..).zip(&words) {
            let before = trust.clone();
            let is_believed = hear(&mut trust, word, NOW.plus_ms(n));
            let is_lower = match (height(&before), height(&trust)) {
                (Some(was), Some(is)) => is.0 < was.0 || is.1 < was.1,
                (was, is) => was > is,
            };
            prop_assert!(!is_lower, "{word:?}");
            prop_assert!(!ranks(&before).iter().zip(ranks(&trust)).any(|(was, is)| *was > is), "{word:?}");
            prop_assert!(is_believed || before == trust, "what is refused leaves no trace: {word:?}");
            if let (true, Some(charter)) = (is_believed, trust.charter()) {
                match word {
                    Word::Manifest { rank, by, .. } | Word::Assignment { rank, by, .. } => {
                        prop_assert_eq!(rank.0, charter.epoch, "the epoch is the root's alone");
                        prop_assert!(charter.publish.contains(&public(&key(*by))));
                    }
                    Word::Charter { by, .. } => prop_assert!(by.iter().any(|seed| [ROOT, NEXT_ROOT].contains(seed))),
                }
            }
        }
    }

    #[test]
    fn raising_to_something_lower_changes_no_height(
        high in (1_u32..4, 1_u64..9), low in (1_u32..4, 1_u64..9),
    ) {
        let mut trust = trust();
        for rank in [high, low] {
            let (manifest, assignment) = (manifest(rank.0, rank.1), assignment(rank.0, rank.1));
            trust.raise_manifest(&zone("z1"), manifest.rank(), &sealed(&manifest, PUBLISH), NOW);
            trust.raise_assignment(assignment.rank(), &sealed(&assignment, PUBLISH));
        }
        let highest = Some(Rank::new(high.0, high.1).max(Rank::new(low.0, low.1)));
        prop_assert_eq!(trust.manifest_rank(&zone("z1")), highest);
        prop_assert_eq!(trust.assignment_rank(), highest);
    }

    #[test]
    fn bytes_from_outside_never_panic(body in ".{0,200}", signature in ".{0,140}", by in any::<u8>()) {
        let envelope = Envelope { body: body.clone(), signature: signature.clone() };
        prop_assert!(trust().accept_manifest(&zone("z1"), &envelope).is_err());
        prop_assert!(trust().accept_assignment(&this_box(), &envelope).is_err());
        let signatures = vec![super::super::KeySignature { key: public(&key(by)), signature }];
        let charter = SignedCharter { body, signatures };
        prop_assert!(trust().accept_charter(&charter).is_err());
    }
}
