//! A programme made in the console is seen on glass, counted once, and reported.

use std::time::Duration;

use anteroom_content::clock::{Clock as _, Offsets, System};
use anteroom_content::play::Print;
use anyhow::Context as _;

use crate::harness::{Colour, Outcome, Ward, until};

#[test]
fn a_playlist_made_in_the_console_is_seen_counted_once_and_reported() -> Outcome<()> {
    let ward = Ward::open()?;
    let red = ward.approved_colour("红色", Colour::RED)?;
    let green = ward.approved_colour("绿色", Colour::GREEN)?;
    ward.air("Z14", &[(&red, 3), (&green, 3)])?;
    let player = ward.player("one", "Z14-1", (640, 360))?;
    let both = [Colour::RED, Colour::GREEN];
    player.shows("the first colour on the glass", Duration::from_secs(40), |glass| glass.shows(&both).is_some())?;
    let first = player.glass()?.shows(&both);
    player.shows("the other colour in its turn", Duration::from_secs(8), |glass| {
        glass.shows(&both).is_some_and(|colour| Some(colour) != first)
    })?;

    until("three plays of each in the report", Duration::from_mins(1), || {
        let report = ward.report()?;
        Ok(report.of_item(&red).plays >= 3 && report.of_item(&green).plays >= 3)
    })?;
    ward.counts_every_play_once(&player, "Z14-1")?;
    // A red card looks the same whenever it is shown; its first showing may have been cut short.
    let looks = looks_of(&ward, &red)?;
    let alike = |print: &Print| looks.iter().filter(|other| print.differs(**other) <= 2).count();
    anyhow::ensure!(looks.iter().any(|print| alike(print) >= 2), "{looks:?}");

    // A box that knows no earlier programme plays the coming one until that takes over, so what is compared is how both go on
    // from there.
    until("the programme has taken over", Duration::from_mins(1), || Ok(planned_and_played(&ward, &red)?.0 > 0))?;
    let first = planned_and_played(&ward, &red)?;
    anyhow::ensure!(first.1 >= 3, "planned and played at first: {first:?}");
    until("three more plays, planned and played alike", Duration::from_mins(1), || {
        let now = planned_and_played(&ward, &red)?;
        let (planned, shown) = (now.0.saturating_sub(first.0), now.1.saturating_sub(first.1));
        // The showing that runs is planned and not played to its end; another may be on its way at both readings.
        Ok(shown >= 3 && planned.abs_diff(shown) <= 2)
    })?;
    let page = ward.maker.get("/report/planned?place=Z14")?.ok()?;
    anyhow::ensure!(page.text.contains(&red) && page.text.contains("planned-table"), "{}", page.text);
    Ok(())
}

/// How an item looked in each of its plays: a stage that presented frames says so in every one of them.
fn looks_of(ward: &Ward, item: &str) -> Outcome<Vec<Print>> {
    ward.hospital.export_evidence()?;
    let mut looks = Vec::new();
    for play in ward.hospital.exported_plays()?.into_iter().filter(|play| play.item.as_str() == item) {
        let proof = play.proof.with_context(|| format!("play {} proves nothing", play.seq))?;
        anyhow::ensure!(proof.frames > 0, "play {} was presented in no frame", play.seq);
        looks.extend(proof.print);
    }
    Ok(looks)
}

/// Plays of an item that were planned for a screen and that its box proved, over the days that now may be anywhere.
fn planned_and_played(ward: &Ward, item: &str) -> Outcome<(u64, u64)> {
    let today = Offsets::fixed("UTC", 0).date(System.now());
    let mut sums = (0, 0);
    for date in [today.yesterday()?, today, today.tomorrow()?] {
        let page = ward.maker.get(&format!("/report/planned.csv?date={date}&place=Z14"))?.ok()?;
        for line in page.text.lines() {
            let cells: Vec<&str> = line.split(',').map(|cell| cell.trim_matches('"')).collect();
            if let [screen, _, one, _, planned, _, played, ..] = cells.as_slice()
                && (*screen, *one) == ("Z14-1", item)
            {
                sums.0 += planned.parse::<u64>()?;
                sums.1 += played.parse::<u64>()?;
            }
        }
    }
    Ok(sums)
}

#[test]
fn a_publication_taken_back_is_gone_from_the_glass() -> Outcome<()> {
    let ward = Ward::open()?;
    let red = ward.approved_colour("红色", Colour::RED)?;
    let blue = ward.approved_colour("蓝色", Colour::BLUE)?;
    let list = ward.air("Z14", &[(&red, 2)])?;
    let player = ward.player("one", "Z14-1", (320, 180))?;
    player.shows("red", Duration::from_secs(40), |glass| glass.shows(&[Colour::RED]).is_some())?;
    ward.change_playlist(&list, &[(&blue, 2)])?;
    ward.publish()?;
    // A programme takes over where the item before it ends, and the demo's longest stand for half a minute.
    player.shows("blue after publishing", Duration::from_mins(1), |glass| glass.shows(&[Colour::BLUE]).is_some())?;
    ward.undo()?;
    player.shows("red again after taking it back", Duration::from_mins(1), |glass| {
        glass.shows(&[Colour::RED]).is_some()
    })?;
    Ok(())
}

#[test]
fn an_upload_waits_for_a_second_person() -> Outcome<()> {
    let ward = Ward::open()?;
    let item = ward.uploaded_colour("待审", Colour::MAGENTA)?;
    let refused = ward.maker.send(&ward.approval_path(&item), &[])?;
    assert!(refused.status >= 400, "the maker approved an upload of his own: {}", refused.text);
    ward.approve(&item)?;
    Ok(())
}
