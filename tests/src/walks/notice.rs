//! 通知: written by one person, on the glass within a second after another let it on, and gone within a second when it is ended.

use std::time::Duration;

use anteroom_content::clock::{Clock as _, DAY_MS, Offsets, System};

use crate::harness::{Colour, Glass, Outcome, Ward};

/// Form sent → on glass, or off it.
const LIMIT: Duration = Duration::from_secs(1);
/// The ground of a notice's line.
const LAGOON: Colour = Colour([23, 79, 90]);
const SCREEN: &str = "Z04-1";

/// The lowest line of the glass is a notice's.
fn tells(glass: &Glass) -> bool {
    let height = glass.0.height();
    let low = image::imageops::crop_imm(&glass.0, 0, height - height / 20, glass.0.width(), height / 20).to_image();
    Glass(low).share_of(LAGOON) > 0.4
}

fn plays(glass: &Glass) -> bool {
    glass.share_of(Colour::RED) > 0.3
}

#[test]
fn a_notice_is_on_the_glass_when_a_second_person_let_it_on_and_gone_when_it_is_ended() -> Outcome<()> {
    let mut ward = Ward::open()?;
    let red = ward.approved_colour("红色", Colour::RED)?;
    ward.air("Z04", &[(&red, 4)])?;
    let player = ward.player("one", SCREEN, (1280, 720))?;
    player.shows("its programme", Duration::from_mins(1), plays)?;
    let form = [
        ("zh", "门诊楼一号电梯检修，请走东侧楼梯。"),
        ("en", "Lift 1 is under repair: please take the east stairs."),
        ("from", "2020-01-01T08:00"),
        ("until", "2036-01-01T08:00"),
        ("place", "zone:Z04"),
    ];
    assert_eq!(ward.maker.send("/notices", &form)?.status, 422, "nothing stands for so long");
    let shanghai = Offsets::fixed("Asia/Shanghai", 8 * 3_600);
    let soon = shanghai.local(System.now().plus_ms(30 * DAY_MS)).strftime("%Y-%m-%dT%H:%M").to_string();
    let form = [form[0], form[1], form[2], ("until", soon.as_str()), form[4]];
    ward.maker.post("/notices", &form)?;
    let page = ward.checker.get("/notices")?.ok()?.text;
    let id = page.split_once("id=\"notice-").and_then(|(_, rest)| rest.split_once('"')).map(|(id, _)| id.to_owned());
    let id = id.ok_or_else(|| anyhow::anyhow!("no notice waits"))?;
    assert_eq!(ward.maker.send(&format!("/notices/{id}/approve"), &[])?.status, 403, "nobody alone");
    assert!(!tells(&player.glass()?));

    ward.checker.post(&format!("/notices/{id}/approve"), &[])?;
    let took = player.shows("the notice", Duration::from_secs(15), |glass| tells(glass) && plays(glass))?;
    println!("notice: {} ms from the answer of the console to a picture of the glass", took.as_millis());
    assert!(took <= LIMIT, "it took {took:?}");
    let codes = player.glass()?.codes();
    assert!(
        codes.iter().any(|code| code.contains("/S/")) && codes.iter().any(|code| code.contains("/C/")),
        "{codes:?}"
    );

    ward.hospital.stop()?;
    assert!(tells(&player.glass()?), "it stands without a server");
    ward.hospital.wake()?;
    ward.checker.post(&format!("/notices/{id}/end"), &[])?;
    let took = player.shows("the programme alone", Duration::from_secs(40), |glass| !tells(glass) && plays(glass))?;
    println!("notice ended: {} ms from the answer of the console to a picture of the glass", took.as_millis());
    Ok(())
}
