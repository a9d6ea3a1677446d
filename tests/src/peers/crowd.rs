//! The clients of one peer, in a process of their own: reads orders from its input, a line each, and answers with a line.

use std::io::{BufRead as _, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;

use super::arguments::CrowdArguments;
use super::authority::{Authority, Badge};
use super::client::{Facts, Link, Shared, connect, live, message};
use super::orders::{Order, Told};
use crate::fleet::figures::Spread;
use crate::harness::{Outcome, until};

/// Threads the clients share: as many as our players have.
const THREADS: usize = 2;
/// So many clients have dialled by then, or will not any more.
pub(super) const DIAL_LIMIT: Duration = Duration::from_mins(2);
/// A message has come by then, or is lost.
pub(super) const PUSH_LIMIT: Duration = Duration::from_secs(30);

/// Does what it is told until its input ends.
///
/// # Errors
/// When it cannot begin, or its output is closed.
pub fn run(arguments: &CrowdArguments) -> Outcome<()> {
    super::peer::open_many_files()?;
    let mut crowd = Crowd::gather(arguments)?;
    answer(&Told::default())?;
    for line in std::io::stdin().lock().lines() {
        answer(&match serde_json::from_str(&line?)? {
            Order::Dial { from, count } => crowd.dial(from, count),
            Order::Push { size_bytes } => crowd.push(size_bytes)?,
        })?;
    }
    Ok(())
}

fn answer(told: &Told) -> Outcome<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(told)?)?;
    Ok(out.flush()?)
}

struct Crowd {
    runtime: Runtime,
    shared: Arc<Shared>,
    badges: Vec<Arc<Badge>>,
    key: SigningKey,
    online: usize,
    publisher: Option<Link>,
}

impl Crowd {
    fn gather(arguments: &CrowdArguments) -> Outcome<Self> {
        let mut chance = [0; 32];
        getrandom::fill(&mut chance).map_err(|error| anyhow::anyhow!("no chance to be had: {error}"))?;
        let key = SigningKey::from_bytes(&chance);
        let shared = Shared {
            tongue: arguments.tongue,
            address: arguments.address,
            authority: Authority::open(&arguments.folder)?,
            verifying_key: key.verifying_key(),
            dialling: Semaphore::new(arguments.dialling),
            facts: std::sync::Mutex::default(),
        };
        // Made beforehand, and one for who publishes.
        let badge = |n| Ok(Arc::new(shared.authority.badge(&format!("box-{n}"))?));
        let badges = (0..=arguments.count).map(badge).collect::<Outcome<_>>()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build()?;
        Ok(Self { runtime, shared: Arc::new(shared), badges, key, online: 0, publisher: None })
    }

    fn dial(&mut self, from: usize, count: usize) -> Told {
        let began = Instant::now();
        for (n, badge) in self.badges.iter().enumerate().skip(from).take(count) {
            self.runtime.spawn(live(Arc::clone(&self.shared), n, Arc::clone(badge)));
        }
        let done = |facts: &Facts| facts.dials.len() + facts.lost >= count;
        // Who is late is told by the count.
        let _ = until("everybody to dial", DIAL_LIMIT, || Ok(done(&self.shared.facts())));
        let wall = began.elapsed();
        let mut facts = self.shared.facts();
        facts.lost = 0;
        let told = Told::of(&Spread::of(std::mem::take(&mut facts.dials)), wall);
        self.online += told.count;
        told.with(&mut facts)
    }

    fn push(&mut self, size_bytes: usize) -> Outcome<Told> {
        let publisher = match &mut self.publisher {
            Some(publisher) => publisher,
            none => none.insert(self.runtime.block_on(publisher(&self.shared, &self.badges))?),
        };
        let words = self.shared.tongue.publish(&message(&self.key, size_bytes));
        self.shared.facts().receipts.clear();
        let began = Instant::now();
        self.runtime.block_on(publisher.say(&words))?;
        let wanted = self.online;
        let _ = until("everybody to hear", PUSH_LIMIT, || Ok(self.shared.facts().receipts.len() >= wanted));
        let mut facts = self.shared.facts();
        let receipts = std::mem::take(&mut facts.receipts);
        let waits: Vec<_> = receipts.into_iter().map(|at| at.saturating_duration_since(began)).collect();
        let last = waits.iter().max().copied().unwrap_or_default();
        Ok(Told::of(&Spread::of(waits), last).with(&mut facts))
    }
}

async fn publisher(shared: &Shared, badges: &[Arc<Badge>]) -> Outcome<Link> {
    let badge = badges.last().ok_or_else(|| anyhow::anyhow!("nobody to publish"))?;
    connect(shared, badges.len() - 1, badge).await
}

impl Told {
    fn with(mut self, facts: &mut Facts) -> Self {
        self.failed = std::mem::take(&mut facts.failed);
        self.last_failure = std::mem::take(&mut facts.last_failure);
        (self.broken, self.forged) = (facts.broken, facts.forged);
        self
    }
}
