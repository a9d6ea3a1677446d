//! Publications: what each zone was told to play, and the parts in the bytes that were signed for.

use anteroom_content::clock::Instant;
use anteroom_content::id::{ContentHash, ZoneId};
use anteroom_content::manifest::Envelope;
use anteroom_content::programme::Part;

use super::{Db, DbError, DbResult, Tx, document, to_document};

/// What one zone was told.
#[derive(Debug, Clone)]
pub struct ZonePublication {
    /// By which publication.
    pub version: u64,
    /// Which zone.
    pub zone: ZoneId,
    /// Its show part.
    pub show: ContentHash,
    /// Its clinic part.
    pub clinic: ContentHash,
    /// From when the show part holds.
    pub effective_at: Instant,
    /// The signed manifest.
    pub envelope: Envelope,
}

/// A publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Its number.
    pub version: u64,
    /// `publish`, `undo`, `recall`, `clinic` or `resign`.
    pub kind: String,
    /// Account that made it.
    pub made_by: String,
    /// When.
    pub made_at: Instant,
    /// The publication it takes back.
    pub undoes: Option<u64>,
}

#[derive(sqlx::FromRow)]
struct ZoneRow {
    version: i64,
    zone: String,
    show_hash: String,
    clinic_hash: String,
    effective_at: i64,
    envelope: String,
}

impl ZoneRow {
    fn read(self) -> DbResult<ZonePublication> {
        let unreadable = |why: String| DbError::Unreadable { what: "publication", why };
        Ok(ZonePublication {
            version: u64::try_from(self.version).map_err(|error| unreadable(error.to_string()))?,
            zone: ZoneId::parse(&self.zone).map_err(|error| unreadable(error.to_string()))?,
            show: ContentHash::parse(&self.show_hash).map_err(|error| unreadable(error.to_string()))?,
            clinic: ContentHash::parse(&self.clinic_hash).map_err(|error| unreadable(error.to_string()))?,
            effective_at: Instant(self.effective_at),
            envelope: document("manifest", &self.envelope)?,
        })
    }
}

/// What every zone was told last.
pub async fn current(db: &Db) -> DbResult<Vec<ZonePublication>> {
    let found = rows!(
        db,
        ZoneRow,
        "select version, zone, show_hash, clinic_hash, effective_at, envelope from publication_zone p
         where version = (select max(version) from publication_zone q where q.zone = p.zone) order by zone"
    )?;
    found.into_iter().map(ZoneRow::read).collect()
}

/// What one zone was told, newest first, at most `limit` of them.
pub async fn of_zone(db: &Db, zone: &ZoneId, limit: u32) -> DbResult<Vec<ZonePublication>> {
    let found = rows!(
        db,
        ZoneRow,
        "select version, zone, show_hash, clinic_hash, effective_at, envelope from publication_zone
         where zone = $1 order by version desc limit $2",
        zone.as_str(),
        i64::from(limit)
    )?;
    found.into_iter().map(ZoneRow::read).collect()
}

/// Show parts a zone was told that matter from `from` on, oldest first: those that took over since, and the one in force
/// then. Where two would have taken over at the same moment or the newer one before, the older never did. Clinic changes
/// and new signatures repeat a show part; only its first telling counts.
pub async fn shows_of_zone(db: &Db, zone: &ZoneId, from: Instant, limit: u32) -> DbResult<Vec<ZonePublication>> {
    let found = rows!(
        db,
        ZoneRow,
        "select z.version, z.zone, z.show_hash, z.clinic_hash, z.effective_at, z.envelope
         from publication_zone z join publication p on p.version = z.version
         where z.zone = $1 and p.kind not in ('clinic', 'resign') order by z.version desc limit $2",
        zone.as_str(),
        i64::from(limit)
    )?;
    let mut shows: Vec<ZonePublication> = Vec::new();
    for row in found {
        let told = row.read()?;
        if shows.last().is_some_and(|newer| told.effective_at >= newer.effective_at) {
            continue;
        }
        let is_in_force = told.effective_at <= from;
        shows.push(told);
        if is_in_force {
            break;
        }
    }
    shows.reverse();
    Ok(shows)
}

/// What each zone of a publication played before it.
pub async fn before(db: &Db, version: u64) -> DbResult<Vec<ZonePublication>> {
    let version = i64::try_from(version).unwrap_or(i64::MAX);
    let found = rows!(
        db,
        ZoneRow,
        "select version, zone, show_hash, clinic_hash, effective_at, envelope from publication_zone p
         where zone in (select zone from publication_zone where version = $1)
         and version = (select max(version) from publication_zone q where q.zone = p.zone and q.version < $1) order by zone",
        version
    )?;
    found.into_iter().map(ZoneRow::read).collect()
}

/// The last publications, newest first; clinic changes and new signatures are left out.
pub async fn last(db: &Db, limit: u32) -> DbResult<Vec<Publication>> {
    let found = rows!(
        db,
        (i64, String, String, i64, Option<i64>),
        "select version, kind, made_by, made_at, undoes from publication where kind not in ('clinic', 'resign') order by version desc limit $1",
        i64::from(limit)
    )?;
    let number = |n: i64| u64::try_from(n).unwrap_or(0);
    Ok(found
        .into_iter()
        .map(|(version, kind, made_by, made_at, undoes)| Publication {
            version: number(version),
            kind,
            made_by,
            made_at: Instant(made_at),
            undoes: undoes.map(number),
        })
        .collect())
}

/// Writes a publication down.
pub async fn add(tx: &mut Tx<'_>, publication: &Publication) -> DbResult<()> {
    execute_in!(
        tx,
        "insert into publication (version, kind, made_by, made_at, undoes) values ($1, $2, $3, $4, $5)",
        i64::try_from(publication.version).unwrap_or(i64::MAX),
        &publication.kind,
        &publication.made_by,
        publication.made_at.0,
        publication.undoes.map(|n| i64::try_from(n).unwrap_or(i64::MAX))
    )?;
    Ok(())
}

/// Writes down what a zone is told.
pub async fn add_zone(tx: &mut Tx<'_>, zone: &ZonePublication) -> DbResult<()> {
    execute_in!(
        tx,
        "insert into publication_zone (version, zone, show_hash, clinic_hash, effective_at, envelope)
         values ($1, $2, $3, $4, $5, $6)",
        i64::try_from(zone.version).unwrap_or(i64::MAX),
        zone.zone.as_str(),
        zone.show.to_hex(),
        zone.clinic.to_hex(),
        zone.effective_at.0,
        to_document("manifest", &zone.envelope)?
    )?;
    Ok(())
}

/// Keeps a part; the same bytes again change nothing.
pub async fn add_part(tx: &mut Tx<'_>, part: &Part, at: Instant) -> DbResult<()> {
    execute_in!(
        tx,
        "insert into part (hash, bytes, made_at) values ($1, $2, $3) on conflict (hash) do nothing",
        part.hash.to_hex(),
        part.bytes.as_slice(),
        at.0
    )?;
    Ok(())
}

/// The bytes of a part.
pub async fn part(db: &Db, hash: &ContentHash) -> DbResult<Option<Vec<u8>>> {
    let found = row!(db, (Vec<u8>,), "select bytes from part where hash = $1", hash.to_hex())?;
    Ok(found.map(|(bytes,)| bytes))
}
