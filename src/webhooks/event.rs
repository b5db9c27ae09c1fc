//! [`WebhookEvent`]: what a verified request says, and [`EventKind`]: the names that are known.

use jiff::Timestamp;

use super::payload::Payload;
use crate::types::open_enum;

/// A verified webhook.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WebhookEvent {
    /// The same at every attempt to deliver this event, and at every endpoint: the key by which to handle it once. See
    /// [`SeenWebhooks`](super::SeenWebhooks).
    pub id: String,
    /// When this attempt was signed, to the second. It is not when the event happened.
    pub timestamp: Timestamp,
    /// What happened; `None` where the payload has no text at the place that
    /// [`Verifier::kind_at`](super::Verifier::kind_at) names.
    pub kind: Option<EventKind>,
    /// What LinkCy sent.
    pub payload: Payload,
}

open_enum! {
    /// What happened, by LinkCy's name for it.
    ///
    /// Lists the names that LinkCy's introduction to webhooks shows \[G/introduction/webhooks\]; the copy of that page that was
    /// available ends in the middle of the list. A name that is not among them is kept as `Unknown`, and [`as_str`](Self::as_str)
    /// gives it. LinkCy's guide on sending money says that every change of a transaction's status is notified
    /// \[G/transactions/send-money\], and does not give the event's name.
    pub enum EventKind {
        /// A beneficiary was created.
        BeneficiaryCreated = "BENEFICIARY_CREATED",
        /// A beneficiary was updated.
        BeneficiaryUpdated = "BENEFICIARY_UPDATED",
        /// A card was closed.
        CardClosed = "CARD_CLOSED",
        /// A card was created; a renewal does not send it.
        CardCreated = "CARD_CREATED",
        /// A card was updated: suspended, or no longer so.
        CardUpdated = "CARD_UPDATED",
        /// A consumer was created.
        ConsumerCreated = "CONSUMER_CREATED",
        /// A consumer's KYC was asked for.
        ConsumerKycCreated = "CONSUMER_KYC_CREATED",
        /// A consumer's KYC has another status, other than CREATED and VALIDATED.
        ConsumerKycUpdated = "CONSUMER_KYC_UPDATED",
        /// A consumer logged in.
        ConsumerLoggedIn = "CONSUMER_LOGGED_IN",
        /// A consumer was updated; a change of its KYC does not send it.
        ConsumerUpdated = "CONSUMER_UPDATED",
    }
}
