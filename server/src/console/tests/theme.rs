//! The theme of a site at the console: checked, kept with its logo, told with the next publication, and taken back.

use axum::http::StatusCode;

use super::harness::House;
use crate::db::accounts::Role;
use crate::db::{audit, places};
use crate::publish;
use crate::state::tests::furnish;

fn logo(side: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::RgbaImage::from_pixel(side, side, image::Rgba([200, 30, 40, 128]));
    picture.write_to(&mut bytes, image::ImageFormat::Png).expect("written");
    bytes.into_inner()
}

#[tokio::test]
async fn a_theme_is_checked_kept_with_its_logo_told_and_taken_back() {
    let house = House::staffed().await;
    furnish(&house.state).await;
    let mut editor = house.signed_in(Role::Editor).await;
    let theme = || async {
        let sites = places::places(&house.state.db).await.expect("asked").sites;
        sites.into_iter().find(|site| site.id.as_str() == "h").expect("the site").theme
    };
    let faint =
        editor.upload_as("/sites/h/theme", &[("theme", "[colours]\nplate = \"#9FE0E8\"")], ("logo", None)).await;
    assert_eq!(faint.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(faint.text.contains("对比度") && faint.text.contains("#9FE0E8"), "{}", faint.text);
    let long = "#".repeat(20_000);
    let long = editor.upload_as("/sites/h/theme", &[("theme", &long)], ("logo", None)).await;
    assert!(long.text.contains("16 KiB"), "{}", long.text);
    let large = logo(1_100);
    let large = editor.upload_as("/sites/h/theme", &[("theme", "")], ("logo", Some(("l.png", &large)))).await;
    assert_eq!(large.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(large.text.contains("1024"), "{}", large.text);
    assert_eq!(theme().await, None, "nothing of a refused one is kept");

    let text = "type_percent = 120\n[colours]\nrail = \"#14143C\"";
    let small = logo(64);
    let kept = editor.upload_as("/sites/h/theme", &[("theme", text)], ("logo", Some(("l.png", &small)))).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER);
    let held = theme().await.expect("a theme");
    let file = held.logo.clone().expect("a logo");
    assert_eq!((held.type_percent, held.colours.rail.to_string().as_str(), file.width_px), (120, "#14143C", 64));
    let page = editor.get("/sites/h/theme").await.text;
    assert!(page.contains(&format!("/files/{}", file.hash)) && page.contains("#14143C"), "{page}");
    assert!(editor.get("/sites/h/theme.toml").await.text.contains("rail     = \"#14143C\""));

    publish::publish(&house.state, "x").await.expect("told");
    let draft = publish::draft(&house.state).await.expect("drawn up");
    let zones = publish::compose(&draft, "http://phone", house.state.now()).expect("composed");
    let of_site: Vec<_> = zones.iter().filter(|zone| zone.show.site.id.as_str() == "h").collect();
    assert!(!of_site.is_empty());
    assert!(of_site.iter().all(|zone| zone.show.names(&file.hash) && zone.show.site.theme.as_ref() == Some(&held)));

    // Another change of the site leaves its theme, and another theme leaves the logo until somebody takes it away.
    let form =
        [("id", "h"), ("city", "990100"), ("kind", "hospital"), ("name_zh", "院"), ("time_zone", "Asia/Shanghai")];
    assert_eq!(editor.post("/sites/h", &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(theme().await, Some(held));
    editor.upload_as("/sites/h/theme", &[("theme", "type_percent = 110")], ("logo", None)).await;
    let held = theme().await.expect("a theme");
    assert_eq!((held.type_percent, held.logo), (110, Some(file)));
    editor.upload_as("/sites/h/theme", &[("theme", ""), ("no_logo", "yes")], ("logo", None)).await;
    assert_eq!(theme().await, None);
    let deeds = audit::deeds(&house.state.db, 0, 10).await.expect("asked");
    assert_eq!(deeds.iter().filter(|deed| deed.verb == "site.theme").count(), 3);
}
