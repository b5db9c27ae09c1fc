//! Prose of the description as doc comments: what would be markup is made plain.

/// The lines of a doc comment, each behind `prefix`; nothing for empty text.
pub(super) fn comment(prefix: &str, text: &str) -> String {
    plain(text).lines().map(|line| format!("{prefix} {}", line.trim_end()).trim_end().to_owned() + "\n").collect()
}

/// Text in which no character means markup to rustdoc, addresses made links.
pub(super) fn plain(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| line.split(' ').map(word).collect::<Vec<_>>().join(" ")).collect();
    lines.join("\n")
}

fn word(word: &str) -> String {
    if word.starts_with("http://") || word.starts_with("https://") {
        let end = word.trim_end_matches(['.', ',', ';', ')']).len();
        return format!("<{}>{}", &word[..end], &word[end..]);
    }
    let mut plain = String::with_capacity(word.len());
    for c in word.chars() {
        if ['[', ']', '<', '>', '*', '_', '`', '#', '\\'].contains(&c) {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}
