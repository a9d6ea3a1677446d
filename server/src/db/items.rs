//! Items with where review stands, and the files of the library.

use anteroom_content::clock::Instant;
use anteroom_content::id::{ContentHash, ItemId};
use anteroom_content::item::Item;

use super::{Db, DbError, DbResult, document, to_document};

/// Where an item's version stands in review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReviewState {
    /// Waits for a second person.
    Waiting,
    /// May be put on the air.
    Approved,
    /// Sent back with a reason.
    Returned,
    /// Taken off the air for good.
    Withdrawn,
}

impl ReviewState {
    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Returned => "returned",
            Self::Withdrawn => "withdrawn",
        }
    }

    fn parse(text: &str) -> DbResult<Self> {
        [Self::Waiting, Self::Approved, Self::Returned, Self::Withdrawn]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| DbError::Unreadable { what: "review state", why: text.to_owned() })
    }
}

/// A version of an item with where it stands.
#[derive(Debug, Clone)]
pub struct ItemRecord {
    /// The item.
    pub item: Item,
    /// Where review stands.
    pub state: ReviewState,
    /// Account that made it.
    pub made_by: String,
    /// When.
    pub made_at: Instant,
    /// Account that judged it.
    pub judged_by: Option<String>,
    /// What the judge said.
    pub judgement: Option<String>,
}

#[derive(sqlx::FromRow)]
struct ItemRow {
    state: String,
    document: String,
    made_by: String,
    made_at: i64,
    judged_by: Option<String>,
    judgement: Option<String>,
}

impl ItemRow {
    fn read(self) -> DbResult<ItemRecord> {
        Ok(ItemRecord {
            item: document("item", &self.document)?,
            state: ReviewState::parse(&self.state)?,
            made_by: self.made_by,
            made_at: Instant(self.made_at),
            judged_by: self.judged_by,
            judgement: self.judgement,
        })
    }
}

/// The newest version of every item, by name.
pub async fn items(db: &Db) -> DbResult<Vec<ItemRecord>> {
    let found = rows!(
        db,
        ItemRow,
        "select state, document, made_by, made_at, judged_by, judgement from item i
         where version = (select max(version) from item j where j.id = i.id) order by id"
    )?;
    found.into_iter().map(ItemRow::read).collect()
}

/// The newest approved version of every item that has one and was not withdrawn since: what may go on the air.
pub async fn approved_items(db: &Db) -> DbResult<Vec<Item>> {
    let found = rows!(
        db,
        (String,),
        "select document from item i where state = 'approved'
         and version = (select max(version) from item j where j.id = i.id and j.state in ('approved', 'withdrawn')) order by id"
    )?;
    found.iter().map(|(text,)| document("item", text)).collect()
}

/// One version of an item.
pub async fn item(db: &Db, id: &ItemId, version: u32) -> DbResult<Option<ItemRecord>> {
    let found = row!(
        db,
        ItemRow,
        "select state, document, made_by, made_at, judged_by, judgement from item where id = $1 and version = $2",
        id.as_str(),
        i64::from(version)
    )?;
    found.map(ItemRow::read).transpose()
}

/// Enters a new version of an item.
pub async fn add_item(db: &Db, item: &Item, state: ReviewState, made_by: &str, at: Instant) -> DbResult<()> {
    execute!(
        db,
        "insert into item (id, version, state, document, made_by, made_at) values ($1, $2, $3, $4, $5, $6)",
        item.id.as_str(),
        i64::from(item.version),
        state.as_str(),
        to_document("item", item)?,
        made_by,
        at.0
    )?;
    Ok(())
}

/// Judges a version. False when it does not stand at `from`, or when the judge made it himself: nobody alone puts
/// unapproved bytes on a screen.
pub async fn judge_item(
    db: &Db,
    (id, version): (&ItemId, u32),
    (from, to): (ReviewState, ReviewState),
    judge: &str,
    words: &str,
    at: Instant,
) -> DbResult<bool> {
    let changed = execute!(
        db,
        "update item set state = $1, judged_by = $2, judged_at = $3, judgement = $4
         where id = $5 and version = $6 and state = $7 and made_by <> $2",
        to.as_str(),
        judge,
        at.0,
        words,
        id.as_str(),
        i64::from(version),
        from.as_str()
    )?;
    Ok(changed > 0)
}

/// Approves a version with the dates of its review written into it. False when it does not wait, or when the judge made it
/// himself.
pub async fn approve_item(db: &Db, item: &Item, judge: &str, words: &str, at: Instant) -> DbResult<bool> {
    let changed = execute!(
        db,
        "update item set state = 'approved', document = $1, judged_by = $2, judged_at = $3, judgement = $4
         where id = $5 and version = $6 and state = 'waiting' and made_by <> $2",
        to_document("item", item)?,
        judge,
        at.0,
        words,
        item.id.as_str(),
        i64::from(item.version)
    )?;
    Ok(changed > 0)
}

/// Takes every approved or waiting version of an item off for good; anybody may who is allowed to, its maker too.
pub async fn withdraw_item(db: &Db, id: &ItemId, by: &str, words: &str, at: Instant) -> DbResult<bool> {
    let changed = execute!(
        db,
        "update item set state = 'withdrawn', judged_by = $1, judged_at = $2, judgement = $3
         where id = $4 and state in ('approved', 'waiting')",
        by,
        at.0,
        words,
        id.as_str()
    )?;
    Ok(changed > 0)
}

/// Items that are withdrawn and were not approved anew since.
pub async fn withdrawn_items(db: &Db) -> DbResult<Vec<ItemId>> {
    let found = rows!(
        db,
        (String,),
        "select distinct id from item i where state = 'withdrawn'
         and not exists (select 1 from item j where j.id = i.id and j.state = 'approved' and j.version > i.version)"
    )?;
    let read = |(id,): &(String,)| {
        ItemId::parse(id).map_err(|error| DbError::Unreadable { what: "item", why: error.to_string() })
    };
    found.iter().map(read).collect()
}

/// Every version of one item, the newest first.
pub async fn versions(db: &Db, id: &ItemId) -> DbResult<Vec<ItemRecord>> {
    let found = rows!(
        db,
        ItemRow,
        "select state, document, made_by, made_at, judged_by, judgement from item where id = $1 order by version desc",
        id.as_str()
    )?;
    found.into_iter().map(ItemRow::read).collect()
}

/// A file of the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryFile {
    /// Its bytes.
    pub hash: ContentHash,
    /// What the person who brought it called it; for people only, never a path.
    pub name: String,
    /// `picture`, `movie`, `captions`.
    pub sort: String,
    /// Its size.
    pub size_bytes: u64,
    /// Width in pixels; 0 for captions.
    pub width_px: u32,
    /// Height in pixels; 0 for captions.
    pub height_px: u32,
    /// Length of a movie; 0 else.
    pub duration_ms: u32,
}

#[derive(sqlx::FromRow)]
struct FileRow {
    hash: String,
    name: String,
    sort: String,
    size_bytes: i64,
    width_px: i64,
    height_px: i64,
    duration_ms: i64,
}

/// A file of the library by hash.
pub async fn library_file(db: &Db, hash: &ContentHash) -> DbResult<Option<LibraryFile>> {
    let found = row!(
        db,
        FileRow,
        "select hash, name, sort, size_bytes, width_px, height_px, duration_ms from media_file where hash = $1",
        hash.to_hex()
    )?;
    found.map(read_file).transpose()
}

fn read_file(file: FileRow) -> DbResult<LibraryFile> {
    let unreadable = |why: String| DbError::Unreadable { what: "library file", why };
    Ok(LibraryFile {
        hash: ContentHash::parse(&file.hash).map_err(|error| unreadable(error.to_string()))?,
        name: file.name,
        sort: file.sort,
        size_bytes: u64::try_from(file.size_bytes).map_err(|error| unreadable(error.to_string()))?,
        width_px: u32::try_from(file.width_px).map_err(|error| unreadable(error.to_string()))?,
        height_px: u32::try_from(file.height_px).map_err(|error| unreadable(error.to_string()))?,
        duration_ms: u32::try_from(file.duration_ms).map_err(|error| unreadable(error.to_string()))?,
    })
}

/// Enters a file; the same bytes again change nothing.
pub async fn add_library_file(db: &Db, file: &LibraryFile, by: &str, at: Instant) -> DbResult<()> {
    execute!(
        db,
        "insert into media_file (hash, name, sort, size_bytes, width_px, height_px, duration_ms, uploaded_by, uploaded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (hash) do nothing",
        file.hash.to_hex(),
        &file.name,
        &file.sort,
        i64::try_from(file.size_bytes).unwrap_or(i64::MAX),
        i64::from(file.width_px),
        i64::from(file.height_px),
        i64::from(file.duration_ms),
        by,
        at.0
    )?;
    Ok(())
}
