//! Changes to openapi/overlay.yaml: corrections that hit nothing go, proposed ones come. Comments stay.

use anyhow::{Result, ensure};
use linkcy_spec::{Action, Finding, proposed_actions};

/// The number of the action that a finding about overlay.yaml is about.
pub fn action_of(finding: &Finding) -> Option<usize> {
    let mut segments = finding.pointer.segments();
    (segments.next()? == "actions").then(|| segments.next()?.parse().ok()).flatten()
}

/// The text without these actions.
///
/// # Errors
/// If the text is not laid out as overlay.yaml is: an entry of `actions` begins with `  - `.
pub fn without(text: &str, dropped: &[usize]) -> Result<String> {
    let mut kept = String::new();
    let mut action: Option<usize> = None;
    let mut in_actions = false;
    for line in text.split_inclusive('\n') {
        if line.starts_with("actions:") {
            in_actions = true;
        } else if in_actions && line.starts_with("  - ") {
            action = Some(action.map_or(0, |action| action + 1));
        } else if in_actions && !line.starts_with(' ') && !line.trim().is_empty() && !line.starts_with('#') {
            in_actions = false;
            action = None;
        }
        if !action.is_some_and(|action| dropped.contains(&action)) {
            kept.push_str(line);
        }
    }
    let found = action.map_or(0, |action| action + 1);
    ensure!(
        dropped.iter().all(|dropped| *dropped < found),
        "openapi/overlay.yaml: its actions do not begin with `  - `: remove those that hit nothing by hand"
    );
    if found == dropped.len() {
        kept = kept.replacen("actions:\n", "actions: []\n", 1);
    }
    Ok(kept)
}

/// The actions that findings propose, as entries of `actions`, in an order in which all of them hit.
pub fn proposed(findings: &[Finding]) -> Vec<String> {
    proposed_actions(findings).iter().map(Action::yaml).collect()
}

/// The text with more actions.
pub fn with(text: &str, actions: &[String]) -> String {
    let mut text = text.replacen("actions: []", "actions:", 1);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text.extend(actions.iter().map(String::as_str));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "overlay: 1.0.0\ninfo: {}\nactions:\n  - target: $.a\n    description: one\n    remove: true\n  # of two\n  - target: $.b\n    description: two\n    remove: true\n";

    #[test]
    fn an_action_is_removed_with_its_lines_and_no_other() {
        let kept = without(TEXT, &[0]).expect("it is laid out as usual");
        assert!(!kept.contains("$.a") && kept.contains("  - target: $.b\n    description: two"), "{kept}");
        assert!(without(TEXT, &[0, 1]).expect("it is laid out as usual").contains("actions: []"));
        assert!(without("actions: [{target: $.a}]", &[0]).is_err());
    }

    #[test]
    fn an_action_is_added_at_the_end() {
        let action = "  - target: \"$.c\"\n    description: \"three\"\n    remove: true\n".to_owned();
        let more = with(TEXT, std::slice::from_ref(&action));
        assert!(more.ends_with(&action) && more.starts_with(TEXT));
        assert!(with("actions: []", &[action]).starts_with("actions:\n  - target"));
    }
}
