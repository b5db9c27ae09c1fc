//! The guide: one page for each task, from the first login to a new release of the API.
//!
//! | task | page |
//! |---|---|
//! | let a person become a customer | [`onboarding_consumer`] |
//! | let a company become a customer, with its directors, owners and KYB | [`onboarding_corporate`] |
//! | open a ledger, pay, and know whether it was paid | [`paying`] |
//! | issue cards, limit and close them | [`cards`] |
//! | have the end-user confirm a call, by push or by signature | [`sca`] |
//! | receive events | [`webhooks`] |
//! | run many processes on one login | [`fleet`] |
//! | read all transactions and compare them with balances | [`reconciliation`] |
//! | decide what to do after an error | [`errors`] |
//! | test without a bank | [`testing`] |
//! | take in a new release of the API | [`releases`] |
//! | know what is logged, sent and kept | [`security`] |
//!
//! Facts come from LinkCy's public pages: `\[G/…\]` is its guide, `\[R/…\]` its API reference, `\[P/…\]` its older guides, and `\[178\]` its
//! OpenAPI description 1.78.0. *The description* is LinkCy's OpenAPI file that this crate was built from.
//!
//! The programs on these pages compile with the default features; [`webhooks`] and [`fleet`] name the additional feature that they need. Those
//! on onboarding, [`paying`], [`webhooks`] and [`testing`] are run by the tests too. Whole programs are in `examples/`.

/// Each page is a Markdown file of its name.
macro_rules! pages {
    ($($page:ident)*) => {
        $(
            #[doc = include_str!(concat!(stringify!($page), ".md"))]
            pub mod $page {}
        )*
    };
}

pages! {
    onboarding_consumer
    onboarding_corporate
    paying
    cards
    sca
    webhooks
    fleet
    reconciliation
    errors
    testing
    releases
    security
}
