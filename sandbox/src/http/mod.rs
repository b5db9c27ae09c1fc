//! Requests and answers. It knows no bank.

pub(crate) mod answer;
pub(crate) mod call;
pub(crate) mod multipart;
pub(crate) mod refusal;
