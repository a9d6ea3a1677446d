//! Vouchers of provisioning files: made for a screen, used by one box, or ended by another one for the same screen.

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ScreenId};
use anteroom_content::wire::{Voucher, VoucherId};

use super::{Db, DbError, DbResult};

/// A voucher and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoucherRecord {
    /// The secret itself.
    pub voucher: Voucher,
    /// The screen it is for.
    pub screen: ScreenId,
    /// Who made it.
    pub made_by: String,
    /// It holds until then.
    pub until: Instant,
    /// The box it let in.
    pub used_by: Option<BoxId>,
    /// Another one was made for its screen.
    pub is_ended: bool,
}

type Row = (String, String, String, i64, Option<String>, Option<i64>);

fn read((secret, screen, made_by, until, used_by, ended_at): Row) -> DbResult<VoucherRecord> {
    let unreadable = |why: String| DbError::Unreadable { what: "voucher", why };
    let screen = ScreenId::parse(&screen).map_err(|error| unreadable(error.to_string()))?;
    let used_by = used_by.map(|id| BoxId::parse(&id)).transpose().map_err(|error| unreadable(error.to_string()))?;
    let voucher = secret.parse().map_err(|_| unreadable("its secret is none".to_owned()))?;
    Ok(VoucherRecord { voucher, screen, made_by, until: Instant(until), used_by, is_ended: ended_at.is_some() })
}

/// Keeps a new one; those for the same screen that nobody used are over.
pub async fn add(db: &Db, new: &VoucherRecord, now: Instant) -> DbResult<()> {
    let mut tx = db.begin().await?;
    execute_in!(
        &mut tx,
        "update voucher set ended_at = $1 where screen = $2 and used_at is null and ended_at is null",
        now.0,
        new.screen.as_str()
    )?;
    execute_in!(
        &mut tx,
        "insert into voucher (id, secret, screen, made_by, made_at, until_at) values ($1, $2, $3, $4, $5, $6)",
        new.voucher.id.to_string(),
        new.voucher.reveal(),
        new.screen.as_str(),
        new.made_by.as_str(),
        now.0,
        new.until.0
    )?;
    tx.commit().await
}

/// One by its name.
pub async fn find(db: &Db, id: VoucherId) -> DbResult<Option<VoucherRecord>> {
    let found = row!(
        db,
        Row,
        "select secret, screen, made_by, until_at, used_by, ended_at from voucher where id = $1",
        id.to_string()
    )?;
    found.map(read).transpose()
}

/// A box uses it; false where another one was quicker, or it is over.
pub async fn redeem(db: &Db, id: VoucherId, by: &BoxId, now: Instant) -> DbResult<bool> {
    let changed = execute!(
        db,
        "update voucher set used_by = $1, used_at = $2
         where id = $3 and used_at is null and ended_at is null and until_at > $4",
        by.as_str(),
        now.0,
        id.to_string(),
        now.0
    )?;
    Ok(changed > 0)
}

/// The box that used it never heard that it was let in: it holds again.
pub async fn restore(db: &Db, id: VoucherId, by: &BoxId) -> DbResult<()> {
    execute!(
        db,
        "update voucher set used_by = null, used_at = null where id = $1 and used_by = $2",
        id.to_string(),
        by.as_str()
    )?;
    Ok(())
}
