//! The small hospital of these tests: one waiting area, a screen and a strip, items of every face, three doctors.

use std::sync::Arc;

use anteroom_content::clinic::{Change, ClinicKind, Department, Doctor, Half, Override, Sitting, Weeks};
use anteroom_content::clock::{DAY_MS, Fixed, Instant, Offsets};
use anteroom_content::id::{
    BuildingId, ContentHash, DepartmentId, DoctorId, ItemId, OverrideId, PlaylistId, RuleId, ScreenId, ShortCode,
    SiteId, ZoneId,
};
use anteroom_content::item::{Captions, Class, Face, Item, MediaFile};
use anteroom_content::place::{Audio, Building, OpenHours, Role, Screen, Site, SiteKind, Zone, ZoneKind};
use anteroom_content::playlist::{Playlist, Turn};
use anteroom_content::schedule::{Level, Policy, Rule, Target, Window};
use anteroom_content::text::Text;
use jiff::civil::{Date, date};

use crate::db::items::{ReviewState, add_item};
use crate::db::{Db, clinics, places, playlists};
use crate::library::Library;
use crate::publish;
use crate::state::State;

pub(super) const CODE: &str = "AB3C4D";
pub(super) const STRIP_CODE: &str = "AB3C4E";
/// A Wednesday.
pub(super) const TODAY: Date = date(2026, 11, 25);
/// Every item of the playlist stands so long.
pub(super) const DWELL_MS: i64 = 15_000;
/// But the movie for its own length.
pub(super) const MOVIE_MS: i64 = 65_000;

pub(super) struct House {
    pub(super) state: State,
    pub(super) clock: Arc<Fixed>,
    pub(super) opened_at: Instant,
    _folder: tempfile::TempDir,
}

impl House {
    /// Opens the hospital at nine in the morning, published; `turns` is what its screen shows, one after another.
    pub(super) async fn open(turns: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Db::open_sqlite(&folder.path().join("anteroom.db")).await.expect("opens");
        let opened_at = Offsets::fixed("Asia/Shanghai", 8 * 3600).instant(TODAY, 9 * 60);
        let clock = Arc::new(Fixed::at(opened_at));
        let state = State::for_test(db, folder.path(), Arc::clone(&clock));
        let house = Self { state, clock, opened_at, _folder: folder };
        house.save_places().await;
        house.save_clinics().await;
        for item in house.items(turns) {
            add_item(&house.state.db, &item, ReviewState::Approved, "editor", opened_at).await.expect("saved");
        }
        house.schedule(turns).await;
        publish::publish(&house.state, "editor").await.expect("published");
        house
    }

    /// Moves the clock to so long after opening.
    pub(super) fn after_ms(&self, ms: i64) {
        self.clock.set(self.opened_at.plus_ms(ms));
    }

    async fn save_places(&self) {
        let db = &self.state.db;
        let (site, building) = (SiteId::parse("QLZX").expect("name"), BuildingId::parse("A").expect("name"));
        let zone = ZoneId::parse("Z03").expect("name");
        let name = Text::new("青岚市中心医院（演示）", "Qinglan Central Hospital (demo)");
        let booking_url = Some("https://booking.example.org/qlzx".to_owned());
        let time_zone = "Asia/Shanghai".to_owned();
        let city = "990100".to_owned();
        let (hospital, site_id) = (SiteKind::Hospital, site.clone());
        let site = Site {
            id: site,
            city,
            kind: hospital,
            name,
            time_zone,
            booking_url,
            policy: Policy { ads: true, qr_min_ms: 0, ..Policy::default() },
            theme: None,
        };
        places::save_site(db, &site).await.expect("saved");
        let name = Text::new("A 楼", "Building A");
        let house = Building { id: building.clone(), site: site_id.clone(), name };
        places::save_building(db, &house).await.expect("saved");
        let waiting = Zone {
            id: zone.clone(),
            site: site_id,
            building,
            floor: "A3".into(),
            name: Text::new("心血管内科候诊", "Cardiology waiting area"),
            kind: ZoneKind::Waiting,
            child: false,
            networks: Vec::new(),
            open: [Some(OpenHours { from_min: 420, to_min: 1080 }); 7],
            open_on: Vec::new(),
            tags: Vec::new(),
            no_ads: false,
            audio: Audio::Mute,
            sound: None,
            power: None,
            departments: vec![DepartmentId::parse("03.04").expect("name")],
        };
        places::save_zone(db, &waiting).await.expect("saved");
        for (id, role, code) in [("Z03-1", Role::Full, CODE), ("Z03-S", Role::Strip, STRIP_CODE)] {
            let screen = Screen {
                id: ScreenId::parse(id).expect("name"),
                zone: zone.clone(),
                name: Text::new("候诊", "Waiting"),
                width_px: 1920,
                height_px: 1080,
                width_mm: 1210,
                distance_cm: 400,
                role,
                short_code: ShortCode::parse(code).expect("a code"),
            };
            places::save_screen(db, &screen).await.expect("saved");
        }
    }

    async fn save_clinics(&self) {
        let db = &self.state.db;
        let id = DepartmentId::parse("03.04").expect("name");
        let department = Department { id: id.clone(), name: Text::new("心血管内科", "Cardiology") };
        clinics::save_department(db, &department, 1).await.expect("saved");
        let doctors = [
            (
                "D01",
                "林知远",
                "Lin Zhiyuan",
                "A302",
                ClinicKind::Expert,
                vec![(3, Half::Morning), (5, Half::Afternoon)],
            ),
            ("D02", "周若溪", "Zhou Ruoxi", "A303", ClinicKind::Expert, vec![(2, Half::Morning), (4, Half::Afternoon)]),
            (
                "D03",
                "何景行",
                "He Jingxing",
                "A304",
                ClinicKind::General,
                (1..=5).map(|d| (d, Half::Morning)).collect(),
            ),
        ];
        for (rank, (code, zh, en, room, kind, sittings)) in doctors.into_iter().enumerate() {
            let sitting = |(weekday, half)| Sitting { weekday, half, weeks: Weeks::Every };
            let doctor = Doctor {
                id: DoctorId::parse(code).expect("name"),
                site: SiteId::parse("QLZX").expect("name"),
                department: id.clone(),
                name: Text::new(zh, en),
                title: Text::new("主任医师", "Chief physician"),
                field: Text::default(),
                room: room.to_owned(),
                kind,
                quota: 25,
                sittings: sittings.into_iter().map(sitting).collect(),
            };
            clinics::save_doctor(db, &doctor, i64::try_from(rank).expect("small")).await.expect("saved");
        }
    }

    /// Enters an override of a doctor's day.
    pub(super) async fn change_clinic(&self, doctor: &str, date: Date, half: Option<Half>, change: Change) {
        let change = Override {
            id: OverrideId::parse(&format!("{doctor}-{date}")).expect("name"),
            doctor: DoctorId::parse(doctor).expect("name"),
            date,
            half,
            change,
            reason: Text::default(),
            made_at: self.state.now(),
        };
        clinics::add_override(&self.state.db, &change, "office").await.expect("saved");
    }

    async fn schedule(&self, turns: &[&str]) {
        let db = &self.state.db;
        let turn = |id: &&str| Turn::of(ItemId::parse(id).expect("name"), u32::try_from(DWELL_MS).ok());
        let id = PlaylistId::parse("loop").expect("name");
        let playlist = Playlist::new(id, Text::new("候诊", "Waiting"), turns.iter().map(turn).collect());
        playlists::save_playlist(db, &playlist, self.opened_at).await.expect("saved");
        let (id, zone) = (RuleId::parse("loop").expect("name"), ZoneId::parse("Z03").expect("name"));
        let rule = Rule::new(id, playlist.id, Target::zone(zone), Window::ALWAYS, Level::Base);
        playlists::save_rule(db, &rule, self.opened_at).await.expect("saved");
    }

    fn items(&self, turns: &[&str]) -> Vec<Item> {
        let wash = (
            "有污渍时用流动水和洗手液，全程40-60秒；手上看不出脏时可用速干手消毒剂，揉搓20-30秒至干。\
             口诀：内、外、夹、弓、大、立、腕。就诊前后、饭前、便后、咳嗽后都要洗手。",
            "Use soap and running water for 40-60 seconds when hands look dirty; otherwise rub with alcohol hand rub for \
             20-30 seconds until dry. Palms, backs, between fingers, knuckles, thumbs, fingertips, wrists.",
        );
        let stroke = (
            "1看一张脸：笑一笑，是否不对称、口角歪；2查两只胳膊：平举10秒，是否一侧无力下垂；0聆听语言：是否说不清。\
             任何一项突然出现，立即拨120，记下发病时间；不要喂水、喂药，不要等症状自己消失。在院内请马上告诉最近的医护人员。",
            "Face uneven? One arm drifting? Speech unclear? If any starts suddenly, call 120 now and note the time.",
        );
        let mut items = vec![
            self.item("C01", ("七步洗手，人人做到", "Clean hands protect everyone"), wash),
            self.item("C02", ("中风120：一看二查零听", "Spot a stroke: 1-2-0"), stroke),
            self.item("C03", ("在家这样量血压", "Measuring blood pressure at home"), wash),
            self.item(
                "C06",
                ("气雾吸入器怎么用", "Using a metered-dose inhaler"),
                ("①摇匀②慢慢呼气", "Shake; breathe out"),
            ),
            self.item("K04", ("示例牌 清爽含片（演示）", "Example lozenges (demo)"), ("清爽", "Fresh")),
        ];
        items.retain(|item| turns.contains(&item.id.as_str()));
        for item in &mut items {
            match item.id.as_str() {
                "C03" => item.face = Face::Picture { shapes: vec![self.keep_picture()] },
                "C06" => item.face = self.keep_movie(),
                "K04" => item.class = Class::Advertisement,
                _ => {}
            }
        }
        items
    }

    fn item(&self, id: &str, title: (&str, &str), body: (&str, &str)) -> Item {
        Item {
            body: Text::new(body.0, body.1),
            source: Text::new("世界卫生组织手卫生指南", "WHO hand hygiene guideline"),
            audience: Text::new("所有人", "Everyone"),
            author: "感染管理科".into(),
            reviewed_at: self.opened_at.plus_ms(-10 * DAY_MS),
            review_by: self.opened_at.plus_ms(170 * DAY_MS),
            ..Item::plain(ItemId::parse(id).expect("name"), Text::new(title.0, title.1), Face::Card)
        }
    }

    fn keep_picture(&self) -> MediaFile {
        let mut noise = 7_u32;
        let picture = image::RgbImage::from_fn(1920, 1080, |x, y| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = u8::try_from(noise >> 27).expect("five bits");
            image::Rgb([
                u8::try_from(x * 200 / 1920).expect("small") + grain,
                u8::try_from(y * 200 / 1080).expect("small"),
                120,
            ])
        });
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut bytes, image::ImageFormat::Png).expect("a picture");
        self.keep(&bytes.into_inner(), 1920, 1080)
    }

    fn keep_movie(&self) -> Face {
        let file = self.keep(&[b"\0\0\0\x20ftypisom".as_slice(), &[7; 2_000]].concat(), 1280, 720);
        let captions = self.keep("WEBVTT\n\n00:00.000 --> 00:02.000\n摇匀\n".as_bytes(), 0, 0);
        let captions = Captions { language: "zh-CN".into(), hash: captions.hash, size_bytes: captions.size_bytes };
        let poster = Some(self.keep_picture());
        let duration_ms = u32::try_from(MOVIE_MS).expect("small");
        Face::Movie { file, duration_ms, captions: vec![captions], poster }
    }

    fn keep(&self, bytes: &[u8], width_px: u32, height_px: u32) -> MediaFile {
        let hash: ContentHash = Library::of(&self.state.data).keep(bytes).expect("kept");
        MediaFile { hash, size_bytes: u64::try_from(bytes.len()).expect("small"), width_px, height_px }
    }
}
