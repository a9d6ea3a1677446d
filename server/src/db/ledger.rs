//! The books: up to where plays of each log are held, the batches they came in, hourly totals, and what could not be counted.

use std::collections::HashMap;
use std::sync::LazyLock;

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ContentHash};
use anteroom_content::manifest::Envelope;
use anteroom_content::play::books::{Books, Entry, Evidence, HourKey, HourTotal, LogKey, Page, Span, Standing};
use anteroom_content::play::chain_start;

use super::bulk::{Many, Value};
use super::packed::{Packer, unpack};
use super::{Db, DbError, DbResult, Tx, rollups, to_document};

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn standing((seq, chain): (i64, String)) -> DbResult<Standing> {
    let unreadable = |why: String| DbError::Unreadable { what: "play log", why };
    let chain = match chain.as_str() {
        "" => None,
        text => Some(ContentHash::parse(text).map_err(|error| unreadable(error.to_string()))?),
    };
    Ok(Standing { seq: u64::try_from(seq).map_err(|error| unreadable(error.to_string()))?, chain })
}

impl Books for Db {
    type Error = DbError;
    type Entry = Tx<'static>;

    async fn enter(&self) -> DbResult<Tx<'static>> {
        self.begin().await
    }

    async fn held(&self, box_id: &BoxId, log_epoch: u64) -> DbResult<Option<Standing>> {
        let found = row!(
            self,
            (i64, String),
            "select seq, chain from play_log where box = $1 and log_epoch = $2",
            box_id.as_str(),
            log_epoch.cast_signed()
        )?;
        found.map(standing).transpose()
    }
}

/// Begins logs that are new and holds all of them: on PostgreSQL another server may write at the same time.
static HOLD: LazyLock<Many> = LazyLock::new(|| {
    let after = "on conflict (box, log_epoch) do update set seq = play_log.seq";
    Many::new("insert into play_log (box, log_epoch, seq, chain) values", 4, after)
});
static STANDINGS: LazyLock<Many> = LazyLock::new(|| {
    let after = ") select l.box, l.log_epoch, l.seq, l.chain from asked
         join play_log l on l.box = asked.box and l.log_epoch = asked.log_epoch";
    Many::new("with asked (box, log_epoch) as (values", 2, after)
});
static ADD_BATCHES: LazyLock<Many> = LazyLock::new(|| {
    let columns = "box, log_epoch, first_seq, last_seq, received_at, envelope, packed";
    Many::new(&format!("insert into play_batch ({columns}) values"), 7, "")
});
static ADD_HOURS: LazyLock<Many> = LazyLock::new(|| {
    let before = "insert into play_hour
         (hour, screen, zone, item, item_version, plays, complete, shown_ms, planned_ms, lamp_ms, lit_ms) values";
    let after =
        "on conflict (hour, screen, zone, item, item_version) do update set plays = play_hour.plays + excluded.plays,
         complete = play_hour.complete + excluded.complete, shown_ms = play_hour.shown_ms + excluded.shown_ms,
         planned_ms = play_hour.planned_ms + excluded.planned_ms, lamp_ms = play_hour.lamp_ms + excluded.lamp_ms,
         lit_ms = play_hour.lit_ms + excluded.lit_ms";
    Many::new(before, 11, after)
});
static MOVE: LazyLock<Many> = LazyLock::new(|| {
    let after = "on conflict (box, log_epoch) do update set seq = excluded.seq, chain = excluded.chain";
    Many::new("insert into play_log (box, log_epoch, seq, chain) values", 4, after)
});

fn begun(log: &LogKey<'_>) -> Standing {
    Standing { seq: 0, chain: Some(chain_start(log.box_id, log.log_epoch)) }
}

fn log_row<'a>((log, now): (&LogKey<'a>, &Standing)) -> [Value<'a>; 4] {
    let chain = now.chain.map(|chain| chain.to_hex()).unwrap_or_default();
    let epoch = Value::Number(log.log_epoch.cast_signed());
    [Value::Lent(log.box_id.as_str()), epoch, Value::Number(number(now.seq)), Value::Made(chain)]
}

impl Entry for Tx<'_> {
    type Error = DbError;

    async fn hold(&mut self, logs: &[LogKey<'_>]) -> DbResult<Vec<Standing>> {
        if let Tx::Postgres(_) = self {
            // SQLite has one writer, which is this one.
            let rows: Vec<_> = logs.iter().map(|log| log_row((log, &begun(log)))).collect();
            HOLD.write(self, &rows).await?;
        }
        let asked = |log: &LogKey<'_>| (log.box_id.as_str().to_owned(), log.log_epoch.cast_signed());
        let row = |log: &LogKey<'_>| [Value::Made(asked(log).0), Value::Number(asked(log).1)];
        let rows: Vec<_> = logs.iter().map(row).collect();
        let found = STANDINGS.ask::<(String, i64, i64, String), 2>(self, &rows).await?;
        let mut held = HashMap::with_capacity(found.len());
        for (box_id, log_epoch, seq, chain) in found {
            held.insert((box_id, log_epoch), standing((seq, chain))?);
        }
        Ok(logs.iter().map(|log| held.get(&asked(log)).copied().unwrap_or_else(|| begun(log))).collect())
    }

    async fn forget(&mut self, log: LogKey<'_>) -> DbResult<()> {
        execute_in!(
            self,
            "delete from play_log where box = $1 and log_epoch = $2 and seq = 0",
            log.box_id.as_str(),
            log.log_epoch.cast_signed()
        )?;
        Ok(())
    }

    async fn write(&mut self, page: &Page<'_>) -> DbResult<()> {
        let mut rows = Vec::with_capacity(page.batches.len());
        let mut packer = Packer::new()?;
        for kept in &page.batches {
            rows.push([
                Value::Lent(kept.log.box_id.as_str()),
                Value::Number(kept.log.log_epoch.cast_signed()),
                Value::Number(number(kept.span.first_seq)),
                Value::Number(number(kept.span.last_seq)),
                Value::Number(kept.at.0),
                Value::Lent(""),
                Value::Packed(packer.pack(kept.envelope)?),
            ]);
        }
        ADD_BATCHES.write(self, &rows).await?;
        super::reach::add(self, &page.batches).await?;
        let hour = |(key, total): (&'_ HourKey, &HourTotal)| {
            let [plays, complete, shown_ms, planned_ms, lamp_ms, lit_ms] = rollups::numbers(total);
            let [screen, zone, item] =
                [key.screen.to_string(), key.zone.to_string(), key.item.to_string()].map(Value::Made);
            let version = Value::Number(i64::from(key.item_version));
            [
                Value::Number(key.hour),
                screen,
                zone,
                item,
                version,
                plays,
                complete,
                shown_ms,
                planned_ms,
                lamp_ms,
                lit_ms,
            ]
        };
        ADD_HOURS.write(self, &page.hours.iter().map(hour).collect::<Vec<_>>()).await?;
        rollups::add(self, &page.hours).await?;
        MOVE.write(self, &page.standings.iter().map(log_row).collect::<Vec<_>>()).await
    }

    async fn batch_with(&mut self, box_id: &BoxId, log_epoch: u64, seq: u64) -> DbResult<Option<Envelope>> {
        let found = row_in!(
            self,
            (String, Option<Vec<u8>>),
            "select envelope, packed from play_batch where box = $1 and log_epoch = $2 and first_seq <= $3 and last_seq >= $3
             order by first_seq desc limit 1",
            box_id.as_str(),
            log_epoch.cast_signed(),
            number(seq)
        )?;
        found.map(|(text, packed)| unpack(&text, packed.as_deref())).transpose()
    }

    async fn put_aside(&mut self, evidence: &Evidence<'_>) -> DbResult<bool> {
        let kept = execute_in!(
            self,
            "insert into play_quarantine (box, hash, log_epoch, first_seq, received_at, reason, envelope)
             select $1, $2, $3, $4, $5, $6, $7 where (select count(*) from play_quarantine q where q.box = $1) < $8
             or exists (select 1 from play_quarantine q where q.box = $1 and q.hash = $2)
             on conflict (box, hash) do update set received_at = play_quarantine.received_at",
            evidence.box_id.as_str(),
            ContentHash::of(evidence.envelope.body.as_bytes()).to_hex(),
            evidence.log_epoch.cast_signed(),
            number(evidence.first_seq),
            evidence.at.0,
            evidence.reason,
            to_document("batch", evidence.envelope)?,
            i64::from(evidence.kept_max)
        )?;
        Ok(kept > 0)
    }

    async fn add_gap(&mut self, box_id: &BoxId, log_epoch: u64, span: Span, at: Instant) -> DbResult<()> {
        execute_in!(
            self,
            "insert into play_gap (box, log_epoch, first_seq, last_seq, noticed_at) values ($1, $2, $3, $4, $5)",
            box_id.as_str(),
            log_epoch.cast_signed(),
            number(span.first_seq),
            number(span.last_seq),
            at.0
        )?;
        Ok(())
    }

    async fn save(&mut self) -> DbResult<()> {
        self.run("savepoint saved").await
    }

    async fn keep_saved(&mut self) -> DbResult<()> {
        self.run("release savepoint saved").await
    }

    async fn back_to_saved(&mut self) -> DbResult<()> {
        self.run("rollback to savepoint saved").await?;
        self.run("release savepoint saved").await
    }

    async fn commit(self) -> DbResult<()> {
        Tx::commit(self).await
    }
}

/// Evidence that could not be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// Whose.
    pub box_id: String,
    /// When it came.
    pub received_at: Instant,
    /// Why it was not counted.
    pub reason: String,
}

/// The newest evidence that could not be counted, at most `limit` pieces.
pub async fn set_aside(db: &Db, limit: u32) -> DbResult<Vec<Aside>> {
    let found = rows!(
        db,
        (String, i64, String),
        "select box, received_at, reason from play_quarantine order by received_at desc, box, first_seq limit $1",
        i64::from(limit)
    )?;
    let aside = |(box_id, received_at, reason)| Aside { box_id, received_at: Instant(received_at), reason };
    Ok(found.into_iter().map(aside).collect())
}

/// How many plays boxes no longer held when they were due: unproven, never filled in.
pub async fn plays_in_gaps(db: &Db) -> DbResult<i64> {
    let question = "select cast(coalesce(sum(last_seq - first_seq + 1), 0) as bigint) from play_gap";
    Ok(row!(db, (i64,), question)?.map_or(0, |(count,)| count))
}

#[cfg(test)]
pub(crate) mod asked {
    //! What tests ask of the books.

    use super::Db;

    /// Everything in the hourly totals: plays, complete ones, time on the glass.
    pub(crate) async fn total(db: &Db) -> (i64, i64, i64) {
        let found = row!(
            db,
            (i64, i64, i64),
            "select cast(coalesce(sum(plays), 0) as bigint), cast(coalesce(sum(complete), 0) as bigint),
             cast(coalesce(sum(shown_ms), 0) as bigint) from play_hour"
        );
        found.expect("asked").expect("a row")
    }

    /// Batches that are kept.
    pub(crate) async fn batches(db: &Db) -> i64 {
        row!(db, (i64,), "select count(*) from play_batch").expect("asked").expect("a row").0
    }

    /// Logs of which anything is held.
    pub(crate) async fn logs(db: &Db) -> i64 {
        row!(db, (i64,), "select count(*) from play_log").expect("asked").expect("a row").0
    }

    /// Lets SQLite have not one page more; false on the other engine, whose disk is its own.
    pub(crate) async fn fill_disk(db: &Db) -> bool {
        let Db::Sqlite { write, .. } = db else { return false };
        // A limit below the present size means the present size.
        sqlx::query("pragma max_page_count = 1").execute(write).await.expect("set");
        true
    }

    /// Gives SQLite room again.
    pub(crate) async fn make_room(db: &Db) {
        let Db::Sqlite { write, .. } = db else { return };
        sqlx::query("pragma max_page_count = 1000000").execute(write).await.expect("set");
    }
}
