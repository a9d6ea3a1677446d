//! Every layout with every scene looks as somebody found it good.

use crate::glass::golden;
use crate::harness::Outcome;

#[test]
fn every_layout_looks_as_it_was_found_good() -> Outcome<()> {
    let mut problems = Vec::new();
    for shape in &golden::SHAPES {
        for (scene, picture) in golden::draw(shape)? {
            let name = golden::name(shape, scene);
            let held = image::open(golden::folder().join(&name))?.to_rgb8();
            problems.extend(golden::compare(&picture, &held).map(|problem| format!("{name}: {problem}")));
        }
    }
    assert!(problems.is_empty(), "`cargo run -p anteroom-tests --bin golden` shows how: {problems:#?}");
    Ok(())
}
