//! Batches that came before it was noted when they were on which screens: noted once, at the first start that can.

use anteroom_content::play::Batch;
use anteroom_content::play::books::{self, Kept, LogKey};

use crate::db::{DbError, DbResult, facts, reach};
use crate::state::State;

/// The fact that says it is done.
const DONE: &str = "play-reach";
/// Batches noted in one transaction.
const PAGE: u32 = 500;

/// Notes when every batch was on which screens, unless that was done. A crash in between costs the work once more.
///
/// # Errors
/// When the books cannot be read or written.
pub async fn note_reach(state: &State) -> DbResult<()> {
    let db = &state.db;
    if facts::fact(db, DONE).await?.is_some() {
        return Ok(());
    }
    let mut place = (String::new(), i64::MIN, i64::MIN);
    loop {
        let page = reach::batches_behind(db, &place, PAGE).await?;
        let Some(last) = page.last() else { break };
        let seq = i64::try_from(last.span.first_seq).unwrap_or(i64::MAX);
        place = (last.box_id.to_string(), last.log_epoch.cast_signed(), seq);
        let mut kept = Vec::with_capacity(page.len());
        for batch in &page {
            let unreadable = |why: String| DbError::Unreadable { what: "batch", why };
            let read: Batch =
                serde_json::from_str(&batch.envelope.body).map_err(|error| unreadable(error.to_string()))?;
            let (mut plays, _) = read.read().map_err(|error| unreadable(error.to_string()))?;
            plays.retain(|play| play.seq >= batch.span.first_seq);
            let log = LogKey { box_id: &batch.box_id, log_epoch: batch.log_epoch };
            let reach = books::reach(&plays, batch.received_at);
            kept.push(Kept { log, span: batch.span, envelope: &batch.envelope, at: batch.received_at, reach });
        }
        let mut tx = db.begin().await?;
        reach::add(&mut tx, &kept).await?;
        tx.commit().await?;
    }
    facts::set_fact(db, DONE, "noted").await
}
