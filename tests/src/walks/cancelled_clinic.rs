//! 停诊: entered in the console, gone from the strip on glass within a second.

use std::time::Duration;

use crate::harness::{Outcome, Ward};

/// Entered → on glass, a second, so that nobody waits for a doctor who will not come.
const LIMIT: Duration = Duration::from_secs(1);

#[test]
fn a_cancelled_clinic_leaves_the_strip_within_a_second() -> Outcome<()> {
    let ward = Ward::open()?;
    let player = ward.player("one", "Z04-1", (1280, 720))?;
    player.shows("the strip with its code", Duration::from_mins(1), |glass| {
        glass.codes().iter().any(|code| code.contains("/C/"))
    })?;
    let before = player.glass()?.strip().share_of_red();
    let clinic = ward.clinic_on_the_strip("03.07")?;
    ward.stop_clinic(&clinic)?;
    let took = player.shows("the red of 停诊 on the strip", Duration::from_secs(15), |glass| {
        glass.strip().share_of_red() > before + 0.002
    })?;
    println!("cancelled clinic: {} ms from the answer of the console to a picture of the glass", took.as_millis());
    assert!(took <= LIMIT, "it took {took:?}");

    let page = ward.phone(&ward.phone_address("c", "Z04-1")?)?;
    assert!(page.text.contains("停诊"), "the phone's clinic page says so, too");
    Ok(())
}
