//! The comparison itself: every server takes its connections in turn, all stand together, each tells everybody something in
//! turn, and at the end each hands out a file.

use std::time::{Duration, Instant};

use super::alone;
use super::arguments::Arguments;
use super::authority::Authority;
use super::download;
use super::floor::handshake_floor;
use super::ours::{Ours, fleet_arguments};
use super::peer::{Peer, SETTLE, Side, Taken, open_many_files};
use super::program::Program;
use super::table::{Column, Heading, print};
use super::tongue::Tongue;
use crate::fleet::figures::{Meter, Ports, Used};
use crate::fleet::{Network, kernel};
use crate::harness::Outcome;

/// Who takes connections beside us.
const PEERS: [(Program, Tongue); 2] = [(Program::Mosquitto, Tongue::Mqtt), (Program::NatsServer, Tongue::Nats)];
/// Rounds of pushes there must be: the first is told apart.
const ROUNDS_MIN: usize = 2;
/// Files a program needs besides its connections.
const FILES_BESIDES: u64 = 200;

/// Runs the whole comparison, and tells what it finds, the table last.
///
/// # Errors
/// When our side fails, or a peer that was started does.
pub fn run(arguments: &Arguments, mut tell: impl FnMut(&str)) -> Outcome<()> {
    let files = open_many_files()?;
    let players = usize::try_from(arguments.players)?;
    anyhow::ensure!(
        u64::from(arguments.players) + FILES_BESIDES <= files,
        "{players} connections need more than the {files} files a process may open here"
    );
    let heading = Heading { players, load: kernel::load(), floor: handshake_floor()? };
    tell(&format!("{players} connections to each server, load {}", heading.load));
    let columns = if players > 0 { side_by_side(arguments, players, &mut tell)? } else { Vec::new() };
    let transfer = (arguments.file_mib > 0).then(|| download::measure(arguments, &mut tell)).transpose()?;
    print(&heading, &columns, &mut tell);
    if let Some(transfer) = transfer {
        transfer.print(&mut tell);
    }
    if arguments.alone > 0 {
        alone::run(arguments, &mut tell)?;
    }
    tell(&format!("load at the end {}", kernel::load()));
    Ok(())
}

fn side_by_side(arguments: &Arguments, players: usize, tell: &mut impl FnMut(&str)) -> Outcome<Vec<Column>> {
    let ends_at = Instant::now() + Duration::from_secs(arguments.seconds);
    let folder = tempfile::tempdir()?;
    Authority::make(folder.path())?;
    let mut network = Network::rehearsed(players, usize::try_from(arguments.zones())?)?;
    let fleet = fleet_arguments(arguments.players, arguments.dialling, arguments.seconds);
    let ours = Ours::start(&fleet, &mut network)?;
    let meter = ours.meter()?;
    let mut sides: Vec<Box<dyn Side + '_>> = vec![Box::new(ours)];
    for (program, tongue) in PEERS {
        if program.path().is_none() {
            tell(&format!("{} is left out: apt-get install {}", program.name(), program.package()));
            continue;
        }
        sides.push(Box::new(Peer::start(program, tongue, folder.path(), (players, arguments.dialling))?));
    }
    let mut columns = sides.iter().map(|side| Column::begin(&**side)).collect::<Outcome<Vec<_>>>()?;
    let mut stage = Stage { sides, columns: &mut columns, players, ends_at };
    stage.dial(usize::from(arguments.slices), tell)?;
    stage.stand(Duration::from_secs(arguments.idle), tell)?;
    stage.push(usize::from(arguments.rounds), arguments.message_bytes, tell)?;
    let dropped = meter.used()?.dropped;
    if let Some(ours) = columns.first_mut() {
        ours.dropped = dropped;
    }
    if dropped > 0 {
        tell(&format!("{dropped} packets were dropped for want of room: our waits are longer than they should be"));
    }
    Ok(columns)
}

struct Stage<'a, 'b> {
    sides: Vec<Box<dyn Side + 'a>>,
    columns: &'b mut [Column],
    players: usize,
    ends_at: Instant,
}

impl Stage<'_, '_> {
    /// Every side in turn, which begins with another one each round.
    fn in_turn(
        &mut self,
        round: usize,
        mut deed: impl FnMut(&mut dyn Side, &mut Column) -> Outcome<()>,
    ) -> Outcome<()> {
        let count = self.sides.len().max(1);
        for n in 0..count {
            let at = (n + round) % count;
            if let (Some(side), Some(column)) = (self.sides.get_mut(at), self.columns.get_mut(at)) {
                deed(&mut **side, column)?;
            }
        }
        Ok(())
    }

    fn dial(&mut self, slices: usize, tell: &mut impl FnMut(&str)) -> Outcome<()> {
        let players = self.players;
        for slice in 0..slices {
            let (from, to) = (players * slice / slices, players * (slice + 1) / slices);
            anyhow::ensure!(
                Instant::now() < self.ends_at,
                "it takes too long to connect everybody: fewer players, or more --seconds"
            );
            self.in_turn(slice, |side, column| {
                let taken = side.dial(from, to - from)?;
                tell(&told_of("dial", &column.name, &taken));
                column.dials.push(taken);
                Ok(())
            })?;
        }
        std::thread::sleep(SETTLE);
        self.columns.iter_mut().try_for_each(Column::note_idle_memory)
    }

    /// Nobody says anything but that it lives, at all servers at the same time.
    fn stand(&mut self, how_long: Duration, tell: &mut impl FnMut(&str)) -> Outcome<()> {
        let meters = self
            .sides
            .iter()
            .map(|side| Meter::start(Some(side.pid()), Ports::default()))
            .collect::<Outcome<Vec<_>>>()?;
        std::thread::sleep(how_long);
        for (meter, column) in meters.iter().zip(self.columns.iter_mut()) {
            let used: Used = meter.used()?;
            tell(&format!("idle, {}: {:.1} % of a core", column.name, used.percent()));
            column.idle_percent = used.percent();
        }
        Ok(())
    }

    fn push(&mut self, rounds: usize, size_bytes: Option<usize>, tell: &mut impl FnMut(&str)) -> Outcome<()> {
        // Ours is first in the first round, so that the others can say as much.
        let mut manifest_bytes = None;
        for round in 0..rounds {
            // Two rounds make a table; a slow machine need not make all of them.
            if round >= ROUNDS_MIN && Instant::now() >= self.ends_at {
                tell(&format!("the time is over after {round} of {rounds} rounds of pushes"));
                break;
            }
            self.in_turn(round, |side, column| {
                let taken = side.push(size_bytes.or(manifest_bytes).unwrap_or_default())?;
                manifest_bytes = manifest_bytes.or(Some(taken.size_bytes));
                tell(&told_of(if round == 0 { "first push" } else { "push" }, &column.name, &taken));
                column.pushes.push(taken);
                Ok(())
            })?;
        }
        self.columns.iter_mut().try_for_each(Column::note_pushed_memory)
    }
}

fn told_of(what: &str, name: &str, taken: &Taken) -> String {
    let (told, ms) = (&taken.told, |us: u64| Duration::from_micros(us).as_secs_f64() * 1e3);
    let mut line = format!(
        "{what}, {name}: {} in {:.2} s; p50 {:.0} ms, p99 {:.0} ms; server {:.1} µs each",
        told.count,
        ms(told.wall_us) / 1e3,
        ms(told.p50_us),
        ms(told.p99_us),
        taken.used.micros_each(told.count)
    );
    if taken.used.dropped + taken.used.dropped_at_boxes > 0 {
        line = format!("{line}; {}", taken.used.losses());
    }
    if told.failed > 0 || told.broken > 0 || told.forged > 0 {
        let (failed, broken, forged) = (told.failed, told.broken, told.forged);
        line = format!("{line}; {failed} tries failed, {broken} broke, {forged} forged: {}", told.last_failure);
    }
    line
}
