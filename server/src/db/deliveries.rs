//! How far manifests have come: what boxes told of screens that do not show theirs yet, and what is asked for the sums.

use std::collections::HashMap;
use std::sync::LazyLock;

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ScreenId, ZoneId};
use anteroom_content::wire::{Delivery, ScreenDelivery};

use super::boxes::{screen_id, zone_id};
use super::bulk::{Many, Value};
use super::{Db, DbError, DbResult, Tx, document, to_document};

/// How a paired box stood when it was heard last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxStand {
    /// Which box.
    pub box_id: BoxId,
    /// When it was heard last, to within minutes.
    pub last_seen_at: Option<Instant>,
    /// The manifest on its glass, and since when.
    pub applied: Option<(u64, Instant)>,
    /// The version of the messages it speaks.
    pub link_version: u32,
}

fn unreadable(why: impl std::fmt::Display) -> DbError {
    DbError::Unreadable { what: "delivery", why: why.to_string() }
}

fn box_id(text: &str) -> DbResult<BoxId> {
    BoxId::parse(text).map_err(unreadable)
}

fn version(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// How every paired box stood, by name.
pub async fn stands(db: &Db) -> DbResult<Vec<BoxStand>> {
    let found = rows!(
        db,
        (String, Option<i64>, i64, Option<i64>, i64),
        "select id, last_seen_at, applied_version, applied_at, link_version from box where unpaired_at is null order by id"
    )?;
    let read = |(id, seen, applied, at, link): (String, Option<i64>, i64, Option<i64>, i64)| {
        Ok(BoxStand {
            box_id: box_id(&id)?,
            last_seen_at: seen.map(Instant),
            applied: at.map(|at| (version(applied), Instant(at))),
            link_version: u32::try_from(link).unwrap_or(1),
        })
    };
    found.into_iter().map(read).collect()
}

/// How a box stands that was heard, with the version of its player and the manifest it has.
pub type Seen<'a> = (&'a BoxStand, &'a str, u64);

/// A number that says nothing, for one that is not known: no version, and no moment since 1970, is below nought.
const UNKNOWN: i64 = -1;

static NOTE_SEEN: LazyLock<Many> = LazyLock::new(|| {
    let before = "with heard (id, seen_at, player, manifest, glass_version, glass_at, link) as (values";
    let after = ") update box set
        last_seen_at = case when heard.seen_at < 0 then last_seen_at else heard.seen_at end,
        player_version = heard.player, manifest_version = heard.manifest,
        applied_version = case when heard.glass_version < 0 then applied_version else heard.glass_version end,
        applied_at = case when heard.glass_version < 0 then applied_at else heard.glass_at end,
        link_version = heard.link from heard where box.id = heard.id";
    Many::new(before, 7, after)
});

/// Notes how boxes stand that were heard, each of them once. One that has not said yet what is on its glass takes nothing
/// away from what it said before.
pub async fn note_seen(tx: &mut Tx<'_>, seen: &[Seen<'_>]) -> DbResult<()> {
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let row = |(stand, player_version, manifest_version): &Seen<'_>| {
        let (applied, applied_at) = stand.applied.map_or((UNKNOWN, UNKNOWN), |(version, at)| (number(version), at.0));
        [
            Value::Made(stand.box_id.as_str().to_owned()),
            Value::Number(stand.last_seen_at.map_or(UNKNOWN, |at| at.0)),
            Value::Made((*player_version).to_owned()),
            Value::Number(number(*manifest_version)),
            Value::Number(applied),
            Value::Number(applied_at),
            Value::Number(i64::from(stand.link_version)),
        ]
    };
    NOTE_SEEN.write(tx, &seen.iter().map(row).collect::<Vec<_>>()).await
}

/// How many boxes are paired.
pub async fn paired_count(db: &Db) -> DbResult<usize> {
    let found = row!(db, (i64,), "select count(*) from box where unpaired_at is null")?;
    Ok(found.and_then(|(count,)| usize::try_from(count).ok()).unwrap_or(0))
}

/// Which box lights which screen.
pub async fn lights(db: &Db) -> DbResult<HashMap<ScreenId, BoxId>> {
    let found = rows!(db, (String, String), "select screen, box from assignment")?;
    found.into_iter().map(|(screen, id)| Ok((screen_id(&screen)?, box_id(&id)?))).collect()
}

/// What every zone was told last: the version, and when.
pub async fn told(db: &Db) -> DbResult<HashMap<ZoneId, (u64, Instant)>> {
    let found = rows!(
        db,
        (String, i64, i64),
        "select t.zone, t.version, p.made_at
         from (select zone, max(version) as version from publication_zone group by zone) t
         join publication p on p.version = t.version"
    )?;
    found.into_iter().map(|(zone, told, at)| Ok((zone_id(&zone)?, (version(told), Instant(at))))).collect()
}

/// The zones a publication told.
pub async fn zones_of(db: &Db, publication: u64) -> DbResult<Vec<ZoneId>> {
    let found = rows!(
        db,
        (String,),
        "select zone from publication_zone where version = $1 order by zone",
        i64::try_from(publication).unwrap_or(i64::MAX)
    )?;
    found.into_iter().map(|(zone,)| zone_id(&zone)).collect()
}

/// What boxes told of the screens they light and that do not show what they were told, with the version it is about.
pub async fn on_their_way(db: &Db) -> DbResult<HashMap<ScreenId, (u64, ScreenDelivery)>> {
    let found = rows!(
        db,
        (String, i64, String),
        "select d.screen, d.version, d.document
         from delivery d join assignment a on a.screen = d.screen and a.box = d.box"
    )?;
    found
        .into_iter()
        .map(|(screen, told, text)| Ok((screen_id(&screen)?, (version(told), document("delivery", &text)?))))
        .collect()
}

/// A box gets other screens: what was on its glass says nothing of what is to come there.
pub async fn forget_applied(tx: &mut Tx<'_>, id: &BoxId) -> DbResult<()> {
    execute_in!(tx, "update box set applied_version = 0, applied_at = null where id = $1", id.as_str())?;
    Ok(())
}

/// Boxes that told something that is kept.
pub async fn boxes_on_their_way(db: &Db) -> DbResult<Vec<BoxId>> {
    let found = rows!(db, (String,), "select distinct box from delivery order by box")?;
    found.iter().map(|(id,)| box_id(id)).collect()
}

/// Keeps what a box told of its screens, in the place of what it told before; none when all of them show it.
pub async fn keep(tx: &mut Tx<'_>, id: &BoxId, told: Option<&Delivery>) -> DbResult<()> {
    execute_in!(tx, "delete from delivery where box = $1", id.as_str())?;
    let Some(told) = told else { return Ok(()) };
    for screen in &told.screens {
        execute_in!(
            tx,
            "insert into delivery (screen, box, version, document) values ($1, $2, $3, $4)
             on conflict (screen) do update
             set box = excluded.box, version = excluded.version, document = excluded.document",
            screen.screen.as_str(),
            id.as_str(),
            i64::try_from(told.version).unwrap_or(i64::MAX),
            to_document("delivery", screen)?
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use anteroom_content::wire::{Obstacle, ObstacleKind, Step};

    use super::*;
    use crate::db::boxes::{self, NewBox};
    use crate::db::tests::on_each_engine;

    async fn a_box(db: &Db, name: &str) -> BoxId {
        let new = NewBox {
            id: BoxId::parse(name).expect("name"),
            fingerprint: name.to_owned(),
            signing_key: ed25519_dalek::SigningKey::from_bytes(&[1; 32]).verifying_key(),
            description: "a box".to_owned(),
            enrolled_by: "installer".to_owned(),
            enrolled_at: Instant(1),
        };
        boxes::add(db, &new).await.expect("added");
        new.id
    }

    async fn kept(db: &Db) -> Vec<(String, i64)> {
        rows!(db, (String, i64), "select screen, version from delivery order by screen").expect("asked")
    }

    #[tokio::test]
    async fn what_a_box_told_is_kept_until_all_its_screens_show_it() {
        on_each_engine(|db| async move {
            let id = a_box(&db, "box-1").await;
            let screen = |name: &str| ScreenDelivery {
                screen: ScreenId::parse(name).expect("name"),
                step: Step::Told,
                since: Instant(7),
                left_bytes: 5,
                obstacle: Some(Obstacle::new(ObstacleKind::Disk, "full")),
            };
            let told =
                |version, names: &[&str]| Delivery { version, screens: names.iter().map(|n| screen(n)).collect() };
            for delivery in [told(8, &["a-1", "a-2"]), told(9, &["a-1"])] {
                let mut tx = db.begin().await.expect("begins");
                keep(&mut tx, &id, Some(&delivery)).await.expect("kept");
                tx.commit().await.expect("commits");
            }
            assert_eq!(kept(&db).await, [("a-1".to_owned(), 9)]);
            assert!(
                on_their_way(&db).await.expect("asked").is_empty(),
                "a box says nothing of screens it does not light"
            );
            assert_eq!(boxes_on_their_way(&db).await.expect("asked"), std::slice::from_ref(&id));

            let mut tx = db.begin().await.expect("begins");
            keep(&mut tx, &id, None).await.expect("kept");
            let stand = |at, applied| BoxStand {
                box_id: id.clone(),
                last_seen_at: Some(Instant(at)),
                applied,
                link_version: 2,
            };
            note_seen(&mut tx, &[(&stand(20, Some((9, Instant(19)))), "1", 9)]).await.expect("noted");
            note_seen(&mut tx, &[(&stand(30, None), "1", 9)]).await.expect("noted");
            tx.commit().await.expect("commits");
            assert!(kept(&db).await.is_empty());
            assert_eq!(stands(&db).await.expect("asked"), [stand(30, Some((9, Instant(19))))]);
            assert_eq!(paired_count(&db).await.expect("asked"), 1);
            let mut tx = db.begin().await.expect("begins");
            forget_applied(&mut tx, &id).await.expect("forgotten");
            tx.commit().await.expect("commits");
            assert_eq!(stands(&db).await.expect("asked"), [stand(30, None)]);
        })
        .await;
    }
}
