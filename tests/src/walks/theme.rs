//! 主题: a hospital's colours and logo are on the glass with its next publication, and nothing that plays ends for them.

use std::time::Duration;

use crate::harness::{Colour, Glass, Outcome, Ward};

/// The rail of the theme, and its logo.
const VIOLET: Colour = Colour([40, 20, 90]);
const LIME: Colour = Colour([90, 220, 40]);
const SCREEN: &str = "Z04-1";

fn plays(glass: &Glass) -> bool {
    glass.share_of(Colour::RED) > 0.3
}

/// Rail and logo, which stands in place of the name.
fn is_themed(glass: &Glass) -> bool {
    glass.share_of(VIOLET) > 0.05 && glass.share_of(LIME) > 0.001
}

#[test]
fn a_theme_is_on_the_glass_with_the_next_publication() -> Outcome<()> {
    let ward = Ward::open()?;
    let red = ward.approved_colour("红色", Colour::RED)?;
    ward.air("Z04", &[(&red, 4)])?;
    let player = ward.player("one", SCREEN, (1280, 720))?;
    player.shows("its programme", Duration::from_mins(1), plays)?;
    let logo = LIME.png(300, 100)?;
    let send = |file: &str| ward.maker.upload("/sites/QLZX/theme", &[("theme", file)], ("logo", "logo.png", &logo));
    let faint = send("[colours]\nrail = \"#9FE0E8\"")?;
    assert_eq!(faint.status, 422, "{}", faint.text);
    send("[colours]\nrail = \"#28145A\"")?.ok()?;
    assert!(!is_themed(&player.glass()?), "nobody published it");
    ward.publish()?;
    let took = player.shows("the theme", Duration::from_secs(90), |glass| is_themed(glass) && plays(glass))?;
    println!("theme: {} ms from the publication to a picture of the glass", took.as_millis());

    send("")?.ok()?;
    ward.publish()?;
    player
        .shows("the usual colours", Duration::from_secs(90), |glass| plays(glass) && glass.share_of(VIOLET) < 0.001)?;
    Ok(())
}
