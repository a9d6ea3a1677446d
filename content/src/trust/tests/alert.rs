//! Alert templates: what the alert key may sign, and all it may.

use serde::{Deserialize, Serialize};

use super::super::Document;
use super::*;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Template {
    words: String,
}

impl Document for Template {
    const PURPOSE: Purpose = Purpose::AlertTemplate;
}

#[test]
fn alert_template_is_taken_from_the_alert_key_alone() {
    let (trust, template) = (trust(), || Template { words: "停水".into() });
    assert_eq!(trust.open(&sealed(&template(), ALERT)), Ok(template()));
    for seed in [PUBLISH, ROOT, STRANGER] {
        not_signed(Purpose::AlertTemplate, &trust.open::<Template>(&sealed(&template(), seed)));
    }
    for spoilt in spoilt(&sealed(&template(), ALERT)) {
        not_signed(Purpose::AlertTemplate, &trust.open::<Template>(&spoilt));
    }
}

#[test]
fn alert_key_signs_nothing_else() {
    let trust = trust();
    not_signed(Purpose::Manifest, &trust.accept_manifest(&zone("z1"), &sealed(&manifest(1, 1), ALERT)));
    not_signed(Purpose::Assignment, &trust.accept_assignment(&this_box(), &sealed(&assignment(1, 1), ALERT)));
    let disguised = Envelope::seal_body(Purpose::AlertTemplate, sealed(&manifest(1, 1), ALERT).body, &key(ALERT));
    not_signed(Purpose::Manifest, &trust.accept_manifest(&zone("z1"), &disguised));
}
