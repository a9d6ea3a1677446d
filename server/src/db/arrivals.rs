//! What is asked when a box comes.

use anteroom_content::id::{ScreenId, ZoneId};

use super::boxes::{BoxRow, PairedBox, screen_id, zone_id};
use super::{Db, DbResult};

/// What is asked when a paired box comes, all at once: thousands come together after a power cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The box.
    pub paired: PairedBox,
    /// The version of its assignment.
    pub assignment_version: u64,
    /// The screens it lights, by name, with their zones.
    pub screens: Vec<(ScreenId, ZoneId)>,
    /// The highest play held of its log; 0 before the first.
    pub held_seq: u64,
}

#[derive(sqlx::FromRow)]
struct ArrivalRow {
    #[sqlx(flatten)]
    paired: BoxRow,
    screen: Option<String>,
    zone: Option<String>,
    held_seq: Option<i64>,
}

/// The box of a certificate with its screens, and where one of its logs stands; none when no such box is paired.
pub async fn arrival(db: &Db, fingerprint: &str, log_epoch: u64) -> DbResult<Option<Arrival>> {
    let found = rows!(
        db,
        ArrivalRow,
        "select b.id, b.signing_key, b.description, b.enrolled_by, b.enrolled_at, b.unpaired_at, b.last_seen_at,
         b.player_version, b.manifest_version, b.assignment_version,
         case when b.certificate_fingerprint = $1 then b.certificate_until else b.next_until end as certificate_until,
         b.certificate_fingerprint <> $1 as is_next, s.id as screen, s.zone as zone, l.seq as held_seq
         from box b left join assignment a on a.box = b.id left join screen s on s.id = a.screen
         left join play_log l on l.box = b.id and l.log_epoch = $2
         where (b.certificate_fingerprint = $1 or b.next_fingerprint = $1) and b.unpaired_at is null order by s.id",
        fingerprint,
        log_epoch.cast_signed()
    )?;
    let mut rows = found.into_iter();
    let Some(first) = rows.next() else { return Ok(None) };
    let place = |row: &ArrivalRow| match (&row.screen, &row.zone) {
        (Some(screen), Some(zone)) => Some(screen_id(screen).and_then(|screen| Ok((screen, zone_id(zone)?)))),
        _ => None,
    };
    let screens = place(&first).into_iter().chain(rows.filter_map(|row| place(&row))).collect::<DbResult<_>>()?;
    let held_seq = first.held_seq.and_then(|seq| u64::try_from(seq).ok()).unwrap_or(0);
    let paired = first.paired.read()?;
    Ok(Some(Arrival { assignment_version: paired.assignment_version, paired, screens, held_seq }))
}
