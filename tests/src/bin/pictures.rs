//! Takes the README's pictures: glass in three shapes, console and phone, from a demo hospital of its own.
#![expect(clippy::print_stdout, reason = "it says what it made")]

use std::path::PathBuf;
use std::time::Duration;

use anteroom_tests::harness::{Browser, Outcome, PASSWORD, Ward};
use fantoccini::Locator;

/// How long a glass may take to show its programme.
const GLASS_LIMIT: Duration = Duration::from_mins(2);

#[tokio::main]
async fn main() -> Outcome<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "pictures".to_owned()));
    std::fs::create_dir_all(&folder)?;
    let ward = Ward::open()?;
    for (name, screen, size) in [
        ("glass-landscape", "Z04-1", (1920, 1080)),
        ("glass-portrait", "Z01-2", (1080, 1920)),
        ("glass-wall", "Z01-1", (1536, 768)),
        ("glass-strip", "Z13-4", (960, 64)),
    ] {
        let player = ward.player(name, screen, size)?;
        // A strip has no code a camera could read, but it is bright in places; everything else shows its strip's code.
        player.shows("its programme", GLASS_LIMIT, |glass| {
            if size.1 < 100 { glass.brightness() > 4.0 } else { glass.codes().iter().any(|code| code.contains("/C/")) }
        })?;
        let file = folder.join(format!("{name}.png"));
        player.glass()?.0.save(&file)?;
        println!("{}", file.display());
        if name == "glass-landscape" {
            console_and_phone(&ward, &folder).await?;
        }
    }
    Ok(())
}

async fn console_and_phone(ward: &Ward, folder: &std::path::Path) -> Outcome<()> {
    let desk = Browser::open(1440, 900, "zh-CN").await?;
    desk.client.goto(&format!("{}/sign-in", ward.hospital.console())).await?;
    desk.client.find(Locator::Css("input[name=name]")).await?.send_keys("maker").await?;
    let password = desk.client.find(Locator::Css("input[name=password]")).await?;
    password.send_keys(PASSWORD).await?;
    password.send_keys("\u{e007}").await?;
    desk.client.wait().for_element(Locator::Css("nav")).await?;
    for (name, path) in [("console-overview", "/"), ("console-delivery", "/delivery")] {
        desk.client.goto(&format!("{}{path}", ward.hospital.console())).await?;
        let file = folder.join(format!("{name}.png"));
        std::fs::write(&file, desk.picture().await?)?;
        println!("{}", file.display());
    }
    desk.close().await?;
    let phone = Browser::open(360, 740, "zh-CN").await?;
    for (name, door) in [("phone-item", "s"), ("phone-clinic", "c")] {
        phone.client.goto(&ward.phone_address(door, "Z04-1")?).await?;
        let file = folder.join(format!("{name}.png"));
        std::fs::write(&file, phone.picture().await?)?;
        println!("{}", file.display());
    }
    phone.close().await
}
