//! Boxes: machines with a certificate, the screens they light, and the troubles they told.

use std::collections::HashMap;

use anteroom_content::clock::{DAY_MS, Instant};
use anteroom_content::id::{BoxId, ContentHash, ScreenId, ZoneId};
use anteroom_content::manifest::{from_hex, to_hex};
use anteroom_content::wire::{Trouble, TroubleKind};
use ed25519_dalek::VerifyingKey;

use super::{Db, DbError, DbResult, Tx};

/// Troubles kept of one box: far more than it has kinds, far less than a box gone mad could tell.
const TROUBLES_OF_BOX_MAX: i64 = 256;

/// A machine that was paired, whether it still is or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairedBox {
    /// Its name.
    pub id: BoxId,
    /// The key it signs plays with, vouched for when it was paired.
    pub signing_key: VerifyingKey,
    /// What it said of itself when it was paired: host name, address, resolution.
    pub description: String,
    /// The account that typed its code.
    pub enrolled_by: String,
    /// When.
    pub enrolled_at: Instant,
    /// Since when it is not believed any more.
    pub unpaired_at: Option<Instant>,
    /// When it was heard last, to within minutes.
    pub last_seen_at: Option<Instant>,
    /// Version of its player when it came last.
    pub player_version: Option<String>,
    /// The manifest it had last.
    pub manifest_version: u64,
    /// Raised by every change of its screens; 0 before the first.
    pub assignment_version: u64,
    /// When its certificate runs out; of the certificate it came with, when it was found by that.
    pub certificate_until: Instant,
    /// It came with a certificate that shall take the place of its own.
    pub is_certificate_next: bool,
}

/// A box to be added.
#[derive(Debug, Clone)]
pub struct NewBox {
    /// Its name.
    pub id: BoxId,
    /// SHA-256 of its certificate.
    pub fingerprint: String,
    /// The key it signs plays with.
    pub signing_key: VerifyingKey,
    /// What it says of itself.
    pub description: String,
    /// The account that typed its code.
    pub enrolled_by: String,
    /// When.
    pub enrolled_at: Instant,
}

/// A trouble a box told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldTrouble {
    /// Which box.
    pub box_id: BoxId,
    /// What sort.
    pub kind: TroubleKind,
    /// The file it is about.
    pub file: Option<ContentHash>,
    /// When it was told last.
    pub told_at: Instant,
    /// In words.
    pub words: String,
}

#[derive(sqlx::FromRow)]
pub(super) struct BoxRow {
    id: String,
    signing_key: String,
    description: String,
    enrolled_by: String,
    enrolled_at: i64,
    unpaired_at: Option<i64>,
    last_seen_at: Option<i64>,
    player_version: Option<String>,
    manifest_version: i64,
    assignment_version: i64,
    certificate_until: i64,
    is_next: bool,
}

fn unreadable(why: impl std::fmt::Display) -> DbError {
    DbError::Unreadable { what: "box", why: why.to_string() }
}

impl BoxRow {
    pub(super) fn read(self) -> DbResult<PairedBox> {
        let key = from_hex::<32>(&self.signing_key).ok_or_else(|| unreadable("its signing key is not one"))?;
        Ok(PairedBox {
            id: BoxId::parse(&self.id).map_err(unreadable)?,
            signing_key: VerifyingKey::from_bytes(&key).map_err(unreadable)?,
            description: self.description,
            enrolled_by: self.enrolled_by,
            enrolled_at: Instant(self.enrolled_at),
            unpaired_at: self.unpaired_at.map(Instant),
            last_seen_at: self.last_seen_at.map(Instant),
            player_version: self.player_version,
            manifest_version: u64::try_from(self.manifest_version).unwrap_or(0),
            assignment_version: u64::try_from(self.assignment_version).unwrap_or(0),
            certificate_until: Instant(self.certificate_until),
            is_certificate_next: self.is_next,
        })
    }
}

pub(super) fn screen_id(text: &str) -> DbResult<ScreenId> {
    ScreenId::parse(text).map_err(unreadable)
}

/// What the certificate of a newly paired box holds for at the least, in milliseconds.
pub(super) const CERTIFICATE_MS: i64 = 5 * 365 * DAY_MS;
pub(super) fn zone_id(text: &str) -> DbResult<ZoneId> {
    ZoneId::parse(text).map_err(unreadable)
}

/// Writes a newly paired box down.
pub async fn add(db: &Db, new: &NewBox) -> DbResult<()> {
    execute!(
        db,
        "insert into box (id, certificate_fingerprint, signing_key, description, enrolled_by, enrolled_at, certificate_until)
         values ($1, $2, $3, $4, $5, $6, $7)",
        new.id.as_str(),
        &new.fingerprint,
        to_hex(new.signing_key.as_bytes()),
        &new.description,
        &new.enrolled_by,
        new.enrolled_at.0,
        new.enrolled_at.plus_ms(CERTIFICATE_MS).0
    )?;
    Ok(())
}

/// Every paired box with the screens it lights, by name.
pub async fn boxes(db: &Db) -> DbResult<Vec<(PairedBox, Vec<ScreenId>)>> {
    let found = rows!(
        db,
        BoxRow,
        "select id, signing_key, description, enrolled_by, enrolled_at, unpaired_at, last_seen_at, player_version,
         manifest_version, assignment_version, certificate_until, false as is_next
         from box where unpaired_at is null order by id"
    )?;
    let mut lit: HashMap<String, Vec<ScreenId>> = HashMap::new();
    for (box_id, screen) in rows!(db, (String, String), "select box, screen from assignment order by screen")? {
        lit.entry(box_id).or_default().push(screen_id(&screen)?);
    }
    let mut boxes = Vec::with_capacity(found.len());
    for row in found {
        let paired = row.read()?;
        let screens = lit.remove(paired.id.as_str()).unwrap_or_default();
        boxes.push((paired, screens));
    }
    Ok(boxes)
}

/// A box by the fingerprint of its certificate, or of the one that shall take its place; unpaired ones too.
pub async fn box_by_fingerprint(db: &Db, fingerprint: &str) -> DbResult<Option<PairedBox>> {
    let found = row!(
        db,
        BoxRow,
        "select id, signing_key, description, enrolled_by, enrolled_at, unpaired_at, last_seen_at, player_version,
         manifest_version, assignment_version,
         case when certificate_fingerprint = $1 then certificate_until else next_until end as certificate_until,
         certificate_fingerprint <> $1 as is_next
         from box where certificate_fingerprint = $1 or next_fingerprint = $1",
        fingerprint
    )?;
    found.map(BoxRow::read).transpose()
}

/// A box by name, unpaired ones too.
pub async fn box_by_id(db: &Db, id: &BoxId) -> DbResult<Option<PairedBox>> {
    let found = row!(
        db,
        BoxRow,
        "select id, signing_key, description, enrolled_by, enrolled_at, unpaired_at, last_seen_at, player_version,
         manifest_version, assignment_version, certificate_until, false as is_next from box where id = $1",
        id.as_str()
    )?;
    found.map(BoxRow::read).transpose()
}

/// The box that lights a screen.
pub async fn box_of_screen(tx: &mut Tx<'_>, screen: &ScreenId) -> DbResult<Option<BoxId>> {
    let found = row_in!(tx, (String,), "select box from assignment where screen = $1", screen.as_str())?;
    found.map(|(id,)| BoxId::parse(&id).map_err(unreadable)).transpose()
}

/// The zone a screen hangs in.
pub async fn zone_of_screen(tx: &mut Tx<'_>, screen: &ScreenId) -> DbResult<Option<ZoneId>> {
    let found = row_in!(tx, (String,), "select zone from screen where id = $1", screen.as_str())?;
    found.map(|(id,)| ZoneId::parse(&id).map_err(unreadable)).transpose()
}

/// The zone of the screens a box lights; none when it is spare.
pub async fn zone_of_box(tx: &mut Tx<'_>, id: &BoxId) -> DbResult<Option<ZoneId>> {
    let found = row_in!(
        tx,
        (String,),
        "select s.zone from assignment a join screen s on s.id = a.screen where a.box = $1 order by s.id limit 1",
        id.as_str()
    )?;
    found.map(|(zone,)| ZoneId::parse(&zone).map_err(unreadable)).transpose()
}

/// Raises the version of a box's assignment, and holds the box until the transaction ends; false when no such box is
/// paired.
pub async fn raise_assignment(tx: &mut Tx<'_>, id: &BoxId, version: u64) -> DbResult<bool> {
    let version = i64::try_from(version).unwrap_or(i64::MAX);
    let raised = execute_in!(
        tx,
        "update box set assignment_version = $2 where id = $1 and unpaired_at is null",
        id.as_str(),
        version
    )?;
    execute_in!(tx, "update assignment set version = $2 where box = $1", id.as_str(), version)?;
    Ok(raised > 0)
}

/// Raises the version of every box's assignment.
pub async fn raise_assignments(tx: &mut Tx<'_>, version: u64) -> DbResult<()> {
    let version = i64::try_from(version).unwrap_or(i64::MAX);
    execute_in!(tx, "update box set assignment_version = $1 where unpaired_at is null", version)?;
    execute_in!(tx, "update assignment set version = $1", version)?;
    Ok(())
}

/// Gives a dark screen to a box.
pub async fn attach(tx: &mut Tx<'_>, id: &BoxId, screen: &ScreenId, version: u64) -> DbResult<()> {
    execute_in!(
        tx,
        "insert into assignment (screen, box, version) values ($1, $2, $3)",
        screen.as_str(),
        id.as_str(),
        i64::try_from(version).unwrap_or(i64::MAX)
    )?;
    Ok(())
}

/// Takes a screen from its box.
pub async fn detach(tx: &mut Tx<'_>, screen: &ScreenId) -> DbResult<()> {
    execute_in!(tx, "delete from assignment where screen = $1", screen.as_str())?;
    Ok(())
}

/// Gives every screen of one box to another; tells how many they were.
pub async fn hand_over(tx: &mut Tx<'_>, from: &BoxId, to: &BoxId, version: u64) -> DbResult<u64> {
    execute_in!(
        tx,
        "update assignment set box = $2, version = $3 where box = $1",
        from.as_str(),
        to.as_str(),
        i64::try_from(version).unwrap_or(i64::MAX)
    )
}

/// Ends the belief in a box and takes its screens; its row stays, for its plays name it.
pub async fn unpair(tx: &mut Tx<'_>, id: &BoxId, at: Instant) -> DbResult<()> {
    execute_in!(tx, "delete from assignment where box = $1", id.as_str())?;
    execute_in!(tx, "update box set unpaired_at = $2 where id = $1 and unpaired_at is null", id.as_str(), at.0)?;
    Ok(())
}

/// A part was told to the zone of a box's screens, now or earlier: the box may have it.
pub async fn may_have_part(db: &Db, id: &BoxId, hash: &ContentHash) -> DbResult<bool> {
    let found = row!(
        db,
        (i64,),
        "select count(*) from assignment a join screen s on s.id = a.screen join publication_zone p on p.zone = s.zone
         where a.box = $1 and (p.show_hash = $2 or p.clinic_hash = $2)",
        id.as_str(),
        hash.to_hex()
    )?;
    Ok(found.is_some_and(|(count,)| count > 0))
}

fn kind_name(kind: TroubleKind) -> &'static str {
    match kind {
        TroubleKind::File => "file",
        TroubleKind::Stage => "stage",
        TroubleKind::Disk => "disk",
        TroubleKind::Clock => "clock",
        TroubleKind::Trust => "trust",
        TroubleKind::Glass => "glass",
        TroubleKind::Sound => "sound",
        TroubleKind::Display => "display",
        TroubleKind::Other => "other",
    }
}

/// Keeps a trouble, in the place of an earlier one of its kind and file; false when the box has told too many.
pub async fn note_trouble(db: &Db, id: &BoxId, trouble: &Trouble, at: Instant) -> DbResult<bool> {
    let file = trouble.file.map(|hash| hash.to_hex()).unwrap_or_default();
    note_finding(db, id, &file, trouble, at).await
}

/// Keeps a trouble this server found about a box, in the place of an earlier one of its kind and subject.
pub async fn note_finding(db: &Db, id: &BoxId, subject: &str, trouble: &Trouble, at: Instant) -> DbResult<bool> {
    let kept = execute!(
        db,
        "insert into trouble (box, kind, file, told_at, words)
         select $1, $2, $3, $4, $5 where (select count(*) from trouble t where t.box = $1) < $6
         or exists (select 1 from trouble t where t.box = $1 and t.kind = $2 and t.file = $3)
         on conflict (box, kind, file) do update set told_at = excluded.told_at, words = excluded.words",
        id.as_str(),
        kind_name(trouble.kind),
        subject,
        at.0,
        &trouble.text,
        TROUBLES_OF_BOX_MAX
    )?;
    Ok(kept > 0)
}

/// The troubles boxes told since `from`, the newest first, at most `limit`.
pub async fn troubles(db: &Db, from: Instant, limit: u32) -> DbResult<Vec<ToldTrouble>> {
    let found = rows!(
        db,
        (String, String, String, i64, String),
        "select box, kind, file, told_at, words from trouble where told_at >= $1 order by told_at desc, box limit $2",
        from.0,
        i64::from(limit)
    )?;
    let read = |(box_id, kind, file, told_at, words): (String, String, String, i64, String)| {
        let kind = serde_json::from_value(serde_json::Value::String(kind)).map_err(unreadable)?;
        Ok(ToldTrouble {
            box_id: BoxId::parse(&box_id).map_err(unreadable)?,
            kind,
            file: ContentHash::parse(&file).ok(),
            told_at: Instant(told_at),
            words,
        })
    };
    found.into_iter().map(read).collect()
}
