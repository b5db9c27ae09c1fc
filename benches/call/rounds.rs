//! Two ways of doing a thing, timed in turns: what else the machine does meets both, and a median leaves out the worst.

use std::time::Duration;

/// Medians over all rounds; the ratio is the median of each round's own.
pub struct Compared {
    pub first: Duration,
    pub second: Duration,
    pub ratio: f64,
}

/// Times both `rounds` times; who begins alternates too.
///
/// # Errors
/// The first that a round ends with.
pub fn alternate(
    rounds: usize,
    mut first: impl FnMut() -> anyhow::Result<Duration>,
    mut second: impl FnMut() -> anyhow::Result<Duration>,
) -> anyhow::Result<Compared> {
    // One to warm up.
    first()?;
    second()?;
    let (mut firsts, mut seconds, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        let (one, other) = if round % 2 == 0 {
            (first()?, second()?)
        } else {
            let other = second()?;
            (first()?, other)
        };
        ratios.push(one.as_secs_f64() / other.as_secs_f64());
        firsts.push(one);
        seconds.push(other);
    }
    ratios.sort_by(f64::total_cmp);
    firsts.sort();
    seconds.sort();
    Ok(Compared { first: firsts[rounds / 2], second: seconds[rounds / 2], ratio: ratios[rounds / 2] })
}
