//! Times in answers, by the clock of the server that stated them. One rule for calls, sessions and `find_transfer`: an
//! answer's own `Date` is LinkCy's clock, and this machine's clock counts only where an answer has none.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// `Date` of an answer, in whole seconds.
pub(crate) fn date(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?.trim()).ok()
}

/// Converts a moment of this machine's clock to LinkCy's clock. The answer with these headers arrived at `now`.
#[cfg_attr(not(feature = "transactions"), allow(dead_code, reason = "for find_transfer"))]
pub(crate) fn in_server_time(moment: SystemTime, headers: &HeaderMap, now: SystemTime) -> Option<SystemTime> {
    let Some(date) = date(headers) else { return Some(moment) };
    match date.duration_since(now) {
        Ok(ahead) => moment.checked_add(ahead),
        Err(behind) => moment.checked_sub(behind.duration()),
    }
}

/// `Retry-After` in both its forms, seconds and a date, in whole seconds rounded up; of several the longest.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let base = date(headers).unwrap_or(now);
    headers.get_all(RETRY_AFTER).iter().filter_map(|value| wait(value.to_str().ok()?.trim(), base)).max()
}

fn wait(value: &str, base: SystemTime) -> Option<Duration> {
    if let Ok(date) = httpdate::parse_http_date(value) {
        let wait = date.duration_since(base).unwrap_or_default();
        return Some(Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0)));
    }
    value.split(',').filter_map(|seconds| seconds_of(seconds.trim())).max()
}

/// Seconds with or without a fraction, rounded up; a number beyond a `u64` becomes the largest one.
fn seconds_of(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let up = u64::from(fraction.bytes().any(|digit| digit != b'0'));
    Some(Duration::from_secs(whole.parse::<u64>().unwrap_or(u64::MAX).saturating_add(up)))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// Sun, 06 Nov 1994 08:49:37 GMT.
    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777)
    }

    fn read(date: Option<&'static str>, values: &[&'static str]) -> Option<u64> {
        let mut headers = HeaderMap::new();
        if let Some(date) = date {
            headers.insert(DATE, HeaderValue::from_static(date));
        }
        for value in values {
            headers.append(RETRY_AFTER, HeaderValue::from_static(value));
        }
        retry_after(&headers, now()).map(|wait| wait.as_secs())
    }

    #[test]
    fn every_form_of_retry_after_is_rounded_up_and_the_longest_counts() {
        for (values, wait) in [
            (&["120"][..], Some(120)),
            (&["1.5"], Some(2)),
            (&["1.000"], Some(1)),
            (&["0.001"], Some(1)),
            (&["0"], Some(0)),
            (&["2, 2"], Some(2)),
            (&["2, 7.1 ,3"], Some(8)),
            (&["2", "9", "4"], Some(9)),
            (&["2", "Sun, 06 Nov 1994 08:49:47 GMT"], Some(10)),
            (&["Sunday, 06-Nov-94 08:49:47 GMT"], Some(10)),
            (&["Sun, 06 Nov 1994 08:49:27 GMT"], Some(0)),
            (&["99999999999999999999999"], Some(u64::MAX)),
            (&["soon"], None),
            (&["-1"], None),
            (&["1e3"], None),
            (&[""], None),
            (&["soon", "3"], Some(3)),
            (&[], None),
        ] {
            assert_eq!(read(None, values), wait, "{values:?}");
        }
    }

    #[test]
    fn a_date_to_wait_for_is_held_against_the_answers_own_date() {
        let in_ten_seconds = "Sun, 06 Nov 1994 08:49:47 GMT";
        for (date, wait) in [
            (None, 10),
            (Some("Sun, 06 Nov 1994 07:49:45 GMT"), 3_602),
            (Some("Sun, 06 Nov 1994 08:49:45 GMT"), 2),
            (Some("Sun, 06 Nov 1994 09:49:45 GMT"), 0),
            (Some("yesterday"), 10),
        ] {
            assert_eq!(read(date, &[in_ten_seconds]), Some(wait), "{date:?}");
        }
    }

    #[test]
    fn a_moment_is_told_by_the_servers_clock_whichever_way_ours_is_wrong() {
        for (date, expected) in [
            ("Sun, 06 Nov 1994 09:49:37 GMT", now() + Duration::from_secs(3_600)),
            ("Sun, 06 Nov 1994 08:49:07 GMT", now() - Duration::from_secs(30)),
            ("never", now()),
        ] {
            let headers = HeaderMap::from_iter([(DATE, HeaderValue::from_static(date))]);
            assert_eq!(in_server_time(now(), &headers, now()), Some(expected), "{date}");
        }
    }
}
