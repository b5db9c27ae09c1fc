//! When two names mean the same place: a release that only rewrites paths or drops a suffix renames nothing.

use crate::pointer::Endpoint;

/// The suffix that the vendor's framework gives schemas of one view of the API.
const VIEW: &str = "_Partner";

/// A place that begins with a component's name (`Card.status`, `Card|Branch`), and the same with the view's suffix put to that name
/// or taken from it.
pub(crate) fn spellings(place: &str) -> [String; 2] {
    let end = place.find(['.', ' ', '[', '{', '|']).unwrap_or(place.len());
    let (owner, rest) = place.split_at(end);
    let other = match owner.strip_suffix(VIEW) {
        Some(plain) => plain.to_owned(),
        None => format!("{owner}{VIEW}"),
    };
    [place.to_owned(), format!("{other}{rest}")]
}

/// The listed `METHOD /path` that means this operation: the same but for the names of parameters and their patterns, or with more or
/// less of the path said by the server's address.
pub(crate) fn listed<'l>(endpoint: &Endpoint, listed: impl Iterator<Item = &'l String>) -> Option<&'l String> {
    let own = segments(&endpoint.path);
    let exact = endpoint.to_string();
    let mut best: Option<(usize, &String)> = None;
    for name in listed {
        if *name == exact {
            return Some(name);
        }
        let Some((method, path)) = name.split_once(' ') else { continue };
        if !method.eq_ignore_ascii_case(&endpoint.method) {
            continue;
        }
        let other = segments(path);
        let (longer, shorter) = if own.len() >= other.len() { (&own, &other) } else { (&other, &own) };
        let missing = longer.len() - shorter.len();
        // What a server's address can say has no parameter in it, and leaves something of the path.
        let has_word = shorter.iter().any(|segment| segment != "{}");
        let is_base = has_word && longer[..missing].iter().all(|segment| segment != "{}");
        if longer[missing..] == shorter[..] && is_base && best.is_none_or(|(least, _)| missing < least) {
            best = Some((missing, name));
        }
    }
    best.map(|(_, name)| name)
}

fn segments(path: &str) -> Vec<String> {
    let plain = |segment: &str| match segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}')) {
        Some(_) => "{}".to_owned(),
        None => segment.to_owned(),
    };
    path.split('/').filter(|segment| !segment.is_empty()).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_only_written_otherwise_is_the_listed_one() {
        let names: Vec<String> =
            ["GET /api/cards", "GET /api/cards/{cardId}", "POST /api/cards/{cardId}/close", "GET /api/kyc/{kycId}"]
                .map(String::from)
                .to_vec();
        let found = |method: &str, path: &str| {
            let endpoint = Endpoint { path: path.into(), method: method.into() };
            listed(&endpoint, names.iter()).map(String::as_str)
        };
        for (path, expected) in [
            ("/api/cards/{cardId}", Some("GET /api/cards/{cardId}")),
            ("/api/cards/{id}", Some("GET /api/cards/{cardId}")),
            ("/api/cards/{cardId:.+}", Some("GET /api/cards/{cardId}")),
            ("/cards/{cardId}", Some("GET /api/cards/{cardId}")),
            ("/v1/api/cards", Some("GET /api/cards")),
            ("/api/card/{cardId}", None),
            ("/{kycId}", None),
            ("/api/cards/{cardId}/close", None),
            ("/", None),
        ] {
            assert_eq!(found("get", path), expected, "{path}");
        }
        assert_eq!(found("post", "/cards/{a}/close"), Some("POST /api/cards/{cardId}/close"));
    }

    #[test]
    fn a_component_is_the_same_with_and_without_the_views_suffix() {
        assert_eq!(spellings("Card.status"), ["Card.status", "Card_Partner.status"]);
        assert_eq!(spellings("Card_Partner"), ["Card_Partner", "Card"]);
    }
}
