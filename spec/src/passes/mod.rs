//! The row of passes that turns the vendor's description into one that progenitor compiles without loss.
//!
//! Each is a function from description to description in a file of its own; what it takes out of the
//! description goes into a table of [`Work`]. They run in the order of [`ROW`].

use crate::Error;
use crate::work::Work;

mod allof;
mod bodies;
mod enums;
mod errors;
mod inline;
mod names;
pub(crate) mod overlay;
pub(crate) mod pages;
mod parameters;
pub(crate) mod patches;
mod prune;
mod resolve;
mod responses;
mod sca;
pub(crate) mod scalars;
mod sound;
mod twins;
pub(crate) mod types;
pub(crate) mod unions;

#[cfg(test)]
mod tests;

type Pass = fn(&mut Work) -> Result<(), Error>;

/// The passes, in order.
const ROW: [(&str, Pass); 19] = [
    ("overlay", overlay::run),
    ("resolve", resolve::run),
    ("sound", sound::run),
    ("names", names::run),
    ("sca", sca::run),
    ("responses", responses::run),
    ("errors", errors::run),
    ("bodies", bodies::run),
    ("parameters", parameters::run),
    ("allof", allof::run),
    ("prune", prune::run),
    ("inline", inline::run),
    ("scalars", scalars::run),
    ("enums", enums::run),
    ("unions", unions::run),
    ("patches", patches::run),
    ("twins", twins::run),
    ("pages", pages::run),
    ("types", types::run),
];

/// Runs the whole row.
pub(crate) fn run(work: &mut Work) -> Result<(), Error> {
    ROW.iter().try_for_each(|(_, pass)| step(work, *pass))
}

/// Runs one pass. The order of members decides nothing, whether or not the JSON reader keeps it.
fn step(work: &mut Work, pass: Pass) -> Result<(), Error> {
    work.document.sort();
    pass(work)
}
