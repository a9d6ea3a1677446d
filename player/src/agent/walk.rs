//! The whole agent against a small server, with a stage made of shell: paired, placed, supplied, played, counted.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anteroom_content::clinic::Timetable;
use anteroom_content::clock::{Clock as _, Instant, Offsets, System};
use anteroom_content::id::{BoxId, ItemId, ScreenId, ShortCode, SiteId, ZoneId};
use anteroom_content::item::{Face, Item, MediaFile};
use anteroom_content::manifest::{Assignment, Manifest, PartRef};
use anteroom_content::place::{Audio, OpenHours, Role, Screen, Site, SiteKind, Zone, ZoneKind};
use anteroom_content::play::{Batch, Ending, LogMark, Play};
use anteroom_content::programme::{ENGINE, Show};
use anteroom_content::schedule::{Carry, Policy};
use anteroom_content::text::Text;
use anteroom_content::wire::{ToPlayer, ToServer, Trouble};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::caller;
use super::display::Control;
use super::health::Status;
use super::journal::Journal;
use super::link::fake::{FakeServer, Talk};
use super::run::{Ended, Options, Unable, run};
use super::supervise::{Display, Size, StageCommand};
use super::systemd::Systemd;

mod alive;
mod delivery;
mod evergreen;
mod hands;
mod power;
mod trust;

/// How often a fact is looked for.
const POLL: std::time::Duration = std::time::Duration::from_millis(20);

/// Prints frames, keeps what it is told in a file, and does as its script says.
const STAGE: &str = r#"#!/bin/sh
cd "$(dirname "$0")"
frame() { printf "\\000\\000\\$(printf %03o $((${#1} / 256)))\\$(printf %03o $((${#1} % 256)))%s" "$1"; }
frames() { n=$((n + 1)); frame "{\"type\":\"frames\",\"count\":$n,\"item\":\"washing\"}"; sleep 0.1; }
told() { until grep -aq "$1" told.$$; do frames; done; }
shown() { frame "{\"type\":\"shown\",\"item\":\"washing\",\"item_version\":1,\"file\":null,\"manifest_version\":4,\"planned_at\":$1,\"planned_ms\":60000,\"at\":$1}"; }
ended() { frame "{\"type\":\"ended\",\"planned_at\":$1,\"shown_ms\":700,\"ending\":\"complete\",\"frames\":21,\"print\":\"0f1e2d3c4b5a6978@1034\"}"; }
echo "$@" >> starts
exec 3<&0
cat <&3 > told.$$ &
frame '{"type":"ready","adapter":"shell"}'
. ./script
# Its standard input ends when the agent does, and so does this stage.
while kill -0 $! 2>/dev/null && ! grep -aq '"leave"' told.$$; do frames; done
kill $! 2>/dev/null
"#;

fn stage(folder: &Path, script: &str) -> StageCommand {
    let program = folder.join("stage");
    std::fs::write(&program, STAGE).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::write(folder.join("script"), script).unwrap();
    StageCommand { program, display: Display::Headless, frame_rate: 30, output: None }
}

/// An agent that runs in this process.
struct Running {
    state: PathBuf,
    stop: watch::Sender<bool>,
    done: JoinHandle<Result<Ended, Unable>>,
}

impl Running {
    fn start(server: &FakeServer, folder: &Path, script: &str) -> Self {
        Self::start_watched(server, folder, script, Systemd::default())
    }

    fn start_watched(server: &FakeServer, folder: &Path, script: &str, systemd: Systemd) -> Self {
        Self::start_before(server, folder, script, systemd, Control::NONE)
    }

    fn start_before(server: &FakeServer, folder: &Path, script: &str, systemd: Systemd, display: Control) -> Self {
        let state = folder.join("state");
        let (stop, stopped) = watch::channel(false);
        let options = Options {
            server: server.address.to_string(),
            state: state.clone(),
            size: None,
            stage: stage(folder, script),
            systemd,
            journal: Journal::default(),
            display,
            output: None,
            voucher: None,
        };
        Self { state, stop, done: tokio::spawn(run(options, stopped)) }
    }

    async fn status(&self) -> Status {
        let state = self.state.clone();
        loop {
            let state = state.clone();
            if let Ok(status) = tokio::task::spawn_blocking(move || caller::status(&state)).await.unwrap() {
                return status;
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn until(&self, mut fact: impl FnMut(&Status) -> bool) -> Status {
        loop {
            let status = self.status().await;
            if fact(&status) {
                return status;
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn stop(self) {
        let begun = std::time::Instant::now();
        self.stop.send_replace(true);
        self.done.await.unwrap().unwrap();
        assert!(begun.elapsed().as_secs() < 3, "a stop takes two seconds, not {:?}", begun.elapsed());
    }
}

fn text(zh: &str) -> Text {
    Text::new(zh, "")
}

pub(super) fn show(file: (anteroom_content::id::ContentHash, u64)) -> Show {
    let (site, zone) = (SiteId::parse("S1").unwrap(), ZoneId::parse("Z1").unwrap());
    let shapes = vec![MediaFile { hash: file.0, size_bytes: file.1, width_px: 16, height_px: 9 }];
    Show {
        engine: ENGINE,
        site: Site {
            id: site.clone(),
            city: "310000".into(),
            kind: SiteKind::Hospital,
            name: text("医院"),
            time_zone: "Asia/Shanghai".into(),
            booking_url: None,
            policy: Policy { qr_min_ms: 0, ..Policy::default() },
            theme: None,
        },
        zone: Zone {
            id: zone.clone(),
            site,
            building: anteroom_content::id::BuildingId::parse("B1").unwrap(),
            floor: String::new(),
            name: text("候诊"),
            kind: ZoneKind::Waiting,
            child: false,
            networks: vec![],
            open: [Some(OpenHours::ALWAYS); 7],
            open_on: vec![],
            tags: vec![],
            no_ads: false,
            audio: Audio::Mute,
            sound: None,
            power: None,
            departments: vec![],
        },
        screens: vec![Screen {
            id: ScreenId::parse("Z1-1").unwrap(),
            zone,
            name: text("一号屏"),
            width_px: 360,
            height_px: 640,
            width_mm: 500,
            distance_cm: 300,
            role: Role::Full,
            short_code: ShortCode::parse("ABC234").unwrap(),
        }],
        rules: vec![],
        playlists: vec![],
        campaigns: vec![],
        calendar: anteroom_content::schedule::Calendar::default(),
        items: vec![Item::plain(ItemId::parse("washing").unwrap(), text("洗手"), Face::Picture { shapes })],
        offsets: Offsets::fixed("Asia/Shanghai", 28_800),
        other_offsets: vec![],
        phone_address: "HTTP://10.0.0.5:8081".into(),
        evergreen: None,
    }
}

/// Gives the box its place and a programme with one picture.
async fn supply(server: &FakeServer, talk: &mut Talk, picture: &[u8], version: u64) {
    supply_show(server, talk, &show(server.keep(picture)), version).await;
}

async fn supply_show(server: &FakeServer, talk: &mut Talk, show: &Show, version: u64) {
    supply_parts(server, talk, (show, &Timetable::default()), version, System.now()).await;
}

async fn supply_parts(
    server: &FakeServer,
    talk: &mut Talk,
    (show, clinic): (&Show, &Timetable),
    version: u64,
    effective_at: Instant,
) {
    let zone = ZoneId::parse("Z1").unwrap();
    let screens = vec![ScreenId::parse("Z1-1").unwrap()];
    let box_id = BoxId::parse("box-7").unwrap();
    let assignment = Assignment { box_id, epoch: server.charter.epoch, version: 1, zone: zone.clone(), screens };
    talk.say(ToPlayer::Assigned(server.seal(&assignment))).await;
    let part = |bytes: Vec<u8>| {
        let (hash, size_bytes) = server.keep(&bytes);
        PartRef { hash, size_bytes }
    };
    let manifest = Manifest {
        epoch: server.charter.epoch,
        version,
        zone,
        issued_at: System.now(),
        effective_at,
        carry: Carry::default(),
        show: part(serde_json::to_vec(show).unwrap()),
        clinic: part(serde_json::to_vec(clinic).unwrap()),
    };
    talk.say(ToPlayer::Manifest(server.seal(&manifest))).await;
}

/// A box that was paired with a server which knows the time, and their first conversation: nothing was supplied yet.
async fn paired(folder: &Path, script: &str) -> (FakeServer, Running, Talk) {
    let mut server = FakeServer::start();
    server.set_time(System.now());
    let agent = Running::start(&server, folder, script);
    server.pair("box-7").await;
    let talk = server.talks.recv().await.unwrap();
    (server, agent, talk)
}

async fn play(talk: &mut Talk) -> Play {
    loop {
        if let ToServer::Plays(envelope) = talk.next().await {
            let batch: Batch = serde_json::from_str(&envelope.body).unwrap();
            return batch.read().unwrap().0.pop().unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_is_paired_placed_supplied_and_its_play_is_counted_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = FakeServer::start();
    server.set_time(System.now());
    let now = System.now().0;
    let script = format!(
        r#"told Z1-1; told '"type":"look"'; printf jpeg > state/looks/1.jpg
        frame '{{"type":"looked","token":1,"at":5,"problem":null}}'
        shown {now}; frames; ended {now}; shown {}"#,
        now + 60_000
    );
    let agent = Running::start(&server, folder.path(), &script);

    let waiting = agent.until(|status| status.code.is_some()).await;
    assert!(waiting.waiting.unwrap().zh.contains("配对"));
    let shown = waiting.code.unwrap();
    assert_eq!(server.pair("box-7").await, shown);
    let mut talk = server.talks.recv().await.unwrap();
    supply(&server, &mut talk, b"a picture", 4).await;

    let placed = agent.until(|status| status.manifest_version == 4).await;
    assert_eq!(placed.screen.unwrap().as_str(), "Z1-1");
    assert!(placed.connected && placed.fetch_left_bytes == 0);
    talk.say(ToPlayer::Look { screen: ScreenId::parse("Z1-1").unwrap(), width_max: 320 }).await;
    assert_eq!(talk.picture().await.1, b"jpeg");

    let counted = play(&mut talk).await;
    assert_eq!((counted.seq, counted.planned_at.0, counted.shown_ms), (1, now, 700));
    assert_eq!(counted.ending, Ending::Complete);
    // What the stage counted, and how the glass looked; nobody can read the power of a display that a shell draws on.
    let proof = counted.proof.unwrap();
    assert_eq!((proof.frames, proof.print.unwrap().to_string().as_str()), (21, "0f1e2d3c4b5a6978@1034"));
    assert!(agent.status().await.plays_waiting == 1, "not before it is acknowledged");
    let mark = LogMark { log_epoch: talk.hello.log.log_epoch, seq: 1 };
    talk.say(ToPlayer::Acked(mark)).await;
    agent.until(|status| status.plays_waiting == 0 && status.last_item.is_some()).await;
    let starts = std::fs::read_to_string(folder.path().join("starts")).unwrap();
    assert!(starts.ends_with("--size 360x640 --frame-rate 30\n"), "{starts}");
    agent.stop().await;

    // What was open when the agent stopped is in the log as interrupted, and is sent by the next agent.
    let agent = Running::start(&server, folder.path(), "");
    let mut talk = server.talks.recv().await.unwrap();
    assert_eq!((talk.hello.log.seq, talk.hello.manifest_version), (2, 4));
    play(&mut talk).await;
    agent.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_server_the_last_good_programme_is_on_the_glass_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (server, agent, mut talk) = paired(folder.path(), "").await;
    supply(&server, &mut talk, b"a picture", 4).await;
    agent.until(|status| status.manifest_version == 4).await;
    // An older word is not obeyed, and neither is one that nobody trusted has signed.
    supply(&server, &mut talk, b"an older picture", 3).await;
    let distrusted = trouble(&mut talk).await;
    assert!(distrusted.text.contains("version 3 of epoch 1 after version 4"), "{}", distrusted.text);
    agent.stop().await;
    server.endpoint.close(0u32.into(), b"gone");

    let agent = Running::start(&server, folder.path(), "told stand; touch stands");
    while !folder.path().join("stands").exists() {
        tokio::time::sleep(POLL).await;
    }
    let status = agent.status().await;
    assert_eq!((status.manifest_version, status.connected), (4, false));
    agent.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_programme_for_a_newer_engine_is_refused_and_told_and_the_last_good_one_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (server, agent, mut talk) = paired(folder.path(), "").await;
    supply(&server, &mut talk, b"a picture", 4).await;
    agent.until(|status| status.manifest_version == 4).await;
    let newer = Show { engine: ENGINE + 1, ..show(server.keep(b"a newer picture")) };
    supply_show(&server, &mut talk, &newer, 5).await;
    let refused = trouble(&mut talk).await;
    assert!(refused.text.contains("update the player"), "{}", refused.text);
    assert_eq!(agent.status().await.manifest_version, 4, "what is on the glass goes on");
    // An older engine's programme after that is taken as ever.
    supply(&server, &mut talk, b"another picture", 6).await;
    agent.until(|status| status.manifest_version == 6).await;
    agent.stop().await;
}

/// The next trouble that is told.
async fn trouble(talk: &mut Talk) -> Trouble {
    loop {
        if let ToServer::Trouble(trouble) = talk.next().await {
            return trouble;
        }
    }
}

#[tokio::test]
async fn two_agents_never_share_a_folder_and_nobody_home_is_said_plainly() {
    let folder = tempfile::tempdir().unwrap();
    let server = FakeServer::start();
    let error = caller::status(folder.path()).unwrap_err();
    assert!(error.to_string().contains("no agent runs on"), "{error}");
    let agent = Running::start(&server, folder.path(), "");
    agent.status().await;
    let second = Options {
        server: server.address.to_string(),
        state: agent.state.clone(),
        size: Some(Size { width_px: 320, height_px: 180 }),
        stage: stage(folder.path(), ""),
        systemd: Systemd::default(),
        journal: Journal::default(),
        display: Control::NONE,
        output: None,
        voucher: None,
    };
    let (_stop, stopped) = watch::channel(false);
    assert!(matches!(run(second, stopped).await, Err(Unable::Taken(_))));
    let mode = std::fs::metadata(agent.state.join("agent.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    agent.stop().await;
}
