//! A file name that is safe on every system, made of an untrusted name.

/// Longest name that common file systems take, in bytes, with room for the ending of a file that is not whole yet.
const LONGEST: usize = 200;

/// Names that Windows gives to devices, whatever their extension.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// The last component of a name, whichever system's separators it has, with every character replaced that a system gives
/// another meaning. It is never empty, never `.` or `..`, and never a device of Windows.
#[inline]
pub(super) fn safe(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).map(str::trim).find(|part| !part.is_empty()).unwrap_or_default();
    let plain: String = last.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    // Windows drops dots and blanks at the end.
    let name = plain.trim().trim_end_matches(['.', ' ']);
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    match name {
        "" => "_".to_owned(),
        _ if is_device(stem) => shortened(&format!("_{name}")),
        _ => shortened(name),
    }
}

/// Characters that no file system and no shell of Windows gives a meaning, and that do not change how the others look.
#[inline]
fn is_plain(c: char) -> bool {
    let is_direction = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !c.is_control() && !is_direction && !matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*')
}

#[inline]
fn is_device(stem: &str) -> bool {
    let stem = stem.to_uppercase();
    let port = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT")).unwrap_or_default();
    let is_port = port.chars().count() == 1 && port.contains(|c| matches!(c, '0'..='9' | '¹' | '²' | '³'));
    DEVICES.contains(&&*stem) || is_port
}

/// A name that is not too long, with its extension.
#[inline]
fn shortened(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let extension =
        name.rfind('.').map(|dot| &name[dot..]).filter(|extension| extension.len() <= 16).unwrap_or_default();
    let mut end = LONGEST - extension.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{extension}", name[..end].trim_end_matches(['.', ' ']))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_last_component_counts_and_it_is_a_name_on_every_system() {
        for (name, safe_name) in [
            ("passport.pdf", "passport.pdf"),
            ("Relevé d'identité n° 7.pdf", "Relevé d'identité n° 7.pdf"),
            ("../x.pdf", "x.pdf"),
            ("/tmp/x.pdf", "x.pdf"),
            ("..\\..\\x.pdf", "x.pdf"),
            ("C:\\Windows\\x.pdf", "x.pdf"),
            ("C:x.pdf", "C_x.pdf"),
            ("a/b/", "b"),
            ("", "_"),
            (".", "_"),
            ("..", "_"),
            ("...", "_"),
            ("/", "_"),
            ("../..", "_"),
            (" . ", "_"),
            (".bashrc", ".bashrc"),
            ("x.pdf. .", "x.pdf"),
            ("a\0b\r\nc.pdf", "a_b__c.pdf"),
            ("file.txt::$DATA", "file.txt__$DATA"),
            ("what?*<>|\".pdf", "what______.pdf"),
            ("gpj\u{202e}fdp.exe", "gpj_fdp.exe"),
            ("NUL", "_NUL"),
            ("nul.pdf", "_nul.pdf"),
            ("Com1.tar.gz", "_Com1.tar.gz"),
            ("LPT¹", "_LPT¹"),
            ("con .txt", "_con .txt"),
            ("COM10.txt", "COM10.txt"),
            ("console.log", "console.log"),
        ] {
            assert_eq!(safe(name), safe_name, "{name:?}");
        }
        let long = safe(&format!("{}.pdf", "é".repeat(400)));
        assert!(long.len() <= LONGEST && long.ends_with("é.pdf"), "{long}");
    }

    proptest! {
        #[test]
        fn any_name_becomes_one_component_that_stays_the_same(name in "[./\\\\: a-zCONUL0-9\\x00-\\x20é\u{202e}]{0,300}") {
            let once = safe(&name);
            let path = std::path::Path::new(&once);
            prop_assert!(!once.is_empty() && once.len() <= LONGEST + 1);
            prop_assert!(!once.contains(['/', '\\', '\0', ':']));
            prop_assert_eq!(path.components().count(), 1);
            prop_assert_eq!(path.file_name().and_then(|name| name.to_str()), Some(&*once));
            prop_assert_eq!(safe(&once), once);
        }
    }
}
