//! A ward: the demo hospital with two people at its console, and the things they do there.

use std::time::Duration;

use anteroom_content::clinic::{Clinic, Department, Doctor, Half, Timetable, strip_page};
use anteroom_content::clock::{Clock as _, Offsets, System};

use super::console::Page;
use super::{Colour, Console, Hospital, Outcome, Player, until};

/// The password of everybody in these walks.
pub const PASSWORD: &str = "a walk through the ward 7";
/// How long a paired box may take to have its first programme, files and all, on a busy machine.
const PROGRAMME_LIMIT: Duration = Duration::from_mins(1);
/// How long log and report may take to agree: plays are sent in batches, and a new agent connects first.
const AGREE_LIMIT: Duration = Duration::from_mins(1);

/// The demo hospital, with one person who makes and one who approves.
pub struct Ward {
    /// The server.
    pub hospital: Hospital,
    /// An administrator: makes and publishes.
    pub maker: Console,
    /// A reviewer: approves what others made.
    pub checker: Console,
}

/// A clinic that stands on a strip.
#[derive(Debug, Clone)]
pub struct StripClinic {
    doctor: String,
    date: String,
    half: &'static str,
}

/// The plays report.
#[derive(Debug, Clone, Default)]
pub struct Report(Vec<Vec<String>>);

/// One line of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Plays.
    pub plays: u64,
    /// Of them complete.
    pub complete: u64,
    /// Phone pages opened, both sorts; fewer than five are not told and count as none.
    pub opens: u64,
}

impl Ward {
    /// Starts the demo hospital and signs both people in.
    ///
    /// # Errors
    /// When any of it fails.
    pub fn open() -> Outcome<Self> {
        Self::in_hospital(Hospital::demo()?)
    }

    /// Signs both people in at a demo hospital that runs.
    ///
    /// # Errors
    /// When any of it fails.
    pub fn in_hospital(hospital: Hospital) -> Outcome<Self> {
        let maker = Console::at(hospital.console());
        let code = hospital.setup_code()?;
        maker
            .post("/setup", &[("code", &code), ("name", "maker"), ("display_name", "制作"), ("password", PASSWORD)])?;
        sign_in(&maker, "maker")?;
        let account = [("name", "checker"), ("display_name", "审核"), ("role", "reviewer"), ("password", PASSWORD)];
        maker.post("/accounts", &account)?;
        let checker = Console::at(hospital.console());
        sign_in(&checker, "checker")?;
        Ok(Self { hospital, maker, checker })
    }

    /// Uploads a picture of one colour; it waits for approval. Tells its name.
    ///
    /// # Errors
    /// When the console refuses it.
    pub fn uploaded_colour(&self, title: &str, colour: Colour) -> Outcome<String> {
        self.uploaded(title, &colour.png(640, 360)?)
    }

    /// Uploads a picture; it waits for approval. Tells its name.
    ///
    /// # Errors
    /// When the console refuses it.
    pub fn uploaded(&self, title: &str, png: &[u8]) -> Outcome<String> {
        self.uploaded_as(title, "colour.png", png)
    }

    /// Uploads a picture or a movie; it waits for approval. Tells its name.
    ///
    /// # Errors
    /// When the console refuses it.
    pub fn uploaded_file(&self, title: &str, file: &std::path::Path) -> Outcome<String> {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.uploaded_as(title, &name, &std::fs::read(file)?)
    }

    fn uploaded_as(&self, title: &str, name: &str, bytes: &[u8]) -> Outcome<String> {
        let form = [
            ("class", "education"),
            ("title_zh", title),
            ("title_en", title),
            ("body_zh", title),
            ("source_zh", "测试"),
        ];
        let page = self.maker.upload("/media/new", &form, ("file", name, bytes))?.ok()?;
        last_part(&page)
    }

    /// Uploads a picture of one colour and has it approved.
    ///
    /// # Errors
    /// When the console refuses.
    pub fn approved_colour(&self, title: &str, colour: Colour) -> Outcome<String> {
        let item = self.uploaded_colour(title, colour)?;
        self.approve(&item)?;
        Ok(item)
    }

    /// Where an item is approved.
    #[must_use]
    pub fn approval_path(&self, item: &str) -> String {
        format!("/media/{item}/approve")
    }

    /// The second person approves an item's first version.
    ///
    /// # Errors
    /// When the console refuses.
    pub fn approve(&self, item: &str) -> Outcome<()> {
        self.checker.post(&self.approval_path(item), &[("version", "1")]).map(drop)
    }

    /// Puts items on the air of a zone, alone, each for so many seconds, and publishes. Tells the playlist's name.
    ///
    /// # Errors
    /// When the console refuses.
    pub fn air(&self, zone: &str, turns: &[(&str, u32)]) -> Outcome<String> {
        self.clear_the_air()?;
        let made = self.maker.post("/playlists", &[("name_zh", "巡查"), ("name_en", "Walk")])?;
        let list = last_part(&made)?;
        self.add_turns(&list, turns)?;
        let place = format!("zone:{zone}");
        let mut rule = vec![
            ("playlist", list.as_str()),
            ("place", &place),
            ("level", "priority"),
            ("from", "00:00"),
            ("to", "24:00"),
        ];
        rule.extend(["1", "2", "3", "4", "5", "6", "7"].map(|day| ("day", day)));
        self.maker.post("/rules/new", &rule)?;
        self.publish()?;
        Ok(list)
    }

    /// Pins items as the evergreen set of the hospital, each for so many seconds; published separately. Tells the playlist's name.
    ///
    /// # Errors
    /// When the console refuses.
    pub fn pin_evergreen(&self, turns: &[(&str, u32)]) -> Outcome<String> {
        let made = self.maker.post("/playlists", &[("name_zh", "常备"), ("name_en", "Always")])?;
        let list = last_part(&made)?;
        self.add_turns(&list, turns)?;
        self.maker.post(&format!("/playlists/{list}/evergreen"), &[("site", "QLZX")])?;
        Ok(list)
    }

    /// Takes away what would stand between a walk's own items, and lets them be as short as they are asked to be: the city's
    /// campaign, and the hospital's time for codes.
    fn clear_the_air(&self) -> Outcome<()> {
        // Gone already when a walk airs a second time.
        self.maker.send("/campaigns/flu-season/remove", &[])?;
        let policy = [
            ("policy", "yes"),
            ("ad_hour", "20"),
            ("ad_ten_minutes_secs", "120"),
            ("public_service", "0"),
            ("separation_secs", "300"),
            ("qr_secs", "0"),
            ("stretch", "50"),
            ("shrink", "25"),
        ];
        let site = [
            ("city", "990100"),
            ("kind", "hospital"),
            ("name_zh", "青岚市中心医院（演示）"),
            ("name_en", "Qinglan Central Hospital (demo)"),
            ("time_zone", "Asia/Shanghai"),
            ("booking_url", "https://booking.qlzx.example/"),
        ];
        self.maker.post("/sites/QLZX", &[&site[..], &policy[..]].concat()).map(drop)
    }

    /// Replaces what a playlist holds; published separately.
    ///
    /// # Errors
    /// When the console refuses.
    pub fn change_playlist(&self, list: &str, turns: &[(&str, u32)]) -> Outcome<()> {
        let old = self.maker.get(&format!("/playlists/{list}"))?;
        let items: Vec<_> = attribute_values(&old.text, "name=\"item\" value=\"");
        // Each turn's row names its item in a hidden field; the library's own forms come after them.
        let Some(first) = items.first() else { anyhow::bail!("the playlist shows no turn") };
        self.maker.post(&format!("/playlists/{list}/turns"), &[("verb", "remove"), ("at", "0"), ("item", first)])?;
        self.add_turns(list, turns)
    }

    fn add_turns(&self, list: &str, turns: &[(&str, u32)]) -> Outcome<()> {
        for (at, (item, secs)) in turns.iter().enumerate() {
            self.maker.post(&format!("/playlists/{list}/add"), &[("item", item)])?;
            let (at, secs) = (at.to_string(), secs.to_string());
            let form = [("verb", "dwell"), ("at", at.as_str()), ("item", item), ("dwell_secs", &secs)];
            self.maker.post(&format!("/playlists/{list}/turns"), &form)?;
        }
        Ok(())
    }

    /// Publishes what stands in the console.
    ///
    /// # Errors
    /// When the console refuses.
    pub fn publish(&self) -> Outcome<()> {
        self.maker.post("/publish", &[]).map(drop)
    }

    /// Takes the last publication back.
    ///
    /// # Errors
    /// When the console refuses.
    pub fn undo(&self) -> Outcome<()> {
        self.maker.post("/publish/undo", &[]).map(drop)
    }

    /// Types a code for a screen and takes any answer.
    ///
    /// # Errors
    /// When the console cannot be reached.
    pub fn try_pair(&self, code: &str, screen: &str) -> Outcome<Page> {
        self.maker.send("/pair", &[("code", code), ("screen", screen)])
    }

    /// Types a code for a screen.
    ///
    /// # Errors
    /// When the console refuses.
    pub fn pair(&self, code: &str, screen: &str) -> Outcome<()> {
        self.try_pair(code, screen)?.ok().map(drop)
    }

    /// Unpairs the box of a screen.
    ///
    /// # Errors
    /// When the console refuses.
    pub fn unpair(&self, screen: &str) -> Outcome<()> {
        self.maker.post(&format!("/screens/{screen}/unpair"), &[]).map(drop)
    }

    /// Adds a screen of a zone; published separately.
    ///
    /// # Errors
    /// When the console refuses.
    pub fn add_screen(&self, id: &str, zone: &str, (width, height): (u32, u32)) -> Outcome<()> {
        let (width, height) = (width.to_string(), height.to_string());
        let form = [
            ("id", id),
            ("zone", zone),
            ("name_zh", id),
            ("name_en", id),
            ("width_px", &width),
            ("height_px", &height),
            ("width_mm", "1210"),
            ("distance_cm", "300"),
            ("role", "full"),
        ];
        self.maker.post("/screens/new", &form).map(drop)
    }

    /// Starts a player, pairs it with a screen, and waits until it has its programme.
    ///
    /// # Errors
    /// When any of it fails.
    pub fn player(&self, name: &str, screen: &str, size: (u32, u32)) -> Outcome<Player> {
        self.welcomed(Player::start(&self.hospital, name, size)?, screen)
    }

    /// Pairs a player that runs with a screen, and waits until it has its programme.
    ///
    /// # Errors
    /// When any of it fails.
    pub fn welcomed(&self, player: Player, screen: &str) -> Outcome<Player> {
        self.pair(&player.code()?, screen)?;
        until("the first programme", PROGRAMME_LIMIT, || {
            let status = player.status()?;
            Ok(status.connected && status.manifest_version > 0)
        })?;
        Ok(player)
    }

    /// A clinic of a department that its zone's strip shows now.
    ///
    /// # Errors
    /// When the department has none within a week.
    pub fn clinic_on_the_strip(&self, department: &str) -> Outcome<StripClinic> {
        #[derive(serde::Deserialize)]
        struct Doctors {
            departments: Vec<Department>,
            doctors: Vec<Doctor>,
        }
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../content/demo/doctors.json");
        let Doctors { departments, doctors } = serde_json::from_slice(&std::fs::read(file)?)?;
        let timetable = Timetable { departments, doctors, ..Timetable::default() };
        let timetable = timetable.of_departments(&[anteroom_content::id::DepartmentId::parse(department)?]);
        let offsets = Offsets::fixed("Asia/Shanghai", 8 * 3600);
        let page = strip_page(&timetable, &offsets, System.now(), usize::MAX);
        let clinic: &Clinic<'_> =
            page.clinics.first().ok_or_else(|| anyhow::anyhow!("no clinic of {department} within a week"))?;
        let half = match clinic.half {
            Half::Morning => "morning",
            Half::Afternoon => "afternoon",
            Half::Evening => "evening",
        };
        Ok(StripClinic { doctor: clinic.doctor.id.to_string(), date: clinic.date.to_string(), half })
    }

    /// The clinic office enters 停诊.
    ///
    /// # Errors
    /// When the console refuses.
    pub fn stop_clinic(&self, clinic: &StripClinic) -> Outcome<()> {
        let form =
            [("doctor", clinic.doctor.as_str()), ("date", &clinic.date), ("half", clinic.half), ("change", "stopped")];
        self.maker.post("/clinics", &form).map(drop)
    }

    /// The clinic office takes the newest change of a clinic's day back.
    ///
    /// # Errors
    /// When there is none or the console refuses.
    pub fn withdraw(&self, clinic: &StripClinic) -> Outcome<()> {
        let page = self.maker.get(&format!("/clinics?date={}", clinic.date))?;
        let forms = attribute_values(&page.text, "action=\"/clinics/");
        let id = forms.iter().filter_map(|path| path.strip_suffix("/withdraw")).next_back();
        let id = id.ok_or_else(|| anyhow::anyhow!("no change on {}", clinic.date))?;
        self.maker.post(&format!("/clinics/{id}/withdraw"), &[("date", &clinic.date)]).map(drop)
    }

    /// The plays report of yesterday to tomorrow, which holds now in every time zone.
    ///
    /// # Errors
    /// When the console refuses.
    pub fn report(&self) -> Outcome<Report> {
        let today = Offsets::fixed("UTC", 0).date(System.now());
        let (from, to) = (today.yesterday()?, today.tomorrow()?);
        let page = self.maker.get(&format!("/report.csv?from={from}&to={to}"))?.ok()?;
        Ok(Report(
            page.text
                .lines()
                .map(|line| line.split(',').map(|cell| cell.trim_matches('"').to_owned()).collect())
                .collect(),
        ))
    }

    /// Waits until the report says of a screen what its player's log says: the log is the truth, and what it holds and
    /// has had acknowledged is what the server counts, once each.
    ///
    /// # Errors
    /// When they never agree.
    pub fn counts_every_play_once(&self, player: &Player, screen: &str) -> Outcome<()> {
        until("log and report to agree", AGREE_LIMIT, || {
            let before = player.status()?;
            let report = self.report()?;
            let after = player.status()?;
            let is_still = before.plays_logged == after.plays_logged && after.plays_waiting == 0;
            Ok(is_still && report.of_screen(screen).plays == after.plays_logged)
        })
        .map(drop)
    }

    /// Opens an address a code led to, as a phone would.
    ///
    /// # Errors
    /// When the page cannot be reached or refuses.
    pub fn phone(&self, address: &str) -> Outcome<Page> {
        let plain = address.to_ascii_lowercase();
        let path = plain.strip_prefix(&self.hospital.phone()).unwrap_or(&plain);
        Console::at(&self.hospital.phone()).get(path)?.ok()
    }

    /// The address of a screen's item page (`s`) or clinic page (`c`).
    ///
    /// # Errors
    /// When the demo has no such screen.
    pub fn phone_address(&self, door: &str, screen: &str) -> Outcome<String> {
        #[derive(serde::Deserialize)]
        struct Places {
            screens: Vec<anteroom_content::place::Screen>,
        }
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../content/demo/places.json");
        let places: Places = serde_json::from_slice(&std::fs::read(file)?)?;
        let found = places.screens.into_iter().find(|s| s.id.as_str() == screen);
        let found = found.ok_or_else(|| anyhow::anyhow!("the demo has no screen {screen}"))?;
        Ok(format!("{}/{door}/{}", self.hospital.phone(), found.short_code.as_str()))
    }

    /// The Chinese title of an item of the demo.
    ///
    /// # Errors
    /// When the demo has no such item.
    pub fn title_of(&self, item: &str) -> Outcome<String> {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../content/demo/items.json");
        let items: serde_json::Value = serde_json::from_slice(&std::fs::read(file)?)?;
        let all = items.pointer("/items").and_then(serde_json::Value::as_array);
        let mut all = all.into_iter().flatten();
        let found = all.find(|known| known.pointer("/id").is_some_and(|id| id == item));
        let title = found.and_then(|known| known.pointer("/title/zh")).and_then(serde_json::Value::as_str);
        title.map(str::to_owned).ok_or_else(|| anyhow::anyhow!("the demo has no item {item}"))
    }
}

impl Report {
    /// The line of an item.
    #[must_use]
    pub fn of_item(&self, item: &str) -> Totals {
        self.line(item)
    }

    /// The line of a screen.
    #[must_use]
    pub fn of_screen(&self, screen: &str) -> Totals {
        self.line(screen)
    }

    fn line(&self, code: &str) -> Totals {
        let Some(line) = self.0.iter().find(|line| line.get(1).is_some_and(|cell| cell == code)) else {
            return Totals::default();
        };
        let number = |n: usize| line.get(n).and_then(|cell| cell.parse().ok()).unwrap_or(0);
        Totals { plays: number(3), complete: number(4), opens: number(8) + number(9) }
    }
}

fn sign_in(console: &Console, name: &str) -> Outcome<()> {
    console.post("/sign-in", &[("name", name), ("password", PASSWORD), ("next", "/")]).map(drop)
}

/// The name of what was made: the last part of the address the console leads to.
fn last_part(page: &Page) -> Outcome<String> {
    let place = page.location.as_deref().unwrap_or_default();
    let name = place.split(['?', '#']).next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    anyhow::ensure!(!name.is_empty(), "the console does not say what was made ({place:?})");
    Ok(name.to_owned())
}

/// Every value that follows a prefix up to the next quote.
fn attribute_values(page: &str, prefix: &str) -> Vec<String> {
    page.split(prefix).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}
