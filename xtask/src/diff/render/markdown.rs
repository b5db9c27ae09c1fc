//! The form for openapi/CHANGES.md: one table a severity, short enough to be read in a review.

use std::fmt::Write;

use super::{grouped, summary};
use crate::diff::report::Report;

/// Renders a report as a section of markdown, headed by the new version.
pub fn markdown(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a String does not fail.
    let _ = writeln!(out, "## {} (was {})\n\n{}\n", report.new.version, report.old.version, summary(report));
    for group in grouped(report) {
        let _ = writeln!(out, "### {}\n", escaped(&group.title));
        for line in group.lines {
            let accepted = line.accepted.as_ref().map(|reason| format!("; accepted: {reason}")).unwrap_or_default();
            let message = escaped(&line.message);
            let _ = writeln!(out, "- **{}** {message} (`{}`){}", line.severity.word(), line.id, escaped(&accepted));
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// Text from outside must not become markup: HTML and emphasis are escaped, code spans are left.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut code = false;
    for c in text.chars() {
        match c {
            '`' => code = !code,
            '<' if !code => {
                out.push_str("&lt;");
                continue;
            }
            '*' | '_' | '[' if !code => out.push('\\'),
            '\n' | '\r' => {
                out.push(' ');
                continue;
            }
            _ => {}
        }
        out.push(c);
    }
    out
}
