//! The form for eyes: grouped by operation, worst first, coloured where the terminal can.

use std::fmt::Write;

use super::{grouped, summary};
use crate::diff::report::{Report, Surface};
use crate::diff::rules::Severity;

/// Renders a report for a terminal.
pub fn text(report: &Report, coloured: bool) -> String {
    let paint = |severity: Severity, text: &str| match (coloured, severity) {
        (false, _) | (_, Severity::Compatible) => text.to_owned(),
        (_, Severity::Breaking) => format!("\x1b[1;31m{text}\x1b[0m"),
        (_, Severity::Risky) => format!("\x1b[33m{text}\x1b[0m"),
        (_, Severity::Cosmetic) => format!("\x1b[2m{text}\x1b[0m"),
    };
    let mut out = String::new();
    // Writing to a String does not fail.
    let _ = writeln!(out, "{} -> {}: {}", report.old.version, report.new.version, summary(report));
    for group in grouped(report) {
        let _ = writeln!(out, "\n{}", paint(group.worst, &group.title));
        for line in group.lines {
            let surface = if line.surface == Surface::Rust { "rust " } else { "" };
            let accepted = line.accepted.as_ref().map(|reason| format!(" (accepted: {reason})")).unwrap_or_default();
            let severity = paint(line.severity, &format!("{:<10}", line.severity.word()));
            let _ = writeln!(out, "  {severity} {surface}{} [{}]{accepted}", line.message, line.id);
        }
    }
    out
}
