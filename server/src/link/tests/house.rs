//! A small hospital with two zones, and its server with an open players' door.

use std::net::SocketAddr;
use std::sync::Arc;

use anteroom_content::clock::{DAY_MS, Fixed};
use anteroom_content::id::{BoxId, ContentHash, ScreenId, ZoneId};
use anteroom_content::item::{Face, Item, MediaFile};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::booth::TestBox;
use crate::assign;
use crate::db::boxes::{self, NewBox};
use crate::db::items::{self, ReviewState};
use crate::db::{Db, playlists};
use crate::library::Library;
use crate::link::LinkError;
use crate::link::door::serve;
use crate::state::State;
use crate::state::tests::{NOW, furnish, state_on};

pub(super) struct House {
    pub(super) state: State,
    pub(super) clock: Arc<Fixed>,
    pub(super) address: SocketAddr,
    /// The door over TCP.
    pub(super) address_tcp: SocketAddr,
    stop: watch::Sender<bool>,
    door: JoinHandle<Result<(), LinkError>>,
    _folder: tempfile::TempDir,
}

pub(super) fn screen(name: &str) -> ScreenId {
    ScreenId::parse(name).expect("name")
}

pub(super) fn zone(name: &str) -> ZoneId {
    ZoneId::parse(name).expect("name")
}

impl House {
    /// The hospital of [`furnish`]; nothing is published.
    pub(super) async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Db::open_sqlite(&folder.path().join("anteroom.db")).await.expect("opens");
        let (state, clock) = state_on(db, folder.path());
        furnish(&state).await;
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
        let address = socket.local_addr().expect("an address");
        let (stop, stopped) = watch::channel(false);
        let fallback = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address_tcp = fallback.local_addr().expect("an address");
        let door = tokio::spawn(serve(state.clone(), socket, Some(fallback), stopped));
        Self { state, clock, address, address_tcp, stop, door, _folder: folder }
    }

    /// Closes the door and sees that it closed well. Boxes are sent away before, for those of the tests do not leave by
    /// themselves when they are told.
    pub(super) async fn close(self) {
        self.state.fleet.end_all();
        self.stop().await;
    }

    /// Stops as a server does.
    pub(super) async fn stop(self) {
        self.stop.send_replace(true);
        self.door.await.expect("no panic").expect("closed well");
        self.state.db.close().await;
    }

    /// A box that is paired already.
    pub(super) async fn paired(&self, name: &str) -> TestBox {
        let mut this = TestBox::new(BoxId::parse(name).expect("name"));
        let signed = self
            .state
            .keys
            .sign_box(&this.request_pem(), (&this.id, &this.signing_key.verifying_key()), NOW)
            .expect("signed");
        let new = NewBox {
            id: this.id.clone(),
            fingerprint: signed.fingerprint,
            signing_key: this.signing_key.verifying_key(),
            description: "a box of the tests".into(),
            enrolled_by: "installer".into(),
            enrolled_at: NOW,
        };
        boxes::add(&self.state.db, &new).await.expect("added");
        this.certificate_pem = Some(signed.pem);
        this
    }

    /// A paired box that lights a screen.
    pub(super) async fn hung(&self, name: &str, at: &str) -> TestBox {
        let this = self.paired(name).await;
        assign::attach(&self.state, &this.id, &screen(at)).await.expect("attached");
        this
    }

    /// Puts a picture of these bytes on the air in one zone; what it is published with is the caller's.
    pub(super) async fn show_picture(&self, zone: &str, bytes: &[u8]) -> ContentHash {
        let hash = Library::of(&self.state.data).keep(bytes).expect("kept");
        let size_bytes = u64::try_from(bytes.len()).expect("small");
        let (db, name) = (&self.state.db, format!("of-{zone}"));
        let item: Item = serde_json::from_value(json!({
            "id": name, "version": 1, "class": "education", "title": {"zh": "洗手", "en": "Wash your hands"},
            "face": {"kind": "card"}, "reviewed_at": NOW, "review_by": NOW.plus_ms(300 * DAY_MS),
        }))
        .expect("an item");
        let face = Face::Picture { shapes: vec![MediaFile { hash, size_bytes, width_px: 64, height_px: 36 }] };
        let item = Item { face, ..item };
        items::add_item(db, &item, ReviewState::Approved, "editor", NOW).await.expect("added");
        let playlist = json!({"id": name, "name": {"zh": "表", "en": "list"}, "turns": [{"item": name}]});
        let playlist = serde_json::from_value(playlist).expect("a playlist");
        playlists::save_playlist(db, &playlist, NOW).await.expect("saved");
        let rule = json!({
            "id": name, "playlist": name, "target": {"places": [{"zone": zone}]},
            "window": {"days": 127, "from_min": 0, "to_min": 1440}, "level": "base",
        });
        let rule = serde_json::from_value(rule).expect("a rule");
        playlists::save_rule(db, &rule, NOW).await.expect("saved");
        hash
    }
}
