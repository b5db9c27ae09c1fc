//! What CHANGELOG.md says of a version.

use semver::Version;

/// A release has a section with its date and at least one entry: `## 1.2.3, 2027-01-31`.
#[must_use]
pub fn faults(text: &str, version: &Version) -> Vec<String> {
    let mut lines = text.lines();
    let heading = format!("## {version}");
    let Some(rest) = lines.by_ref().find_map(|line| match line.strip_prefix(&heading) {
        Some(rest) if rest.is_empty() || rest.starts_with([',', ' ']) => Some(rest),
        _ => None,
    }) else {
        return vec![format!("CHANGELOG.md has no section `{heading}, YYYY-MM-DD`")];
    };
    let mut faults = Vec::new();
    if !is_date(rest.trim_start_matches([',', ' '])) {
        faults.push(format!("`{heading}{rest}` in CHANGELOG.md needs its date: `{heading}, YYYY-MM-DD`"));
    }
    if !lines.take_while(|line| !line.starts_with("## ")).any(|line| line.starts_with("- ")) {
        faults.push(format!("`{heading}` in CHANGELOG.md has no entry"));
    }
    faults
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.trim().split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [4, 2, 2] && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_has_its_section_its_date_and_an_entry() {
        let version = Version::new(1, 2, 3);
        for (text, faulty) in [
            ("# Changelog\n\n## 1.2.3, 2027-01-31\n- New.\n", 0),
            ("## 1.2.3, unreleased\n- New.\n", 1),
            ("## 1.2.3\n- New.\n", 1),
            ("## 1.2.3, 2027-01-31\n\n## 1.2.2, 2027-01-01\n- Old.\n", 1),
            ("## 1.2.3, unreleased\n", 2),
            ("## 1.2.30, 2027-01-31\n- Other.\n", 1),
            ("", 1),
        ] {
            assert_eq!(faults(text, &version).len(), faulty, "{text:?}: {:?}", faults(text, &version));
        }
    }
}
