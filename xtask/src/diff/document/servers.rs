//! Comparing servers: a client takes the host from its settings, and the base path from the description.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Diff;
use super::operations::{Operation, operations};
use crate::diff::rules::Plain;
use crate::document::Loc;

impl<'a> Diff<'a> {
    pub fn compare_root_servers(&mut self) {
        let (old, new) = (Loc::root(self.old), Loc::root(self.new));
        // Where every operation has servers of its own, they are compared there.
        if is_used(self.old) && is_used(self.new) {
            self.compare_urls(&urls(old.get("servers").as_ref()), &urls(new.get("servers").as_ref()), "/servers");
        }
    }

    /// Only where the operation or its path has servers of its own: the others are compared once, for all.
    pub fn compare_servers(&mut self, old: &Operation<'a>, new: &Operation<'a>) {
        let (before, after) = (own(old), own(new));
        if before.is_none() && after.is_none() {
            return;
        }
        let pointer = after.as_ref().map_or_else(|| new.at.pointer.clone(), |at| at.pointer.clone());
        let before = before.or_else(|| Loc::root(self.old).get("servers"));
        let after = after.or_else(|| Loc::root(self.new).get("servers"));
        self.compare_urls(&urls(before.as_ref()), &urls(after.as_ref()), &pointer);
    }

    fn compare_urls(&mut self, old: &BTreeSet<String>, new: &BTreeSet<String>, pointer: &str) {
        let paths: BTreeSet<&str> = new.iter().map(|url| base_path(url)).collect();
        for url in old.difference(new) {
            if self.is_rewritten(url, new) {
                self.note(Plain::ServerRewritten, pointer, format!("server {url}: its base path stands in the paths"));
            } else if paths.contains(base_path(url)) || self.bases.is_some() {
                self.note(Plain::ServerMoved, pointer, format!("server {url} is not listed; others of its path are"));
            } else {
                self.note(Plain::ServerRemoved, pointer, format!("server {url} is gone"));
            }
        }
        let added: Vec<&String> = new.difference(old).filter(|url| !self.is_rewritten(url, old)).collect();
        for url in added {
            self.note(Plain::ServerAdded, pointer, format!("server {url} is new"));
        }
    }

    /// Whether the other list has the server with another base path, and the difference is in the paths.
    fn is_rewritten(&self, url: &str, others: &BTreeSet<String>) -> bool {
        self.bases.is_some() && others.iter().any(|other| origin(other) == origin(url))
    }
}

/// The servers of an operation or its path, if it has its own.
fn own<'a>(operation: &Operation<'a>) -> Option<Loc<'a>> {
    operation.at.get("servers").or_else(|| operation.item.get("servers"))
}

/// Whether some operation uses the servers of the document. True without operations.
fn is_used(root: &Value) -> bool {
    let operations = operations(root, "");
    operations.is_empty() || operations.iter().any(|operation| own(operation).is_none())
}

/// The one base path of all operations, if there is one.
pub fn base(root: &Value) -> Option<String> {
    if operations(root, "").iter().any(|operation| own(operation).is_some()) {
        return None;
    }
    let urls = urls(Loc::root(root).get("servers").as_ref());
    let paths: BTreeSet<&str> = urls.iter().map(|url| base_path(url)).collect();
    (paths.len() == 1).then(|| paths.into_iter().collect())
}

/// The addresses, with the defaults of their variables filled in. No servers means `/`.
fn urls(servers: Option<&Loc<'_>>) -> BTreeSet<String> {
    let listed: BTreeSet<String> =
        servers.into_iter().flat_map(|list| list.elements().collect::<Vec<_>>()).map(url).collect();
    if listed.is_empty() { BTreeSet::from(["/".to_owned()]) } else { listed }
}

fn url(server: Loc<'_>) -> String {
    let mut url = server.str("url").unwrap_or("/").to_owned();
    for (name, variable) in server.get("variables").iter().flat_map(Loc::members) {
        let default = variable.value.get("default").and_then(Value::as_str).unwrap_or_default();
        url = url.replace(&format!("{{{name}}}"), default);
    }
    if url.len() > 1 { url.trim_end_matches('/').to_owned() } else { url }
}

/// The hosts of a document's servers, with scheme and port; servers without a host have none.
pub fn hosts(root: &Value) -> BTreeSet<String> {
    let urls = urls(Loc::root(root).get("servers").as_ref());
    urls.iter().map(|url| origin(url).to_lowercase()).filter(|host| !host.is_empty()).collect()
}

/// Scheme, host and port; nothing for a relative address.
fn origin(url: &str) -> &str {
    if url.contains("://") { url.strip_suffix(base_path(url)).unwrap_or(url) } else { "" }
}

/// What comes after the host.
fn base_path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    if rest.len() == url.len() {
        return rest.trim_end_matches('/');
    }
    rest.find('/').and_then(|start| rest.get(start..)).unwrap_or_default()
}
