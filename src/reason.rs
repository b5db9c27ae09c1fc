//! Errors that wrap others quote their cause, so that the first line of a log has it.

use std::error::Error;

/// An error's text with that of its causes, from the first that it does not quote already. Errors between an error and a
/// cause that it quotes were left out on purpose.
pub(crate) fn reason(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        match causes_of(next).filter(|quoted| text.contains(&quoted.to_string())).last() {
            Some(quoted) => cause = quoted.source(),
            None => {
                text = format!("{text}: {next}");
                cause = next.source();
            }
        }
    }
    text
}

/// An error and its causes.
fn causes_of<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}

/// The same of the causes alone, where the error's own text says little, as reqwest's does.
#[cfg(feature = "client")]
pub(crate) fn causes(error: &(dyn Error + 'static)) -> String {
    error.source().map_or_else(|| error.to_string(), reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Cause {
        text: &'static str,
        #[source]
        cause: Option<Box<Cause>>,
    }

    #[test]
    fn every_cause_is_shown_once() {
        let link = |text: &&'static str, cause| Cause { text, cause };
        // From the outermost to the innermost.
        for (chain, shown) in [
            (&["a store", "a file (a mode)", "a mode"][..], "a store: a file (a mode)"),
            (&["no login: a refusal", "a request", "a refusal"], "no login: a refusal"),
            (&["no login: a refusal", "a request", "a refusal", "a port"], "no login: a refusal: a port"),
            (&["a store", "a file", "a mode"], "a store: a file: a mode"),
            (&["a store"], "a store"),
        ] {
            let chain = chain.iter().rev().fold(None, |cause, text| Some(Box::new(link(text, cause))));
            assert_eq!(reason(&*chain.unwrap()), shown);
        }
    }
}
