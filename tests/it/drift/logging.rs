//! `DriftLog`: counting, merging, bounds.

use linkcy::drift::DriftLog;

const LINE: &str = r#"{"operation":"cards.get","status":200,"path":"status","kind":"unknown-enum-value","value":"FROZEN","schema":"/components/schemas/CardDto/properties/status","apiVersion":"1.114.5","count":3,"firstSeen":"2026-11-02T10:00:00Z","lastSeen":"2026-11-03T10:00:00Z"}"#;

#[test]
fn logs_of_a_fleet_add_up() {
    let log = DriftLog::new();
    log.merge_json_lines(LINE).unwrap();
    let later = LINE.replace("2026-11-02", "2026-11-01").replace("2026-11-03", "2026-11-04");
    log.merge_json_lines(&format!("\n{later}\n{}\n", LINE.replace("FROZEN", "LOST"))).unwrap();
    let entries = log.entries();
    assert_eq!(entries.len(), 2);
    assert_eq!(
        (entries[0].count, entries[0].first_seen.to_string(), entries[0].last_seen.to_string()),
        (6, "2026-11-01T10:00:00Z".to_owned(), "2026-11-04T10:00:00Z".to_owned())
    );
    assert_eq!((entries[1].difference.value.as_deref(), entries[1].count), (Some("LOST"), 3));
}

#[test]
fn a_log_reads_what_it_writes() {
    let log = DriftLog::new();
    log.merge_json_lines(LINE).unwrap();
    assert_eq!(log.to_json_lines(), format!("{LINE}\n"));
}

#[test]
fn a_line_that_is_no_entry_is_named_and_nothing_is_added() {
    let log = DriftLog::new();
    let error = log.merge_json_lines(&format!("{LINE}\nhello\n")).unwrap_err();
    assert_eq!(error.to_string(), "line 2 is not an entry of a drift log");
    assert!(log.entries().is_empty());
}

#[test]
fn a_full_log_goes_on_counting_what_it_knows_and_says_how_much_it_left_out() {
    let log = DriftLog::with_capacity(1);
    for value in ["FROZEN", "LOST", "FROZEN", "STOLEN"] {
        log.merge_json_lines(&LINE.replace("FROZEN", value)).unwrap();
    }
    assert_eq!((log.entries().len(), log.entries()[0].count, log.left_out()), (1, 6, 2));
}
