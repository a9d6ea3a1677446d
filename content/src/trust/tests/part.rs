//! Show parts and clinic parts: believed through the manifest that names them.

use serde_json::json;

use super::super::{accept_clinic, accept_show};
use super::*;
use crate::clinic::Timetable;
use crate::programme::{ENGINE, Show};

fn show(zone: &str) -> Vec<u8> {
    let hours = json!({"from_min": 0, "to_min": 1440});
    let show = json!({
        "engine": ENGINE,
        "site": {"id": "h", "city": "310000", "kind": "hospital", "name": {"zh": "医院", "en": ""}, "time_zone": "Asia/Shanghai"},
        "zone": {"id": zone, "site": "h", "building": "b", "name": {"zh": "候诊", "en": ""}, "kind": "waiting",
            "open": [hours, hours, hours, hours, hours, hours, hours]},
        "screens": [], "rules": [], "playlists": [], "items": [],
        "offsets": crate::clock::Offsets::fixed("Asia/Shanghai", 28_800),
        "phone_address": "HTTP://192.0.2.5:8081",
    });
    let show: Show = serde_json::from_value(show).expect("a show");
    serde_json::to_vec(&show).expect("written")
}

fn clinic() -> Vec<u8> {
    serde_json::to_vec(&Timetable::default()).expect("written")
}

fn naming(show: &[u8], clinic: &[u8]) -> Manifest {
    Manifest { show: part(show), clinic: part(clinic), ..manifest(1, 2) }
}

fn is_refused<T>(given: &Result<T, Refused>, hash: ContentHash) -> bool {
    matches!(given, Err(Refused::Part { hash: of, .. }) if *of == hash)
}

#[test]
fn show_part_is_taken_byte_for_byte() {
    let bytes = show("z1");
    let manifest = naming(&bytes, &clinic());
    assert_eq!(accept_show(&manifest, &bytes).expect("taken").zone.id, zone("z1"));
    for (n, flip) in [(0, 1), (bytes.len() / 2, 0x20), (bytes.len() - 1, 0x80)] {
        let mut flipped = bytes.clone();
        flipped[n] ^= flip;
        assert!(is_refused(&accept_show(&manifest, &flipped), manifest.show.hash), "byte {n}");
    }
}

#[test]
fn show_part_rollback_freeze_and_fast_forward_are_the_manifests() {
    let (older, newer) = (show("z1"), [show("z1"), b" ".to_vec()].concat());
    let manifest = naming(&newer, &clinic());
    assert!(accept_show(&manifest, &newer).is_ok());
    assert!(is_refused(&accept_show(&manifest, &older), manifest.show.hash));
}

#[test]
fn show_part_mix_and_match_is_refused() {
    let (own, other) = (show("z1"), show("z2"));
    let manifest = naming(&own, &clinic());
    assert!(is_refused(&accept_show(&manifest, &other), manifest.show.hash));
    assert!(is_refused(&accept_show(&manifest, &clinic()), manifest.show.hash));
    // Named by hash, and yet of another zone: a server that mixes up its zones is not obeyed.
    let mixed = naming(&other, &clinic());
    assert!(is_refused(&accept_show(&mixed, &other), mixed.show.hash));
}

#[test]
fn show_part_arbitrary_install_and_garbage_are_refused() {
    for garbage in [&b""[..], b"{}", b"null", b"\xff\xfe"] {
        let manifest = naming(garbage, &clinic());
        assert!(is_refused(&accept_show(&manifest, garbage), manifest.show.hash));
    }
    let lied = Manifest { show: PartRef { size_bytes: 1, ..part(&show("z1")) }, ..manifest(1, 2) };
    assert!(is_refused(&accept_show(&lied, &show("z1")), lied.show.hash), "longer than was signed");
}

#[test]
fn clinic_part_is_taken_byte_for_byte() {
    let manifest = naming(&show("z1"), &clinic());
    assert_eq!(accept_clinic(&manifest, &clinic()), Ok(Timetable::default()));
    for n in 0..clinic().len() {
        let mut flipped = clinic();
        flipped[n] ^= 1;
        assert!(is_refused(&accept_clinic(&manifest, &flipped), manifest.clinic.hash), "byte {n}");
    }
}

#[test]
fn clinic_part_rollback_freeze_and_fast_forward_are_the_manifests() {
    let newer = [clinic(), b"\n".to_vec()].concat();
    let manifest = naming(&show("z1"), &newer);
    assert!(accept_clinic(&manifest, &newer).is_ok());
    assert!(is_refused(&accept_clinic(&manifest, &clinic()), manifest.clinic.hash));
}

#[test]
fn clinic_part_mix_and_match_arbitrary_install_and_garbage_are_refused() {
    let manifest = naming(&show("z1"), &clinic());
    assert!(is_refused(&accept_clinic(&manifest, &show("z1")), manifest.clinic.hash));
    for garbage in [&b""[..], b"[]", b"null", b"\xff\xfe"] {
        let naming = naming(&show("z1"), garbage);
        assert!(is_refused(&accept_clinic(&naming, garbage), naming.clinic.hash));
    }
}
