//! The console and the phone in a real browser: sign in, make a playlist, publish, see it on the screen's live picture.

use std::time::Duration;

use fantoccini::Locator;

use crate::harness::{Browser, Colour, Glass, Outcome, PASSWORD, Ward};

/// How long a live picture may take to show what was published.
const LIVE_LIMIT: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_publishes_and_sees_it_on_the_live_picture() -> Outcome<()> {
    let ward = Ward::open()?;
    let blue = ward.approved_colour("蓝色", Colour::BLUE)?;
    let player = ward.player("one", "Z14-1", (640, 360))?;
    let browser = Browser::open(1440, 900, "zh-CN").await?;
    let page = &browser.client;
    page.goto(&format!("{}/sign-in", ward.hospital.console())).await?;
    page.find(Locator::Css("input[name=name]")).await?.send_keys("maker").await?;
    page.find(Locator::Css("input[name=password]")).await?.send_keys(PASSWORD).await?;
    page.find(Locator::Css("#sign-in button.primary")).await?.click().await?;
    page.wait().for_element(Locator::Css("nav a[href='/playlists']")).await?.click().await?;

    let form = page.wait().for_element(Locator::Css("#new-playlist")).await?;
    form.find(Locator::Css("input[name=name_zh]")).await?.send_keys("浏览器").await?;
    form.find(Locator::Css("button")).await?.click().await?;
    let add = format!("button[id='add-{blue}']");
    page.wait().for_element(Locator::Css(&add)).await?.click().await?;
    let turn = format!("form.turn-do input[name=item][value='{blue}']");
    page.wait().for_element(Locator::Css(&turn)).await?;
    let list = page.current_url().await?.path().rsplit('/').next().unwrap_or_default().to_owned();

    page.goto(&format!("{}/rules/new?playlist={list}", ward.hospital.console())).await?;
    page.execute("document.querySelectorAll('details').forEach(one => one.open = true)", Vec::new()).await?;
    page.wait().for_element(Locator::Css("input[name=place][value='zone:Z14']")).await?.click().await?;
    page.find(Locator::Css("select[name=level]")).await?.select_by_value("insert").await?;
    page.find(Locator::Css("#rule-form button.primary")).await?.click().await?;
    // The rule is kept when the list of rules stands where its form stood.
    page.wait().for_element(Locator::Css("tr[id^='rule-']")).await?;
    page.goto(&format!("{}/publish", ward.hospital.console())).await?;
    let words = page.source().await?;
    assert!(words.contains("Z14"), "the page says which zone will change");
    page.wait().for_element(Locator::Css("#publish button")).await?.click().await?;
    player.shows("blue on the glass", LIVE_LIMIT, |glass| glass.shows(&[Colour::BLUE]).is_some())?;

    page.goto(&format!("{}/screens/Z14-1", ward.hospital.console())).await?;
    page.wait().for_element(Locator::Css("img[src*='/screens/Z14-1/picture']")).await?;
    player_picture_is_blue(&ward)?;
    browser.close().await
}

fn player_picture_is_blue(ward: &Ward) -> Outcome<()> {
    crate::harness::until("blue on the console's live picture", LIVE_LIMIT, || {
        let bytes = ward.maker.bytes("/screens/Z14-1/picture")?;
        let glass = Glass(image::load_from_memory(&bytes)?.to_rgb8());
        Ok(glass.shows(&[Colour::BLUE]).is_some())
    })?;
    Ok(())
}

#[tokio::test]
async fn the_phone_page_fits_a_small_phone() -> Outcome<()> {
    let ward = Ward::open()?;
    let phone = Browser::open(360, 740, "zh-CN").await?;
    for door in ["s", "c"] {
        phone.client.goto(&ward.phone_address(door, "Z04-1")?).await?;
        let fits = "return document.documentElement.scrollWidth <= window.innerWidth \
            && parseFloat(getComputedStyle(document.body).fontSize) >= 18";
        assert_eq!(
            phone.client.execute(fits, Vec::new()).await?,
            true,
            "/{door}/: no sideways scrolling, type of 18 px"
        );
        let text = phone.client.find(Locator::Css("body")).await?.text().await?;
        assert!(text.contains("拨120"), "/{door}/: the emergency card");
    }
    phone.close().await
}
