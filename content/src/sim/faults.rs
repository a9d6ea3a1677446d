//! What a seed draws: a few faults at its own rates. All faults always would hide what only some of them show.

use super::chance::Chance;

/// Rates in a thousand steps or calls; 0 is never.
#[derive(Debug, Clone, Copy)]
pub(super) struct Faults {
    pub(super) player_dies: u32,
    pub(super) server_dies: u32,
    pub(super) io: u32,
    pub(super) sync: u32,
    pub(super) unsure: u32,
    pub(super) fills: u32,
    pub(super) loses: u32,
    pub(super) doubles: u32,
    pub(super) reorders: u32,
    pub(super) cuts: u32,
    pub(super) stage_falls: u32,
    /// The agent is told to stop, and starts again.
    pub(super) stops: u32,
    pub(super) restores: u32,
    pub(super) log_lost: u32,
    pub(super) clock_steps: u32,
    /// Time goes on by hours and days between steps.
    pub(super) leaps: u32,
    /// How many screens.
    pub(super) screens: u32,
    /// How many steps.
    pub(super) steps: u32,
}

/// Which side is to die in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Victim {
    Player,
    Server,
}

impl Faults {
    /// A calm world.
    pub(super) const fn none() -> Self {
        Self {
            player_dies: 0,
            server_dies: 0,
            io: 0,
            sync: 0,
            unsure: 0,
            fills: 0,
            loses: 0,
            doubles: 0,
            reorders: 0,
            cuts: 0,
            stage_falls: 0,
            stops: 0,
            restores: 0,
            log_lost: 0,
            clock_steps: 0,
            leaps: 0,
            screens: 0,
            steps: 0,
        }
    }

    pub(super) fn draw(chance: &mut Chance, victim: Victim) -> Self {
        let mut some = |max: u64| {
            if chance.hits(500) { u32::try_from(1 + chance.below(max)).unwrap() } else { 0 }
        };
        let mut faults = Self {
            player_dies: some(150),
            server_dies: some(150),
            io: some(30),
            sync: some(60),
            unsure: some(60),
            fills: some(30),
            loses: some(120),
            doubles: some(120),
            reorders: some(150),
            cuts: some(60),
            stage_falls: some(60),
            stops: some(60),
            restores: some(25),
            log_lost: some(8),
            clock_steps: some(30),
            leaps: some(60),
            screens: 0,
            steps: 0,
        };
        match victim {
            Victim::Player => faults.player_dies = faults.player_dies.max(100),
            Victim::Server => faults.server_dies = faults.server_dies.max(100),
        }
        faults.screens = u32::try_from(1 + chance.below(2)).unwrap();
        faults.steps = u32::try_from(chance.between(40, 80)).unwrap();
        faults
    }
}
