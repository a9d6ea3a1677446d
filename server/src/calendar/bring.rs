//! Bringing a calendar file in: first what it would change, then the change.

use anteroom_content::clock::Instant;
use anteroom_content::id::SiteId;
use anteroom_content::schedule::SpecialDay;
use anteroom_content::schedule::calendar::Difference;
use anteroom_content::schedule::calendar::import::{self, ImportError};
use serde::{Deserialize, Serialize};

use crate::db::calendar::{self, Notice};
use crate::db::{Db, DbError, places};

/// Why a file was not brought in. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum BringError {
    /// It is not a calendar.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// There is no such site.
    #[error("no site `{0}`: the console's page of screens shows their codes")]
    NoSite(SiteId),
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What a file says, ready to be brought in: as it is shown before, and sent back with the word to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    /// Its days.
    pub days: Vec<SpecialDay>,
    /// The years it is the official notice of.
    pub years: Vec<i16>,
    /// What it calls its own source, or else the file's name.
    pub source: String,
}

impl Prepared {
    /// Makes an import ready, for one site or for all.
    ///
    /// # Errors
    /// [`BringError::NoSite`] when the site is none of the house.
    pub async fn of(db: &Db, import: import::Import, file: &str, site: Option<&SiteId>) -> Result<Self, BringError> {
        let import = match site {
            Some(site) if !places::places(db).await?.sites.iter().any(|one| one.id == *site) => {
                return Err(BringError::NoSite(site.clone()));
            }
            Some(site) => import.at_site(site),
            None => import,
        };
        let source = if import.source.is_empty() { file.to_owned() } else { import.source };
        Ok(Self { days: import.days, years: import.years, source })
    }

    /// What it would change.
    pub async fn difference(&self, db: &Db) -> Result<Difference, DbError> {
        Ok(Difference::of(&calendar::calendar(db, "").await?, &self.days, &self.years))
    }

    /// Brings it in.
    pub async fn bring_in(&self, db: &Db, now: Instant) -> Result<(), DbError> {
        let notice = |year: &i16| Notice { year: *year, source: self.source.clone(), loaded_at: now };
        let notices: Vec<_> = self.years.iter().map(notice).collect();
        calendar::bring_in(db, &self.days, &notices).await
    }
}
