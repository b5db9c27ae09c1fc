//! What the manifests say of the crates, as cargo reads them.

use anyhow::{Context, Result};
use semver::Version;
use serde::Deserialize;

use super::CRATES;
use super::workspace::Workspace;

#[derive(Debug, Deserialize)]
pub struct Manifests {
    packages: Vec<PackageManifest>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct PackageManifest {
    name: String,
    version: String,
    description: Option<String>,
    license: Option<String>,
    repository: Option<String>,
    documentation: Option<String>,
    readme: Option<String>,
    rust_version: Option<String>,
    #[serde(default)]
    keywords: Vec<String>,
    #[serde(default)]
    categories: Vec<String>,
    publish: Option<Vec<String>>,
    #[serde(default)]
    dependencies: Vec<Dependency>,
}

#[derive(Clone, Debug, Deserialize)]
struct Dependency {
    name: String,
    req: String,
}

/// The manifests of the crates that are published.
///
/// # Errors
/// When cargo cannot be started or refuses the workspace.
pub fn read(workspace: &Workspace) -> Result<Manifests> {
    let json = workspace.output(&["metadata", "--no-deps", "--format-version", "1"])?;
    let mut all: Manifests = serde_json::from_str(&json).context("cargo metadata")?;
    all.packages.retain(|package| CRATES.contains(&package.name.as_str()));
    Ok(all)
}

impl Manifests {
    /// The version of the release.
    ///
    /// # Errors
    /// When the workspace has none of the crates.
    pub fn version(&self) -> Result<Version> {
        let package = self.packages.first().context("none of the crates is in the workspace")?;
        package.version.parse().with_context(|| package.version.clone())
    }

    /// The oldest Rust that the crates promise.
    ///
    /// # Errors
    /// When they promise none.
    pub fn rust_version(&self) -> Result<String> {
        let versions = self.packages.iter().filter_map(|package| package.rust_version.clone());
        versions.max().context("no crate has a rust-version")
    }

    /// What crates.io refuses or a reader misses.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults: Vec<String> = CRATES
            .iter()
            .filter(|name| !self.packages.iter().any(|package| package.name == **name))
            .map(|name| format!("{name} is not in the workspace"))
            .collect();
        let versions = self.packages.first().map(|package| package.version.as_str());
        for package in &self.packages {
            faults.extend(package.faults().into_iter().map(|fault| format!("{}: {fault}", package.name)));
            if Some(package.version.as_str()) != versions {
                faults.push(format!("{}: version {} is not the others'", package.name, package.version));
            }
        }
        faults
    }
}

impl PackageManifest {
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (field, value, place) in [
            ("description", &self.description, "its Cargo.toml"),
            ("readme", &self.readme, "its Cargo.toml"),
            ("documentation", &self.documentation, "its Cargo.toml"),
            ("license", &self.license, "[workspace.package] of Cargo.toml"),
            ("repository", &self.repository, "[workspace.package] of Cargo.toml"),
        ] {
            if value.as_ref().is_none_or(String::is_empty) {
                faults.push(format!("`{field}` is not set: fill it in, in {place}"));
            }
        }
        for (field, values) in [("keywords", &self.keywords), ("categories", &self.categories)] {
            if values.is_empty() || values.len() > 5 {
                faults.push(format!("`{field}` has {} entries: crates.io takes one to five", values.len()));
            }
        }
        if self.publish.as_ref().is_some_and(Vec::is_empty) {
            faults.push("`publish = false`: remove it".to_owned());
        }
        let own = self.dependencies.iter().filter(|dependency| CRATES.contains(&dependency.name.as_str()));
        for dependency in own {
            let wanted = format!("^{}", self.version);
            if dependency.req != wanted {
                let Dependency { name, req } = dependency;
                faults
                    .push(format!("{name} is needed as `{req}`: write version = \"{}\" beside its path", self.version));
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> PackageManifest {
        let some = |text: &str| Some(text.to_owned());
        PackageManifest {
            name: "linkcy".to_owned(),
            version: "0.1.0".to_owned(),
            description: some("a client"),
            license: some("MIT"),
            repository: some("https://example.com/linkcy"),
            documentation: some("https://docs.rs/linkcy"),
            readme: some("README.md"),
            rust_version: some("1.88"),
            keywords: vec!["api".to_owned()],
            categories: vec!["api-bindings".to_owned()],
            publish: None,
            dependencies: vec![Dependency { name: "linkcy-spec".to_owned(), req: "^0.1.0".to_owned() }],
        }
    }

    #[test]
    fn every_gap_in_a_manifest_is_named_with_its_field() {
        assert_eq!(whole().faults(), Vec::<String>::new());
        type Gap = fn(&mut PackageManifest);
        let gaps: [(&str, Gap); 9] = [
            ("description", |package| package.description = None),
            ("readme", |package| package.readme = None),
            ("documentation", |package| package.documentation = Some(String::new())),
            ("license", |package| package.license = None),
            ("repository", |package| package.repository = None),
            ("keywords", |package| package.keywords = vec!["word".to_owned(); 6]),
            ("categories", |package| package.categories.clear()),
            ("publish", |package| package.publish = Some(Vec::new())),
            ("linkcy-spec", |package| package.dependencies[0].req = "*".to_owned()),
        ];
        for (named, gap) in gaps {
            let mut package = whole();
            gap(&mut package);
            let faults = package.faults();
            assert!(faults.len() == 1 && faults[0].contains(named), "{named}: {faults:?}");
        }
    }
}
