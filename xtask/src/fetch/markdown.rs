//! Finding the links of a page in its Markdown form.

use super::page::{self, Link};

/// The links that may lead to a description, the surest first: `[text](address)`, `<address>`.
pub fn links(text: &str) -> Vec<Link> {
    let mut links = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](") {
        let label = before.rsplit('[').next().unwrap_or_default();
        let target = after.split([')', '\n']).next().unwrap_or_default();
        // A title may follow the address, and brackets enclose it.
        let address = target.split_whitespace().next().unwrap_or_default().trim_matches(['<', '>']);
        links.extend(page::judged(address, says_download(label)));
        rest = after;
    }
    for part in text.split('<').skip(1) {
        if let Some((address, _)) = part.split_once('>').filter(|(address, _)| address.starts_with("http")) {
            links.extend(page::judged(address, false));
        }
    }
    page::sorted(links)
}

fn says_download(label: &str) -> bool {
    let label = label.to_lowercase();
    label.contains("download") || label.contains("openapi")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_download_link_comes_first_and_prose_links_not_at_all() {
        let text = "# Card\n[guide](/guides/cards) ![logo](logo.png) [mail](mailto:a@b)\n\
            see <https://a.test/other.yaml> and [sample](data/sample.json \"a sample\")\n\
            [Download OpenAPI description](</_bundle/api/sandbox.yaml?download>)\n[broken](";
        let found: Vec<String> = links(text).into_iter().map(|link| link.address).collect();
        assert_eq!(found, ["/_bundle/api/sandbox.yaml?download", "data/sample.json", "https://a.test/other.yaml"]);
    }
}
