//! The phases of a run: all come, all stand, all are told, some send plays, the server falls and all come back.

use std::ops::Range;
use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

use anteroom_content::clock::{Clock as _, System};
use anyhow::Context as _;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::arguments::Arguments;
use super::dial::Dial;
use super::figures::{Meter, Ports, Spread, Used};
use super::identity::Identity;
use super::kernel;
use super::network::Network;
use super::player::{ORDERS_MAX, Order, Player};
use super::report::{Phase, Plays, Push, Report};
use super::shared::{Facts, Manners, Shared};
use super::troublemakers::Troublemakers;
use crate::harness::{Outcome, until, until_some};

/// Threads the players share: as many as the machine of the targets has processors.
const THREADS: usize = 2;
/// Quiet before a phase is measured, so that answers to the one before are not counted in it.
const SETTLE: Duration = Duration::from_secs(2);
/// How often players beat when the server is to fall: whoever says nothing does not notice.
const FALL_BEAT: Duration = Duration::from_secs(1);
/// How long players may take to end when nobody is left to tell them anything.
const END_LIMIT: Duration = Duration::from_secs(5);
/// How often somebody looks for the first receipt of a push.
const FIRST_LOOK: Duration = Duration::from_millis(1);

/// Runs every phase that was asked for, and tells each as it ends.
///
/// # Errors
/// When a phase does not end in time.
pub fn run(arguments: &Arguments, network: &mut Network, mut tell: impl FnMut(&str)) -> Outcome<Report> {
    let mut run = Run::start(arguments, &mut *network)?;
    tell(&format!("{} players, load {}", run.orders.len(), kernel::load()));
    run.storm()?;
    tell(&format!("all come: {}", run.report.storm.as_ref().map(ToString::to_string).unwrap_or_default()));
    run.idle()?;
    tell(&format!(
        "memory: {:.1} KiB a box; before them {} MiB",
        run.report.idle_kib_each,
        run.report.before_kib / 1_024
    ));
    tell(&format!("all stand: {}", run.report.idle.as_ref().map(ToString::to_string).unwrap_or_default()));
    if arguments.time {
        tell(&format!("{} were told the time meanwhile", run.report.times_told));
    }
    if let Some(beating) = &run.report.beating {
        tell(&format!("all beat every {} s: {beating}", arguments.beat));
    }
    let troublemakers = run.let_loose();
    if run.network.has_console() {
        for n in 0..arguments.pushes {
            let push = run.push(n)?;
            tell(&format!("push {}: {push}", n + 1));
            run.report.pushes.push(push);
        }
        run.report.pushed_kib_each = run.kib_each()?;
        tell(&format!("memory: {:.1} KiB a box after that", run.report.pushed_kib_each));
    }
    if arguments.writers > 0 {
        let plays = run.plays()?;
        tell(&format!("plays: {plays}"));
        run.report.plays = Some(plays);
    }
    if let Some(troublemakers) = troublemakers {
        let (slow, deeds, turned_away) = troublemakers.count();
        tell(&format!(
            "meanwhile {slow} boxes were let in that never listened, and of {deeds} hostile deeds {turned_away} ended with the door"
        ));
        anyhow::ensure!(run.facts().broken == 0, "boxes that did nothing wrong lost their links");
        run.report.misdeeds = (deeds, turned_away);
    }
    if arguments.fall && run.fall()? {
        tell(&format!("the server fell: {}", run.report.fallen.as_ref().map(ToString::to_string).unwrap_or_default()));
    }
    if arguments.restart && run.restart()? {
        tell(&format!("all come back: {}", run.report.again.as_ref().map(ToString::to_string).unwrap_or_default()));
    }
    if arguments.kills > 0 {
        run.stay_awake()?;
    }
    for n in 1..=arguments.kills {
        run.kill_once().with_context(|| format!("the {n}. time the server was killed"))?;
        if n % 10 == 0 || n == arguments.kills {
            tell(&format!("killed {n} times: {} plays acknowledged, as many counted", run.report.acknowledged));
        }
    }
    let report = run.end()?;
    if arguments.kills > 0
        && let Some(plays) = report.counted
    {
        network.verify_evidence(plays)?;
        tell(&format!("{plays} plays proven by their evidence"));
    }
    let counted = report.counted.map_or_else(|| "not told".to_owned(), |counted| counted.to_string());
    tell(&format!("plays acknowledged {}, counted {counted}", report.acknowledged));
    tell(&format!("{} links broke, {} signatures were wrong; load {}", report.broken, report.forged, kernel::load()));
    Ok(report)
}

/// A run under way.
pub struct Run<'a> {
    arguments: &'a Arguments,
    network: &'a mut Network,
    runtime: Runtime,
    shared: Arc<Shared>,
    orders: Vec<mpsc::Sender<Order>>,
    /// Boxes that are to behave badly.
    others: Vec<Identity>,
    ports: Ports,
    ends_at: Instant,
    report: Report,
}

impl<'a> Run<'a> {
    /// Has every player wait for its first order.
    ///
    /// # Errors
    /// When the players' sockets cannot be had.
    pub fn start(arguments: &'a Arguments, network: &'a mut Network) -> Outcome<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build()?;
        let inside = runtime.enter();
        let authority = network.boxes.first().context("no boxes")?.authority_pem.clone();
        let dial = Dial::new(network.link, &authority, network.boxes.len())?;
        let ports = Ports { server: vec![network.link.port()], boxes: dial.ports() };
        let manners =
            Manners { answers: !arguments.silent, check_one_in: arguments.check_one_in, ask_time: arguments.time };
        let shared = Shared::new(dial, arguments.dialling, arguments.in_flight, manners);
        let shared = Arc::new(shared);
        let mut epoch = [0; 8];
        getrandom::fill(&mut epoch).map_err(|error| anyhow::anyhow!("no chance to be had: {error}"))?;
        let mut orders = Vec::with_capacity(network.boxes.len());
        let mut boxes = std::mem::take(&mut network.boxes);
        let others = boxes.split_off(boxes.len().min(usize::try_from(arguments.players)?));
        for (n, identity) in boxes.into_iter().enumerate() {
            let (order, told) = mpsc::channel(ORDERS_MAX);
            let player = Player::new(n, identity, Arc::clone(&shared), told, u64::from_le_bytes(epoch));
            runtime.spawn(player.run());
            orders.push(order);
        }
        let before_kib = network.pid.map(kernel::resident_kib).transpose()?.unwrap_or_default();
        let report = Report { players: orders.len(), before_kib, ..Report::default() };
        let ends_at = Instant::now() + Duration::from_secs(arguments.seconds);
        drop(inside);
        Ok(Self { arguments, network, runtime, shared, orders, others, ports, ends_at, report })
    }

    /// Begins to measure the server and the sockets of both sides.
    ///
    /// # Errors
    /// When the kernel does not tell.
    pub(crate) fn meter(&self) -> Outcome<Meter> {
        Meter::start(self.network.pid, self.ports.clone())
    }

    /// How many players there are.
    pub(super) const fn players(&self) -> usize {
        self.orders.len()
    }

    /// The server under load.
    pub(super) const fn network(&mut self) -> &mut Network {
        self.network
    }

    /// What happened.
    pub(super) fn facts(&self) -> MutexGuard<'_, Facts> {
        self.shared.facts()
    }

    /// Lets writers send what they have written.
    pub(super) fn let_send(&self, writers: usize) {
        self.shared.plays_ready.add_permits(writers);
    }

    /// Notes plays as acknowledged; tells how many are in all.
    pub(super) const fn acknowledge(&mut self, plays: u64) -> u64 {
        self.report.acknowledged += plays;
        self.report.acknowledged
    }

    pub(super) fn order(&self, count: usize, order: &Order) -> Outcome<()> {
        for player in self.orders.iter().take(count) {
            player.try_send(order.clone()).context("a player does not do what it is told")?;
        }
        Ok(())
    }

    /// Waits until the facts say so, as long as the run may last.
    pub(super) fn until(&self, what: &str, is_so: impl Fn(&Facts) -> bool) -> Outcome<()> {
        let left = self.ends_at.saturating_duration_since(Instant::now());
        until(what, left, || Ok(is_so(&self.shared.facts()))).map(drop).with_context(|| {
            let facts = self.shared.facts();
            format!("{} online, {} failed, {} broken: {}", facts.online, facts.failed, facts.broken, facts.last_failure)
        })
    }

    fn stand(&self, how_long: Duration) {
        // Nothing is to happen: there is no fact to wait for.
        std::thread::sleep(how_long.min(self.ends_at.saturating_duration_since(Instant::now())));
    }

    fn kib_each(&self) -> Outcome<f64> {
        let now = self.network.pid.map(kernel::resident_kib).transpose()?.unwrap_or_default();
        let more = u32::try_from(now.saturating_sub(self.report.before_kib)).unwrap_or(u32::MAX);
        Ok(f64::from(more) / f64::from(u32::try_from(self.orders.len().max(1))?))
    }

    fn all_dial(&mut self) -> Outcome<Phase> {
        self.dial(0..self.orders.len())
    }

    /// Has some players dial; those before them are online already.
    ///
    /// # Errors
    /// When they are not all online in time.
    pub(crate) fn dial(&mut self, players: Range<usize>) -> Outcome<Phase> {
        let (meter, wanted) = (self.meter()?, players.end);
        for player in self.orders.get(players).unwrap_or_default() {
            player.try_send(Order::Dial).context("a player does not do what it is told")?;
        }
        self.until("every player to be online", |facts| facts.online >= wanted)?;
        let used = meter.used()?;
        let mut facts = self.shared.facts();
        let phase = Phase::of(used, &mut facts);
        drop(facts);
        self.report.newest_version = self.report.newest_version.max(phase.oldest_version);
        Ok(phase)
    }

    fn storm(&mut self) -> Outcome<()> {
        self.report.storm = Some(self.all_dial()?);
        self.stand(SETTLE);
        self.report.idle_kib_each = self.kib_each()?;
        Ok(())
    }

    fn idle(&mut self) -> Outcome<()> {
        self.shared.facts().times_told = 0;
        self.report.idle = Some(self.standing()?);
        self.report.times_told = self.shared.facts().times_told;
        if self.arguments.beat > 0 {
            self.order(self.orders.len(), &Order::Beat(Duration::from_secs(self.arguments.beat)))?;
            self.stand(Duration::from_secs(self.arguments.beat));
            self.report.beating = Some(self.standing()?);
        }
        Ok(())
    }

    /// Boxes that behave badly begin, if any were asked for.
    fn let_loose(&mut self) -> Option<Troublemakers> {
        let _inside = self.runtime.enter();
        let others = std::mem::take(&mut self.others);
        let slow = usize::try_from(self.arguments.slow).unwrap_or(usize::MAX);
        (!others.is_empty()).then(|| Troublemakers::begin(others, slow, &self.shared, self.network.link))
    }

    fn standing(&self) -> Outcome<Phase> {
        let meter = self.meter()?;
        self.stand(Duration::from_secs(self.arguments.idle));
        Ok(Phase { used: meter.used()?, ..Phase::default() })
    }

    /// Tells every zone something new, the `n`th time.
    ///
    /// # Errors
    /// When it does not reach every player in time.
    pub(crate) fn push(&mut self, n: usize) -> Outcome<Push> {
        self.shared.facts().receipts.clear();
        let (clicked, clicked_at) = (Instant::now(), System.now());
        let meter = std::thread::scope(|scope| {
            let click = std::thread::Builder::new().name("console".to_owned());
            let click = click.spawn_scoped(scope, || self.network.change_every_zone(n))?;
            let first = until_some("the first receipt", self.ends_at.saturating_duration_since(clicked), || {
                std::thread::park_timeout(FIRST_LOOK);
                let is_there = !self.shared.facts().receipts.is_empty();
                anyhow::ensure!(is_there || !click.is_finished() || self.shared.facts().online > 0, "nobody is told");
                is_there.then(|| self.meter()).transpose()
            });
            click.join().map_err(|_| anyhow::anyhow!("the console fell"))??;
            first.map(|(meter, _)| meter)
        })?;
        self.until("every player to be told", |facts| facts.receipts.len() >= self.orders.len())?;
        let receipts = std::mem::take(&mut self.shared.facts().receipts);
        let newest = receipts.iter().map(|(version, _, _)| *version).max();
        self.report.newest_version = self.report.newest_version.max(newest.unwrap_or_default());
        let (first, last) = (receipts.iter().map(|(_, at, _)| *at).min(), receipts.iter().map(|(_, at, _)| *at).max());
        self.stand(SETTLE);
        let used = meter.used()?;
        let committed = self.network.meter("anteroom_publication_committed_ms")?;
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit a whole number of a double")]
        let after_ms = committed.map(|ms| (ms as i64).saturating_sub(clicked_at.0));
        let commit = after_ms.and_then(|ms| Some(clicked + Duration::from_millis(u64::try_from(ms).ok()?)));
        let since = commit.or(first).unwrap_or(clicked);
        Ok(Push {
            used,
            size_bytes: receipts.iter().map(|(_, _, size)| *size).max().unwrap_or_default(),
            receipts: Spread::of(receipts.iter().map(|(_, at, _)| at.saturating_duration_since(since)).collect()),
            from_click_ms: last.map_or(0, |last| last.saturating_duration_since(clicked).as_millis()),
            is_commit_known: commit.is_some(),
        })
    }

    /// Has plays written, so that sending alone is measured; tells how many write and how many batches there are.
    pub(super) fn write(&self) -> Outcome<(usize, usize)> {
        let writers = self.arguments.writers.min(self.orders.len());
        let (batches, plays) = (self.arguments.batches, self.arguments.plays);
        self.order(writers, &Order::Plays { batches, plays })?;
        self.until("every play to be written", |facts| facts.written >= writers)?;
        self.shared.facts().written = 0;
        Ok((writers, writers * usize::try_from(batches)?))
    }

    fn plays(&mut self) -> Outcome<Plays> {
        let (writers, batches) = self.write()?;
        let (meter, began) = (self.meter()?, Instant::now());
        self.shared.plays_ready.add_permits(writers);
        self.until("every play to be acknowledged", |facts| facts.acks.len() >= batches)?;
        let mut used = meter.used()?;
        let mut facts = self.shared.facts();
        let acks = std::mem::take(&mut facts.acks);
        used.wall = facts.last_ack.map_or(used.wall, |last| last.saturating_duration_since(began));
        drop(facts);
        let acknowledged = acks.iter().map(|(_, plays)| plays).sum();
        self.report.acknowledged += acknowledged;
        Ok(Plays { used, acknowledged, acks: Spread::of(acks.into_iter().map(|(took, _)| took).collect()) })
    }

    /// Kills the server while plays are on their way, and waits until everybody found that out, came back, and had the rest
    /// of its plays acknowledged.
    fn fall(&mut self) -> Outcome<bool> {
        self.order(self.orders.len(), &Order::Beat(FALL_BEAT))?;
        let (writers, batches) = self.write()?;
        self.shared.facts().dials.clear();
        self.shared.plays_ready.add_permits(writers);
        self.until("the first plays to be acknowledged", |facts| facts.acks.len() * 4 >= batches)?;
        if !self.network.restart()? {
            return Ok(false);
        }
        let meter = self.meter()?;
        let players = self.orders.len();
        self.until("everybody to come back", |facts| facts.dials.len() >= players && facts.online >= players)?;
        self.until("every play to be acknowledged", |facts| facts.acks.len() >= batches)?;
        let used = meter.used()?;
        let mut facts = self.shared.facts();
        self.report.acknowledged += std::mem::take(&mut facts.acks).iter().map(|(_, plays)| plays).sum::<u64>();
        self.report.fallen = Some(Phase::of(used, &mut facts));
        Ok(true)
    }

    fn restart(&mut self) -> Outcome<bool> {
        self.order(self.orders.len(), &Order::HangUp)?;
        self.until("every player to hang up", |facts| facts.online == 0)?;
        if !self.network.restart()? {
            return Ok(false);
        }
        self.report.again = Some(self.all_dial()?);
        Ok(true)
    }

    /// Ends the run: everybody hangs up.
    ///
    /// # Errors
    /// When the server does not tell how many plays it has counted.
    pub fn end(mut self) -> Outcome<Report> {
        self.report.counted = self.network.has_console().then(|| self.network.plays_counted()).transpose()?;
        let facts = self.shared.facts();
        self.report.forged = facts.forged;
        self.report.broken = facts.broken;
        drop(facts);
        self.runtime.block_on(self.shared.dial.hang_up());
        // Nobody is left to be told anything; a task that waits for something else is not waited for.
        self.runtime.shutdown_timeout(END_LIMIT);
        Ok(self.report)
    }
}

impl Phase {
    /// Takes what happened to those who dialled.
    fn of(used: Used, facts: &mut Facts) -> Self {
        let dials = std::mem::take(&mut facts.dials);
        Self {
            used,
            oldest_version: dials.iter().map(|(_, version)| *version).min().unwrap_or_default(),
            waits: Spread::of(dials.into_iter().map(|(took, _)| took).collect()),
            failed: std::mem::take(&mut facts.failed),
            last_failure: std::mem::take(&mut facts.last_failure),
        }
    }
}
