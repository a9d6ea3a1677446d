//! How fast batches are taken, and what that is made of.

use std::time::Instant;

use anteroom_content::clock::{Clock as _, System};
use anteroom_content::play::books::{Books as _, Entry as _, Kept, LogKey, Page, Span, receive_group};

use super::house::{House, PLAY_MS, hours_ago};
use super::real;
use crate::fleet::kernel;
use crate::harness::Outcome;

/// Measures.
///
/// # Errors
/// When a play is lost or doubled.
pub(super) async fn measure(
    house: &House,
    (boxes, batches, plays): (u32, u32, u64),
    group: usize,
    tell: &mut impl FnMut(&str),
) -> Outcome<()> {
    let mut writers = house.pair(boxes).await?;
    let mut envelopes = Vec::new();
    for n in 0..batches {
        let from = hours_ago(3).plus_ms(PLAY_MS * i64::from(n) * i64::try_from(plays)?);
        for (place, writer) in writers.iter_mut().enumerate() {
            envelopes.push((place, writer.seal(from, plays)?));
        }
    }
    let (count, size) = (envelopes.len(), envelopes.iter().map(|(_, envelope)| envelope.body.len()).sum::<usize>());
    let each = |began: Instant| began.elapsed().as_secs_f64() * 1e6 / real(count);
    tell(&format!(
        "{count} batches of {plays} plays, {} bytes each, {group} in a commit; load {}",
        size / count.max(1),
        kernel::load()
    ));

    let began = Instant::now();
    let mut opened = Vec::with_capacity(count);
    for (place, envelope) in envelopes {
        let Some(writer) = writers.get(place) else { continue };
        opened.push(writer.open(envelope, System.now())?);
    }
    tell(&format!("signature and text: {:.0} µs a batch", each(began)));

    let (began, before) = (Instant::now(), kernel::processor_time(std::process::id())?);
    let mut held = 0_u64;
    for group in opened.chunks(group.max(1)) {
        for verdict in receive_group(&house.db, group).await? {
            held += u64::from(verdict?.aside.is_none());
        }
    }
    let processor = kernel::processor_time(std::process::id())?.saturating_sub(before);
    let (took, wall) = (each(began), began.elapsed().as_secs_f64());
    anyhow::ensure!(held == u64::try_from(count)?, "{held} of {count} batches are held");
    let rate = real(count) * real(plays) / wall;
    let micros = processor.as_secs_f64() * 1e6 / real(count);
    tell(&format!(
        "taken, with chain, totals, reach and commit: {took:.0} µs a batch ({micros:.0} µs of processor time): {rate:.0} plays/s"
    ));

    // The same bytes, and nothing else: what no books can be faster than.
    let began = Instant::now();
    for group in opened.chunks(group.max(1)) {
        let mut entry = house.db.enter().await?;
        let page = Page { batches: group.iter().map(bare).collect(), ..Page::default() };
        entry.write(&page).await?;
        entry.commit().await?;
    }
    let rate = real(count) * real(plays) / began.elapsed().as_secs_f64();
    tell(&format!("the bare ceiling, the same bytes into one table: {:.0} µs a batch: {rate:.0} plays/s", each(began)));
    Ok(())
}

/// A batch as it came, in another log.
fn bare(opened: &anteroom_content::play::books::Opened) -> Kept<'_> {
    let first_seq = opened.batch.first_seq;
    let last_seq = first_seq + u64::try_from(opened.batch.plays.len()).unwrap_or(1) - 1;
    Kept {
        log: LogKey { box_id: &opened.box_id, log_epoch: opened.batch.log_epoch + 1 },
        span: Span { first_seq, last_seq },
        envelope: &opened.envelope,
        at: opened.at,
        reach: Vec::new(),
    }
}
