//! Remote hands: from the console's forms to the pixels of the glass and back; what was taken down stays down whatever falls.

use std::time::Duration;

use crate::harness::{Colour, Glass, Outcome, Player, Ward, until};

/// Form sent → on glass, a second: what must not be seen is not looked at any longer than that.
const LIMIT: Duration = Duration::from_secs(1);
/// Page opened → a picture of the glass is in it.
const PICTURE_LIMIT: Duration = Duration::from_secs(2);
/// The ground of the card that is compiled in, and of a name plate.
const BUILT_IN: Colour = Colour([14, 58, 68]);
const NAME_PLATE: Colour = Colour([242, 208, 146]);
const SCREEN: &str = "Z14-1";

fn is_down(glass: &Glass) -> bool {
    glass.share_of(BUILT_IN) > 0.4 && glass.share_of(Colour::RED) < 0.001
}

fn plays(glass: &Glass) -> bool {
    glass.share_of(Colour::RED) > 0.1
}

/// The screen's page says so.
fn says(ward: &Ward, told: &str) -> Outcome<Duration> {
    until(told, Duration::from_secs(15), || {
        Ok(ward.maker.get(&format!("/screens/{SCREEN}"))?.ok()?.text.contains(told))
    })
}

fn order(ward: &Ward, scope: &str, command: &str) -> Outcome<()> {
    ward.maker.post(&format!("/hands/{scope}/order"), &[("do", command)]).map(drop)
}

/// Looks until it is down, and at no look before that was the programme to be seen.
fn comes_back_down(player: &Player) -> Outcome<()> {
    let mut has_shown = false;
    until("the built-in card", Duration::from_secs(40), || {
        let Ok(glass) = player.glass() else { return Ok(false) };
        has_shown |= glass.share_of(Colour::RED) > 0.001;
        Ok(is_down(&glass))
    })?;
    assert!(!has_shown, "the programme was on the glass of a screen that is taken down");
    Ok(())
}

fn airing_red() -> Outcome<(Ward, Player)> {
    let ward = Ward::open()?;
    let red = ward.approved_colour("红色", Colour::RED)?;
    ward.air("Z14", &[(&red, 4)])?;
    let player = ward.player("one", SCREEN, (320, 180))?;
    player.shows("its programme", Duration::from_mins(1), plays)?;
    Ok((ward, player))
}

#[test]
fn a_screen_that_was_taken_down_stays_down_until_a_person_puts_it_back() -> Outcome<()> {
    let (mut ward, mut player) = airing_red()?;
    until("a play in the log", Duration::from_secs(20), || Ok(player.status()?.plays_logged >= 1))?;
    ward.maker.post(&format!("/hands/screen:{SCREEN}/take-down"), &[("reason", "画面不对")])?;
    let took = player.shows("the built-in card", Duration::from_secs(15), is_down)?;
    println!("taken down: {} ms from the answer of the console to a picture of the glass", took.as_millis());
    assert!(took <= LIMIT, "it took {took:?}");
    says(&ward, "已撤下，画面已确认")?;
    let phone = ward.phone(&ward.phone_address("s", SCREEN)?)?;
    assert!(!phone.text.contains("红色"), "what was taken off the glass is not handed on to phones");
    until("the play to be cut short in the log", Duration::from_secs(10), || {
        let status = player.status()?;
        Ok(status.item.is_none() && status.plays_waiting == 0)
    })?;
    let logged = player.status()?.plays_logged;

    player.kill_agent()?;
    player.wake()?;
    comes_back_down(&player)?;
    ward.hospital.stop()?;
    assert!(is_down(&player.glass()?), "nobody put it back");
    player.kill_agent()?;
    player.wake()?;
    comes_back_down(&player)?;
    ward.hospital.wake()?;
    until("the box to be back", Duration::from_secs(40), || Ok(player.status()?.connected))?;
    says(&ward, "已撤下，画面已确认")?;
    assert!(is_down(&player.glass()?));
    assert_eq!(player.status()?.plays_logged, logged, "nothing counts as played meanwhile");

    ward.maker.post(&format!("/hands/screen:{SCREEN}/put-back"), &[])?;
    let took = player.shows("its programme again", Duration::from_secs(15), plays)?;
    println!("put back: {} ms", took.as_millis());
    until("plays again", Duration::from_secs(30), || Ok(player.status()?.plays_logged >= logged + 2))?;
    ward.counts_every_play_once(&player, SCREEN)?;
    let page = ward.maker.get("/report/planned?place=Z14")?.ok()?;
    assert!(page.text.contains("id=\"planned-downs\"") && page.text.contains("画面不对"), "the report says why");
    Ok(())
}

#[test]
fn a_person_at_the_console_finds_tests_and_restarts_a_screen() -> Outcome<()> {
    let (ward, player) = airing_red()?;
    let took = until("a live picture", Duration::from_secs(15), || {
        Ok(ward.maker.get(&format!("/screens/{SCREEN}"))?.ok()?.text.contains("id=\"live\""))
    })?;
    println!("live picture: {} ms after the page was opened", took.as_millis());
    assert!(took <= PICTURE_LIMIT, "it took {took:?}");

    order(&ward, "zone:Z14", "identify")?;
    let took = player.shows("its name", Duration::from_secs(15), |glass| glass.share_of(NAME_PLATE) > 0.4)?;
    println!("identified: {} ms", took.as_millis());
    assert!(took <= LIMIT, "it took {took:?}");
    says(&ward, "完成，")?;
    until("what nobody sees not to play", Duration::from_secs(10), || Ok(player.status()?.item.is_none()))?;
    order(&ward, &format!("screen:{SCREEN}"), "test-card")?;
    player.shows("the test card", Duration::from_secs(15), |glass| {
        glass.share_of(NAME_PLATE) < 0.1 && !plays(glass) && glass.share_of(Colour([38, 38, 38])) > 0.2
    })?;
    order(&ward, &format!("screen:{SCREEN}"), "clear")?;
    player.shows("its programme", Duration::from_secs(15), plays)?;

    let stage = player.stage_pid()?;
    order(&ward, &format!("screen:{SCREEN}"), "restart-stage")?;
    player.shows("its programme from another stage", Duration::from_secs(40), |glass| {
        player.stage_pid().is_ok_and(|pid| pid != stage) && plays(glass)
    })?;
    let stage = player.stage_pid()?;
    // Nobody here starts it again.
    order(&ward, &format!("screen:{SCREEN}"), "restart-agent")?;
    player.shows("its programme from another agent", Duration::from_mins(1), |glass| {
        player.stage_pid().is_ok_and(|pid| pid != stage) && plays(glass)
    })?;
    until("the box to be back", Duration::from_secs(40), || Ok(player.status()?.connected))?;
    order(&ward, &format!("screen:{SCREEN}"), "log")?;
    says(&ward, "the link stands")?;
    let page = ward.maker.get("/audit")?.ok()?.text;
    for verb in ["screen.identify", "screen.test-card", "screen.restart-stage", "screen.restart-agent", "screen.log"] {
        assert!(page.contains(verb), "{verb} is written down");
    }
    ward.counts_every_play_once(&player, SCREEN)?;
    Ok(())
}
