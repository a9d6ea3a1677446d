//! What a day of plays takes on the disk.

use std::time::Instant;

use anteroom_content::play::books::receive_group;

use super::house::{House, PLAY_MS, hours_ago};
use super::real;
use crate::harness::Outcome;

/// Screens of the largest network.
pub(super) const NETWORK: u32 = 32_800;
/// Plays of one screen in a day.
const PLAYS_OF_DAY: u64 = 8_640;
/// Batches in a commit.
const GROUP: usize = 400;

/// Measures.
///
/// # Errors
/// When a play is lost or doubled.
pub(super) async fn measure(house: House, screens: u32, plays: u64, tell: &mut impl FnMut(&str)) -> Outcome<()> {
    let mut writers = house.pair(screens).await?;
    let began = Instant::now();
    let (mut waiting, mut held) = (Vec::new(), 0_u64);
    let rounds = PLAYS_OF_DAY / plays;
    for n in 0..rounds {
        let from = hours_ago(25).plus_ms(PLAY_MS * i64::try_from(n * plays)?);
        for writer in &mut writers {
            let envelope = writer.seal(from, plays)?;
            // It comes when its last play has ended.
            let opened = writer.open(envelope, from.plus_ms(PLAY_MS * i64::try_from(plays)?))?;
            waiting.push(opened);
            if waiting.len() == GROUP {
                held += taken(&house, &mut waiting).await?;
            }
        }
    }
    held += taken(&house, &mut waiting).await?;
    let wall = began.elapsed();
    let all = rounds * u64::from(screens);
    anyhow::ensure!(held == all, "{held} of {all} batches are held");
    let (_folder, size) = house.close().await?;
    let Some(size) = size else { return Ok(()) };
    let count = all * plays;
    let each = real(u32::try_from(size / 1_024)?) * 1_024.0 / real(count);
    let network = each * real(PLAYS_OF_DAY) * real(NETWORK) / 1e9;
    tell(&format!(
        "a day of {screens} screens (1:{} of {NETWORK}), {plays} plays a batch: {count} plays in {:.0} s, {:.0} MiB: {each:.0} bytes a play; \
         the whole network: {network:.0} GB a day",
        NETWORK / screens.max(1),
        wall.as_secs_f64(),
        real(u32::try_from(size / 1_024)?) / 1_024.0
    ));
    Ok(())
}

async fn taken(house: &House, waiting: &mut Vec<anteroom_content::play::books::Opened>) -> Outcome<u64> {
    let mut held = 0;
    for verdict in receive_group(&house.db, waiting).await? {
        held += u64::from(verdict?.aside.is_none());
    }
    waiting.clear();
    Ok(held)
}
