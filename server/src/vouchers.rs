//! Provisioning files: made at the console for one screen, given to one box, which is paired by it without a code and lights that screen.

use anteroom_content::clock::Instant;
use anteroom_content::id::{BoxId, ContentHash, ScreenId};
use anteroom_content::wire::enrol::Verdict;
use anteroom_content::wire::{Side, VOUCHER_MS, Voucher, VoucherId, VoucherWord};

use crate::assign::{self, AssignError};
use crate::db::vouchers::{self, VoucherRecord};
use crate::db::{DbError, DbResult, boxes};
use crate::pairing::{self, ClaimError, Newcomer};
use crate::state::State;

/// Why a voucher lets nobody in.
#[derive(Debug, thiserror::Error)]
pub enum BadVoucher {
    /// Nobody made it.
    #[error("开通文件不是本服务器的 · its provisioning file is not of this server")]
    Unknown,
    /// The box does not know its secret, or somebody sits in between.
    #[error("开通文件无效 · its provisioning file proves nothing")]
    Forged,
    /// A box used it.
    #[error("开通文件已用于 {0} · its provisioning file was used by {0}")]
    Used(BoxId),
    /// Its time is over, or another one was made for its screen.
    #[error("开通文件已过期 · its provisioning file is over")]
    Over,
    /// The box cannot be let in.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// Its screen cannot be given to it.
    #[error(transparent)]
    Assign(#[from] AssignError),
    /// The database did not answer.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Makes a voucher for a screen, in the name of an account; one for the same screen that nobody used is over. Tells how long it holds.
///
/// # Errors
/// [`DbError`] when it cannot be kept or there is no chance to draw from.
pub async fn make(state: &State, screen: &ScreenId, by_account: &str) -> DbResult<(Voucher, Instant)> {
    let (mut id, mut secret) = ([0; 8], [0; 32]);
    let no_chance = |error: getrandom::Error| DbError::Unreadable { what: "chance", why: error.to_string() };
    getrandom::fill(&mut id).map_err(no_chance)?;
    getrandom::fill(&mut secret).map_err(no_chance)?;
    let (voucher, until) = (Voucher::new(VoucherId::of(id), secret), state.now().plus_ms(VOUCHER_MS));
    let (screen, made_by) = (screen.clone(), by_account.to_owned());
    let new = VoucherRecord { voucher: voucher.clone(), screen, made_by, until, used_by: None, is_ended: false };
    vouchers::add(&state.db, &new, state.now()).await?;
    Ok((voucher, until))
}

/// A box that was let in by its voucher, before it heard so.
#[derive(Debug)]
pub struct LetIn {
    voucher: VoucherId,
    box_id: BoxId,
    /// What it is told.
    pub verdict: Verdict,
}

/// Pairs a box by its voucher and gives it the voucher's screen; a box that lit it before is replaced.
///
/// # Errors
/// [`BadVoucher`]; nothing is changed then.
pub async fn let_in(
    state: &State,
    newcomer: &Newcomer,
    word: &VoucherWord,
    transcript: &ContentHash,
) -> Result<LetIn, BadVoucher> {
    let now = state.now();
    let held = vouchers::find(&state.db, word.id).await?.ok_or(BadVoucher::Unknown)?;
    if !held.voucher.is_proven(Side::Box, transcript, &word.proof) {
        return Err(BadVoucher::Forged);
    }
    if let Some(by) = held.used_by {
        return Err(BadVoucher::Used(by));
    }
    let box_id = pairing::draw_name()?;
    if !vouchers::redeem(&state.db, word.id, &box_id, now).await? {
        return Err(BadVoucher::Over);
    }
    match hang(state, newcomer, &held, &box_id).await {
        Ok(certificate_pem) => {
            tracing::info!(r#box.id = %box_id, screen.id = %held.screen, account.id = held.made_by, "a box was paired by its provisioning file");
            let proof = Some(held.voucher.proof(Side::Server, transcript));
            let verdict = Verdict::Accepted { box_id: box_id.clone(), certificate_pem, proof };
            Ok(LetIn { voucher: word.id, box_id, verdict })
        }
        Err(error) => {
            vouchers::restore(&state.db, word.id, &box_id).await?;
            Err(error)
        }
    }
}

async fn hang(state: &State, newcomer: &Newcomer, held: &VoucherRecord, box_id: &BoxId) -> Result<String, BadVoucher> {
    let certificate_pem = pairing::admit(state, newcomer, box_id, &held.made_by).await?;
    let hung = match lit_by(state, &held.screen).await? {
        Some(old) => assign::replace(state, &old, box_id).await,
        None => assign::attach(state, box_id, &held.screen).await,
    };
    if let Err(error) = hung {
        pairing::retract(state, box_id, state.now()).await?;
        return Err(error.into());
    }
    Ok(certificate_pem)
}

async fn lit_by(state: &State, screen: &ScreenId) -> DbResult<Option<BoxId>> {
    let mut tx = state.db.begin().await?;
    boxes::box_of_screen(&mut tx, screen).await
}

/// The box went away before it heard that it was let in: it is no box, and its voucher holds again.
///
/// # Errors
/// [`DbError`].
pub async fn take_back(state: &State, let_in: &LetIn) -> DbResult<()> {
    pairing::retract(state, &let_in.box_id, state.now()).await?;
    vouchers::restore(&state.db, let_in.voucher, &let_in.box_id).await
}
