//! The types: read in every form seen, written in one, checked before they are sent.

mod amount;
mod check;
mod formats;
mod odd;
mod odd_places;
mod patch;
mod query;
mod round_trip;
#[cfg(feature = "schemars")]
mod schemars;
mod sending;
mod time;
