//! The pass pipeline: it turns the vendor's description into the input of the model.
//!
//! Each pass decides one question and has a file of its own. It works on the typed description in [`Work`] and puts what it
//! takes out of it into the tables. A pass never stops the pipeline: what it cannot type it sets aside, with a finding.

use crate::work::Work;

mod allof;
mod alternatives;
mod bodies;
mod enums;
mod errors;
mod inline;
mod names;
mod pages;
mod parameters;
mod patches;
mod prune;
mod responses;
mod sca;
mod scalars;
mod subclasses;
mod twins;
mod types;
mod unions;

#[cfg(test)]
mod tests;

type Pass = fn(&mut Work);

/// The passes, in order.
const PASSES: [(&str, Pass); 18] = [
    ("names", names::run),
    ("sca", sca::run),
    ("errors", errors::run),
    ("subclasses", subclasses::run),
    ("allof", allof::run),
    ("alternatives", alternatives::run),
    ("responses", responses::run),
    ("bodies", bodies::run),
    ("parameters", parameters::run),
    ("prune", prune::run),
    ("inline", inline::run),
    ("scalars", scalars::run),
    ("enums", enums::run),
    ("unions", unions::run),
    ("patches", patches::run),
    ("pages", pages::run),
    ("twins", twins::run),
    ("types", types::run),
];

/// Runs all passes.
pub(crate) fn run(work: &mut Work) {
    for (_, pass) in PASSES {
        pass(work);
    }
}
