//! Who may do what: permissions, the roles that have them, and the guard before every route.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::fault::Fault;
use super::visitor::{Visitor, to_sign_in};
use crate::db::accounts::Role;

/// Something a person may do beyond looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Permission {
    /// Add and change sites, zones and screens; pair boxes.
    Arrange,
    /// Upload media and change their words.
    Upload,
    /// Approve media or send them back.
    Judge,
    /// Take media off the air.
    Withdraw,
    /// Take screens down at once.
    TakeDown,
    /// Change playlists and rules.
    Compose,
    /// Publish, and take a publication back.
    Publish,
    /// Change clinics.
    Clinics,
    /// Accounts and the audit list.
    Administer,
}

impl Permission {
    /// Every permission.
    #[cfg(test)]
    pub(super) const ALL: [Self; 9] = [
        Self::Arrange,
        Self::Upload,
        Self::Judge,
        Self::Withdraw,
        Self::TakeDown,
        Self::Compose,
        Self::Publish,
        Self::Clinics,
        Self::Administer,
    ];

    /// A role has it. An administrator does not judge: whoever makes accounts approves nothing.
    pub(super) const fn is_held_by(self, role: Role) -> bool {
        match self {
            Self::Arrange | Self::Upload | Self::Compose | Self::Publish => matches!(role, Role::Admin | Role::Editor),
            Self::Judge => matches!(role, Role::Reviewer),
            Self::Withdraw => matches!(role, Role::Admin | Role::Editor | Role::Reviewer),
            // Whoever is on duty: what should not be seen waits for nobody.
            Self::TakeDown => matches!(role, Role::Admin | Role::Editor | Role::Reviewer | Role::Clinic),
            Self::Clinics => matches!(role, Role::Admin | Role::Editor | Role::Clinic),
            Self::Administer => matches!(role, Role::Admin),
        }
    }
}

/// What a route needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// Nothing: the page is there before anybody signed in.
    Nothing,
    /// Somebody who is signed in.
    SignedIn,
    /// Somebody who may do this.
    May(Permission),
}

/// Lets a request through to its page when the visitor has what the route needs.
pub(super) async fn guard(needs: Needs, request: Request, next: Next) -> Response {
    let who = request.extensions().get::<Visitor>().and_then(|visitor| visitor.who.as_ref());
    match (needs, who) {
        (Needs::Nothing, _) | (Needs::SignedIn, Some(_)) => next.run(request).await,
        (Needs::May(permission), Some(who)) if permission.is_held_by(who.account.role) => next.run(request).await,
        (Needs::May(_), Some(_)) => Fault::forbidden().into_response(),
        (Needs::SignedIn | Needs::May(_), None) => to_sign_in(&request),
    }
}
