//! Any set of the API's areas has to compile, and without a warning: each set prunes the description differently, and what
//! one operation needed may stand idle without it. There are too many sets to try all, so each run tries a few.

use anyhow::{Context, Result};

use crate::cargo::{Cargo, Package};
use crate::tree::{NAMES, Tree};

/// What is asked of a run.
#[derive(Clone, Copy, Debug)]
pub struct FeatureSample {
    /// How many sets are drawn, besides the types alone, and the client without an area and with ring.
    pub sample: u32,
    /// What they are drawn with: the same seed gives the same sets.
    pub seed: u64,
}

/// Checks each set. Says on standard error what it is about; gives what was wrong, a text for each set that failed.
///
/// # Errors
/// When names.toml cannot be read or cargo not be started.
pub fn run(tree: &Tree, asked: FeatureSample) -> Result<Vec<String>> {
    let areas: Vec<String> = linkcy_spec::areas(&tree.read(NAMES)?).context(NAMES)?.into_iter().collect();
    let cargo = Cargo::of(tree);
    let mut faults = Vec::new();
    for features in sets(&areas, asked) {
        let named = features.join(",");
        eprintln!("checking {named}");
        let package = Package { name: "linkcy", manifest: tree.root.join("Cargo.toml"), features };
        let said = cargo.check(&package)?;
        if !said.is_empty() {
            faults.push(format!("--no-default-features --features {named}\n{said}"));
        }
    }
    Ok(faults)
}

fn sets(areas: &[String], asked: FeatureSample) -> Vec<Vec<String>> {
    let client = ["client", "rustls"].map(str::to_owned);
    let ring = ["client", "rustls-ring"].map(str::to_owned);
    let mut sets = vec![vec!["all".to_owned()], ring.to_vec()];
    let mut random = fastrand::Rng::with_seed(asked.seed);
    for _ in 0..asked.sample {
        // From one area to all but one, each number as likely.
        let size = random.usize(1..areas.len().max(2));
        let mut drawn = random.choose_multiple(areas.iter().cloned(), size);
        drawn.sort();
        sets.push(client.iter().cloned().chain(drawn).collect());
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_sets_and_another_others() {
        let areas: Vec<String> = ('a'..='o').map(String::from).collect();
        let drawn = |seed| sets(&areas, FeatureSample { sample: 20, seed });
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
        let sizes: std::collections::BTreeSet<usize> = drawn(7).iter().skip(2).map(|set| set.len() - 2).collect();
        assert!(sizes.len() > 5 && !sizes.contains(&0), "{sizes:?}");
    }
}
