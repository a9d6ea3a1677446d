//! What is asked when boxes come.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use anteroom_content::id::{ScreenId, ZoneId};

use super::boxes::{BoxRow, PairedBox, screen_id, zone_id};
use super::{Db, DbResult};

/// What is known of a paired box that comes.
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

/// Boxes looked up in one question.
pub const ARRIVALS_AT_ONCE: usize = 16;

#[derive(sqlx::FromRow)]
struct ArrivalRow {
    asked: String,
    log_epoch: i64,
    #[sqlx(flatten)]
    paired: BoxRow,
    screen: Option<String>,
    zone: Option<String>,
    held_seq: Option<i64>,
}

/// A certificate's fingerprint, and a log of its box.
pub type Asked = (String, u64);

/// The boxes of certificates, at most [`ARRIVALS_AT_ONCE`] and none twice, with their screens, and where one log of each
/// stands. A certificate of which no box is paired has no entry.
pub async fn arrivals(db: &Db, asked: &[Asked]) -> DbResult<HashMap<Asked, Arrival>> {
    // A place that nobody takes asks for a certificate that is none.
    let f = |n: usize| asked.get(n).map_or("", |(fingerprint, _)| fingerprint.as_str());
    let e = |n: usize| asked.get(n).map_or(0, |(_, log_epoch)| log_epoch.cast_signed());
    let found = rows!(
        db,
        ArrivalRow,
        "with caller(fingerprint, log_epoch) as (values
             (cast($1 as text), cast($2 as bigint)), (cast($3 as text), cast($4 as bigint)),
             (cast($5 as text), cast($6 as bigint)), (cast($7 as text), cast($8 as bigint)),
             (cast($9 as text), cast($10 as bigint)), (cast($11 as text), cast($12 as bigint)),
             (cast($13 as text), cast($14 as bigint)), (cast($15 as text), cast($16 as bigint)),
             (cast($17 as text), cast($18 as bigint)), (cast($19 as text), cast($20 as bigint)),
             (cast($21 as text), cast($22 as bigint)), (cast($23 as text), cast($24 as bigint)),
             (cast($25 as text), cast($26 as bigint)), (cast($27 as text), cast($28 as bigint)),
             (cast($29 as text), cast($30 as bigint)), (cast($31 as text), cast($32 as bigint)))
         select c.fingerprint as asked, c.log_epoch as log_epoch, b.id, b.signing_key, b.description, b.enrolled_by, b.enrolled_at, b.unpaired_at,
         b.last_seen_at, b.player_version, b.manifest_version, b.assignment_version,
         case when b.certificate_fingerprint = c.fingerprint then b.certificate_until else b.next_until end
             as certificate_until,
         b.certificate_fingerprint <> c.fingerprint as is_next, s.id as screen, s.zone as zone, l.seq as held_seq
         from caller c join box b on b.certificate_fingerprint = c.fingerprint or b.next_fingerprint = c.fingerprint
         left join assignment a on a.box = b.id left join screen s on s.id = a.screen
         left join play_log l on l.box = b.id and l.log_epoch = c.log_epoch
         where b.unpaired_at is null order by s.id",
        f(0), e(0), f(1), e(1), f(2), e(2), f(3), e(3), f(4), e(4), f(5), e(5), f(6), e(6), f(7), e(7), f(8), e(8), f(9), e(9), f(10), e(10), f(11), e(11), f(12), e(12), f(13), e(13), f(14), e(14), f(15), e(15)
    )?;
    let mut arrivals = HashMap::new();
    for row in found {
        let place = match (&row.screen, &row.zone) {
            (Some(screen), Some(zone)) => Some((screen_id(screen)?, zone_id(zone)?)),
            _ => None,
        };
        let arrival = match arrivals.entry((row.asked, row.log_epoch.cast_unsigned())) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let held_seq = row.held_seq.and_then(|seq| u64::try_from(seq).ok()).unwrap_or(0);
                let paired = row.paired.read()?;
                let assignment_version = paired.assignment_version;
                entry.insert(Arrival { paired, assignment_version, screens: Vec::new(), held_seq })
            }
        };
        arrival.screens.extend(place);
    }
    Ok(arrivals)
}
