//! Planted bugs: what the world must find, or its silence about the real rules means nothing. They live in the stores and
//! in the hands that carry words between the rules, all of it test code: nothing that is shipped knows of them.

/// One wrong way to do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bug {
    /// The box's log says it is on the disk before it is synced.
    LogNotSynced,
    /// Which log is written to is kept in memory alone.
    LogEpochInMemory,
    /// The chain value is kept in memory alone.
    ChainInMemory,
    /// Plays are dropped as soon as they are acknowledged.
    DropOnAck,
    /// Plays are dropped when they are acknowledged and two weeks old, however young the acknowledgement is.
    DropByAgeOfPlay,
    /// A batch that is sent again gets new numbers.
    NewNumbers,
    /// A conversation goes on from the highest acknowledgement the box ever heard.
    ResumeFromOwnAck,
    /// The last showing of a screen is forgotten at a crash.
    LastPlayForgotten,
    /// The server acknowledges before its commit is synced.
    AckBeforeSync,
    /// The watermark is kept in memory alone.
    WatermarkInMemory,
    /// The server answers a hello with the highest watermark it ever told, not from its books.
    WelcomeFromMemory,
    /// Repetitions are known for some seconds.
    DedupeByTime,
    /// Totals are written beside the transaction.
    TotalsOutside,
    /// A batch behind a hole moves the watermark over it.
    GapSkipped,
    /// A batch is acknowledged although the books refused it.
    AckOnError,
    /// A batch that cannot be taken takes with it what its group wrote before, whose boxes are told that it is held.
    NeighboursLost,
    /// What a refused batch added to the totals stays when the rest of it is taken back.
    HoursStay,
    /// Every batch of a group is held against where its log stood before the group.
    StandingBeforeGroup,
    /// Batches of a group are acknowledged before the group is committed.
    AckBeforeGroup,
    /// An edition is kept before its part is synced.
    EditionBeforeSync,
    /// Files are moved in and their folders not synced.
    FolderNotSynced,
    /// Of files that are found in their place the folders are not synced.
    NewNamesSynced,
    /// A file whose sync failed is synced again and believed.
    SyncedAgain,
    /// Files are swept by what is in hand, not by what the disk names.
    SweepByHand,
    /// The highest manifest is kept in memory alone.
    ManifestInMemory,
    /// Files are moved in before they are synced.
    RenameBeforeSync,
}

impl Bug {
    /// Those of the log and the books.
    pub(super) const OF_LOGS: [Self; 19] = [
        Self::LogNotSynced,
        Self::LogEpochInMemory,
        Self::ChainInMemory,
        Self::DropOnAck,
        Self::DropByAgeOfPlay,
        Self::NewNumbers,
        Self::ResumeFromOwnAck,
        Self::LastPlayForgotten,
        Self::AckBeforeSync,
        Self::WatermarkInMemory,
        Self::WelcomeFromMemory,
        Self::DedupeByTime,
        Self::TotalsOutside,
        Self::GapSkipped,
        Self::AckOnError,
        Self::NeighboursLost,
        Self::HoursStay,
        Self::StandingBeforeGroup,
        Self::AckBeforeGroup,
    ];
    /// Those of the shelf.
    pub(super) const OF_SHELVES: [Self; 7] = [
        Self::EditionBeforeSync,
        Self::FolderNotSynced,
        Self::NewNamesSynced,
        Self::SyncedAgain,
        Self::SweepByHand,
        Self::ManifestInMemory,
        Self::RenameBeforeSync,
    ];
}
