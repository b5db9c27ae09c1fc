//! Errors that wrap others show why at the top: who reads only the first line of a log finds the cause in it.

use std::error::Error;

/// An error's text with that of its causes, as far as it does not quote them already.
pub(crate) fn reason(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
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
    struct Link {
        text: &'static str,
        #[source]
        cause: Option<Box<Link>>,
    }

    #[test]
    fn every_cause_is_shown_once() {
        let link = |text, cause| Link { text, cause };
        let root = link("permission denied", None);
        let quoting = link("the file could not be read (permission denied)", Some(Box::new(root)));
        let top = link("the store failed", Some(Box::new(quoting)));
        assert_eq!(reason(&top), "the store failed: the file could not be read (permission denied)");
    }
}
