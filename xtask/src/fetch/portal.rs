//! The addresses that follow from a reference page's own. A Redocly portal that shows a reference at /P/… has its
//! description at one of a few addresses made of P; every page is also served as Markdown.

use reqwest::Url;

/// Folders of a page's address that are tried as P.
const DEPTH: usize = 5;
/// Where the description of a reference at P is found.
const FILES: [(&str, &str); 6] = [
    ("/_bundle/", ".yaml"),
    ("/_bundle/", ".json"),
    ("/_bundle/", "/index.json"),
    ("/_bundle/", "/index.yaml"),
    ("/_spec/", ".yaml"),
    ("/_spec/", ".json"),
];

/// The page as Markdown; none if it is that already.
pub fn markdown(page: &Url) -> Option<String> {
    let path = page.path().trim_end_matches('/');
    let path = path.strip_suffix(".html").unwrap_or(path);
    let path = if path.is_empty() { "/index" } else { path };
    (!is_markdown(page)).then(|| at(page, &format!("{path}.md"), None))
}

pub fn is_markdown(page: &Url) -> bool {
    page.path().ends_with(".md")
}

/// Whether the address may be that of a page; a name with another ending is that of a file.
pub fn may_be_page(page: &Url) -> bool {
    let name = page.path().rsplit('/').next().unwrap_or_default();
    ![".json", ".yaml", ".yml"].iter().any(|end| name.to_lowercase().ends_with(end))
}

/// The description, with the page's whole path as P and with each folder above it, the nearest first.
pub fn descriptions(page: &Url) -> Vec<String> {
    let path = page.path().trim_end_matches(".md").trim_end_matches(".html");
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    (1..=segments.len())
        .rev()
        .take(DEPTH)
        .filter_map(|count| segments.get(..count))
        .flat_map(|segments| {
            FILES.map(|(folder, end)| at(page, &format!("{folder}{}{end}", segments.join("/")), Some("download")))
        })
        .collect()
}

fn at(page: &Url, path: &str, query: Option<&str>) -> String {
    let mut url = page.clone();
    url.set_path(path);
    url.set_query(query);
    url.set_fragment(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_follow_from_the_page_and_its_folders() {
        let page = Url::parse("https://a.test/api/sandbox/card?x=1#top").expect("an address");
        assert_eq!(markdown(&page).as_deref(), Some("https://a.test/api/sandbox/card.md"));
        let all = descriptions(&page);
        assert_eq!(all.len(), 18);
        assert_eq!(all[0], "https://a.test/_bundle/api/sandbox/card.yaml?download");
        assert_eq!(all[8], "https://a.test/_bundle/api/sandbox/index.json?download");
        assert_eq!(all[17], "https://a.test/_spec/api.json?download");
        let root = Url::parse("https://a.test").expect("an address");
        assert_eq!(markdown(&root).as_deref(), Some("https://a.test/index.md"));
        assert!(descriptions(&root).is_empty());
        let deep = Url::parse("https://a.test/a/b/c/d/e/f/g.html").expect("an address");
        assert_eq!(descriptions(&deep).len(), 30);
    }
}
