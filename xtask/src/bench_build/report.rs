//! The figures as a table, and their place in docs/PERFORMANCE.md.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

use super::PLAIN;
use crate::cargo::Times;
use crate::tree::Tree;

const PLACE: &str = "docs/PERFORMANCE.md";
const BEGIN: &str = "<!-- cargo xtask bench-build -->\n";
const END: &str = "<!-- to here -->";

/// What a run measured.
pub struct BuildReport {
    pub(super) rounds: u32,
    pub(super) plain_lines: usize,
    pub(super) rows: Vec<Row>,
    pub(super) sizes: Vec<Size>,
    pub(super) cold: Vec<Cold>,
}

pub(super) struct Row {
    pub name: &'static str,
    pub check: Option<Times>,
    pub build: Option<Times>,
}

pub(super) struct Size {
    pub name: &'static str,
    pub bytes: u64,
    pub times: Times,
}

pub(super) struct Cold {
    pub name: &'static str,
    pub tls: &'static str,
    pub debug: Times,
    pub release: Times,
}

impl BuildReport {
    /// Puts the tables where docs/PERFORMANCE.md has a place for them.
    ///
    /// # Errors
    /// When there is no such place.
    pub fn write(&self, tree: &Tree) -> Result<()> {
        let path = tree.root.join(PLACE);
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let place = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
        let (before, after) = place.with_context(|| format!("{PLACE} has no `{}` .. `{END}`", BEGIN.trim_end()))?;
        fs::write(&path, format!("{before}{BEGIN}{self}{END}{after}")).with_context(|| path.display().to_string())
    }
}

impl Display for BuildReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Dependencies built, release profile, the best of {}; seconds on the clock / of processor time. Plain progenitor's \
             crate has {} lines.\n",
            self.rounds, self.plain_lines
        )?;
        writeln!(f, "| | check | ratio | build | ratio |\n|---|---|---|---|---|")?;
        let plain = self.rows.iter().find(|row| row.name == PLAIN);
        for row in &self.rows {
            let ratio = |of: fn(&Row) -> Option<Times>| ratio(of(row), plain.and_then(of));
            writeln!(
                f,
                "| {} | {} | {} | {} | {} |",
                row.name,
                times(row.check),
                ratio(|row| row.check),
                times(row.build),
                ratio(|row| row.build)
            )?;
        }
        writeln!(f, "\n| program that lists ledgers | stripped | its own build |\n|---|---|---|")?;
        for size in &self.sizes {
            writeln!(f, "| linkcy with {} | {:.2} MB | {} |", size.name, mega(size.bytes), times(Some(size.times)))?;
        }
        if !self.cold.is_empty() {
            writeln!(f, "\n| a program, from nothing | debug | ratio | release | ratio |\n|---|---|---|---|---|")?;
            for cold in &self.cold {
                let plain = self.cold.iter().find(|other| other.name == PLAIN && other.tls == cold.tls);
                let ratio = |of: fn(&Cold) -> Times| ratio(Some(of(cold)), plain.map(of));
                let (debug, release) = (times(Some(cold.debug)), times(Some(cold.release)));
                let ratios = (ratio(|cold| cold.debug), ratio(|cold| cold.release));
                writeln!(f, "| {}, {} | {debug} | {} | {release} | {} |", cold.name, cold.tls, ratios.0, ratios.1)?;
            }
        }
        Ok(())
    }
}

#[allow(clippy::cast_precision_loss)]
fn mega(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

pub(super) fn times(times: Option<Times>) -> String {
    let seconds = |time: Duration| format!("{:.1}", time.as_secs_f64());
    match times {
        Some(Times { wall, spent: Some(spent) }) => format!("{} / {}", seconds(wall), seconds(spent)),
        Some(Times { wall, spent: None }) => seconds(wall),
        None => "not measured".into(),
    }
}

fn ratio(ours: Option<Times>, plain: Option<Times>) -> String {
    let Some((ours, plain)) = ours.zip(plain) else { return String::new() };
    let of = |ours: Duration, plain: Duration| format!("{:.2}", ours.as_secs_f64() / plain.as_secs_f64());
    match ours.spent.zip(plain.spent) {
        Some((spent, plain_spent)) => format!("{} / {}", of(ours.wall, plain.wall), of(spent, plain_spent)),
        None => of(ours.wall, plain.wall),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taking(wall: u64, spent: u64) -> Option<Times> {
        Some(Times { wall: Duration::from_secs(wall), spent: Some(Duration::from_secs(spent)) })
    }

    #[test]
    fn ratios_are_of_the_same_kind_of_time() {
        assert_eq!(ratio(taking(2, 3), taking(10, 30)), "0.20 / 0.10");
        assert_eq!(ratio(taking(2, 3), None), "");
    }

    #[test]
    fn tables_replace_those_before_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let tree = Tree::new(folder.path());
        let report = BuildReport {
            rounds: 1,
            plain_lines: 7,
            rows: vec![Row { name: PLAIN, check: taking(2, 3), build: taking(4, 5) }],
            sizes: Vec::new(),
            cold: Vec::new(),
        };
        assert!(report.write(&tree).is_err());
        fs::create_dir(folder.path().join("docs")).expect("a folder");
        let path = folder.path().join(PLACE);
        fs::write(&path, format!("before\n{BEGIN}old figures\n{END}\nafter\n")).expect("written");
        report.write(&tree).expect("written");
        let text = fs::read_to_string(&path).expect("read");
        assert!(text.starts_with("before\n") && text.ends_with("\nafter\n"), "{text}");
        assert!(text.contains("| plain progenitor | 2.0 / 3.0 | 1.00 / 1.00 | 4.0 / 5.0 | 1.00 / 1.00 |"), "{text}");
        assert!(!text.contains("old figures"));
    }
}
