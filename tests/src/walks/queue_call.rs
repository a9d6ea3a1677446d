//! 叫号: a call system posts a call, and it is on the glass of its zone within a second, beside a programme that goes on.

use std::time::Duration;

use crate::harness::{Colour, Glass, Outcome, Ward, until};

/// Posted → on glass, a second: whoever is called looks up once.
const LIMIT: Duration = Duration::from_secs(1);
/// The ground of a call.
const SAND: Colour = Colour([242, 208, 146]);
const SCREEN: &str = "Z04-1";

fn is_called(glass: &Glass) -> bool {
    glass.share_of(SAND) > 0.025
}

fn plays(glass: &Glass) -> bool {
    glass.share_of(Colour::RED) > 0.3
}

/// The key on the page that made it.
fn key_on(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once("id=\"call-key\"")?;
    rest.split_once('>')?.1.split_once("</textarea>").map(|(key, _)| key.trim())
}

#[test]
fn a_queue_call_is_on_the_glass_within_a_second_beside_what_plays() -> Outcome<()> {
    let ward = Ward::open()?;
    let red = ward.approved_colour("红色", Colour::RED)?;
    ward.air("Z04", &[(&red, 4)])?;
    let player = ward.player("one", SCREEN, (1280, 720))?;
    player.shows("its programme", Duration::from_mins(1), plays)?;
    let page = ward.maker.post("/sites/QLZX/calls/key", &[])?;
    let key = key_on(&page.text).ok_or_else(|| anyhow::anyhow!("no key on the page"))?.to_owned();
    let call = r#"{"zone":"Z04","number":"A023","name":"张*明","room":"3 诊室"}"#;
    let post = |body: &str| ward.maker.send_json("/api/v1/calls", &key, body);
    assert_eq!(post(call)?.status, 409, "nobody said yet that the zone hears calls");
    ward.maker.post("/sites/QLZX/calls", &[("zone", "Z04")])?;
    assert!(!is_called(&player.glass()?));

    let before = player.status()?.plays_logged;
    let answer = post(call)?;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.text.contains("\"told\":1"), "{}", answer.text);
    let took = player.shows("the call", Duration::from_secs(15), is_called)?;
    println!("queue call: {} ms from the answer of the server to a picture of the glass", took.as_millis());
    assert!(took <= LIMIT, "it took {took:?}");

    let glass = player.glass()?;
    assert!(plays(&glass), "it covers nothing of the programme");
    let codes = glass.codes();
    assert!(
        codes.iter().any(|code| code.contains("/S/")) && codes.iter().any(|code| code.contains("/C/")),
        "{codes:?}"
    );
    until("plays that go on", Duration::from_secs(20), || Ok(player.status()?.plays_logged > before))?;
    player.shows("the clock again", Duration::from_secs(20), |glass| !is_called(glass) && plays(glass))?;
    assert_eq!(ward.maker.send_json("/api/v1/calls", "QLZX.00", call)?.status, 401);
    ward.maker.post("/sites/QLZX/calls/key/end", &[])?;
    assert_eq!(post(call)?.status, 401, "a key that was ended opens nothing");
    Ok(())
}
