//! What a route is: method, path, who may call it, its handler. The roles of the description and who has them.

use crate::api::context::Context;
use crate::http::answer::Answer;
use crate::http::refusal::Refusal;

/// What an operation does.
pub(crate) type Handler = fn(&mut Context<'_>) -> Result<Answer, Refusal>;

/// Who may call an operation, beside what the description says about the bearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Anyone: operations that come before a bearer, or belong to no role.
    Open,
    /// Who has this role, one of the description's LinkcyRole. Which operation takes which is the sandbox's reading of
    /// their names.
    Role(&'static str),
    /// The partner alone: operations of LinkCy's own sandbox, and others without a role.
    Partner,
}

/// An operation with behaviour of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) handler: Handler,
}

/// A row of a resource's table, for anyone.
pub(crate) const fn open(method: &'static str, path: &'static str, handler: Handler) -> Route {
    Route { method, path, access: Access::Open, handler }
}

/// A row of a resource's table, for who has the role.
pub(crate) const fn role(method: &'static str, path: &'static str, role: &'static str, handler: Handler) -> Route {
    Route { method, path, access: Access::Role(role), handler }
}

/// A row of a resource's table, for the partner alone.
pub(crate) const fn partner_only(method: &'static str, path: &'static str, handler: Handler) -> Route {
    Route { method, path, access: Access::Partner, handler }
}

/// The roles of an end-user. The description lists the roles and not who has them: the sandbox's own choice.
pub(crate) const END_USER_ROLES: &[&str] = &[
    "BANKING_DETAILS_DOCUMENT_EXPORT",
    "BENEFICIARY_CREATE",
    "BENEFICIARY_INFO",
    "BENEFICIARY_LIST",
    "BENEFICIARY_UPDATE",
    "DIRECT_DEBIT_MANDATE_CREATE",
    "DIRECT_DEBIT_MANDATE_UPDATE",
    "DIRECT_DEBIT_MANDATE_ACTIVATE",
    "DIRECT_DEBIT_MANDATE_CANCEL",
    "DIRECT_DEBIT_MANDATE_LIST",
    "DIRECT_DEBIT_MANDATE_INFO",
    "CARD_ACTIVATE",
    "CARD_CLOSE",
    "CARD_CREATE",
    "CARD_UPDATE",
    "CARD_INFO",
    "CARD_LIST",
    "CARD_PAN_CREDENTIALS",
    "CARD_PIN",
    "CARD_SUSPEND",
    "CARD_RESET_PIN_ATTEMPTS",
    "CARD_PROFILE_LIST",
    "CARD_RULE_DELETE",
    "CARD_RULE_UPDATE",
    "CONSUMER_INFO",
    "CONSUMER_UPDATE",
    "CORPORATE_INFO",
    "CORPORATE_UPDATE",
    "CORPORATE_RELATED_CREATE",
    "CORPORATE_RELATED_INFO",
    "CORPORATE_RELATED_LIST",
    "CORPORATE_RELATED_UPDATE",
    "KYB_VERIFICATION_ASK",
    "DOCUMENT_CREATE",
    "DOCUMENT_INFO",
    "DOCUMENT_LIST",
    "END_USER_SUSPEND",
    "END_USER_UNSUSPEND",
    "KYC_CREATE",
    "KYC_LIST",
    "KYC_INFO",
    "LEDGER_CLOSE",
    "LEDGER_CREATE",
    "LEDGER_UPDATE",
    "LEDGER_STATEMENT_DOCUMENT_EXPORT",
    "LEDGER_SUSPEND",
    "LEDGER_UNSUSPEND",
    "LEDGER_INFO",
    "LEDGER_LIST",
    "LEDGER_UPGRADE",
    "PHONE_VERIFICATION_SEND",
    "PHONE_VERIFICATION_VERIFY",
    "EMAIL_VERIFICATION_CREATE",
    "ADDRESS_VERIFY",
    "SCA_DEVICE_CREATE",
    "SCA_DEVICE_UPDATE",
    "SHARE_INFO",
    "SHARE_CREATE",
    "SHARE_UPDATE",
    "SHARE_DELETE",
    "ACQUIRING_ACCOUNT_LOAD_CREATE",
    "ACQUIRING_TRANSACTION_INFO",
    "TRANSACTION_INFO",
    "TRANSACTION_LIST",
    "INTER_LEDGER_TRANSACTION_CREATE",
    "DIRECT_DEBIT_TRANSACTION_CREATE",
    "BENEFICIARY_TRANSACTION_CREATE",
];

/// The roles only the partner's own user accounts have.
pub(crate) const PARTNER_ROLES: &[&str] = &[
    "ACCOUNT_CREATE",
    "CARD_DESIGN_LIST",
    "CARD_PAN_AND_CVV",
    "CARD_RENEW",
    "CARD_PROFILE_CREATE",
    "CARD_PROFILE_RULE_DELETE",
    "CARD_PROFILE_RULE_UPDATE",
    "CARD_PROFILE_UPDATE",
    "CONSUMER_CREATE",
    "CONSUMER_LIST",
    "CORPORATE_CREATE",
    "CORPORATE_LIST",
    "DILIGENCE_REVIEW_DOCUMENT_EXPORT",
    "PARTNER_INFO",
    "PARTNER_UPDATE",
    "PARTNER_ACQUIRING_CONFIGURATION_INFO",
    "SMS_SEND",
    "SCA_DEVICE_RESET",
    "ACQUIRING_PAYMENT_CREATE",
    "WEBHOOK_PORTAL",
];
