//! The version of a release beside the ones before it.

use semver::Version;

use super::Checked;
use crate::diff::Semver;

/// The tag of a release.
#[must_use]
pub fn tag(version: &Version) -> String {
    format!("v{version}")
}

/// The highest release below this version.
#[must_use]
pub fn last_before(tags: &[Version], version: &Version) -> Option<Version> {
    tags.iter().filter(|tag| *tag < version).max().cloned()
}

/// A version is published once.
#[must_use]
pub fn taken(tags: &[Version], version: &Version) -> Vec<String> {
    let mut faults = Vec::new();
    if tags.contains(version) {
        faults.push(format!("{} exists: raise `version` in [workspace.package] of Cargo.toml", tag(version)));
    }
    if let Some(higher) = tags.iter().filter(|tag| *tag > version).max() {
        faults.push(format!("{} is published already: the next version is higher", tag(higher)));
    }
    faults
}

/// Whether going from `last` to `version` is at least the step that is needed.
pub(super) fn step(last: &Version, version: &Version, needed: Semver, why: &str) -> Checked {
    let taken = step_between(last, version);
    if taken >= needed {
        return Checked::Passed(format!("from {last} to {version} is {}; needed is {}", taken.word(), needed.word()));
    }
    Checked::Failed(vec![format!(
        "from {last} to {version} is {}, but the generated API needs {}: {why}",
        taken.word(),
        needed.word()
    )])
}

/// What cargo takes a step for: below 1.0 the minor version says what breaks, below 0.1 the patch version.
fn step_between(old: &Version, new: &Version) -> Semver {
    let significant = |version: &Version| match (version.major, version.minor) {
        (0, 0) => (0, 0, version.patch),
        (0, minor) => (0, minor, 0),
        (major, _) => (major, 0, 0),
    };
    if significant(old) != significant(new) {
        Semver::Major
    } else if old.major > 0 && old.minor != new.minor {
        Semver::Minor
    } else if old.major == 0 && old.patch != new.patch {
        // Below 1.0 cargo takes additions in a patch.
        Semver::Minor
    } else if old.patch != new.patch {
        Semver::Patch
    } else {
        Semver::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn a_step_is_what_cargo_takes_it_for() {
        for (old, new, step) in [
            ("0.1.0", "0.1.0", Semver::None),
            ("0.1.0", "0.1.1", Semver::Minor),
            ("0.1.9", "0.2.0", Semver::Major),
            ("0.0.1", "0.0.2", Semver::Major),
            ("0.9.0", "1.0.0", Semver::Major),
            ("1.0.0", "1.0.1", Semver::Patch),
            ("1.0.1", "1.1.0", Semver::Minor),
            ("1.9.0", "2.0.0", Semver::Major),
        ] {
            assert_eq!(step_between(&v(old), &v(new)), step, "{old} -> {new}");
        }
    }

    #[test]
    fn a_release_below_its_step_fails_and_says_why() {
        let outcome = step(&v("1.0.0"), &v("1.1.0"), Semver::Major, "one operation is gone");
        let Checked::Failed(faults) = outcome else { panic!("{outcome:?}") };
        assert_eq!(faults, ["from 1.0.0 to 1.1.0 is minor, but the generated API needs major: one operation is gone"]);
        assert!(matches!(step(&v("1.0.0"), &v("2.0.0"), Semver::Major, ""), Checked::Passed(_)));
    }

    #[test]
    fn a_version_is_new_and_the_highest() {
        let tags = [v("0.1.0"), v("0.3.0"), v("0.2.0")];
        assert_eq!(last_before(&tags, &v("0.3.1")), Some(v("0.3.0")));
        assert_eq!(last_before(&tags, &v("0.1.0")), None);
        assert!(taken(&tags, &v("0.4.0")).is_empty());
        assert_eq!(taken(&tags, &v("0.3.0")).len(), 1);
        assert_eq!(taken(&tags, &v("0.2.5")).len(), 1);
    }
}
