//! Prose of the description as doc comments: what would be markup is made plain.

pub(crate) mod field;
pub(crate) mod operation;
pub(crate) mod ty;

#[cfg(test)]
mod tests;

/// The lines of a doc comment, each behind `prefix`; the text is markup already.
pub(crate) fn markup(prefix: &str, text: &str) -> String {
    let text = without_directions(text);
    text.lines().map(|line| format!("{prefix} {}", line.trim_end()).trim_end().to_owned() + "\n").collect()
}

/// The text without characters that change the direction of what follows: rustc refuses them in comments.
pub(crate) fn without_directions(text: &str) -> String {
    text.replace(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'), "")
}

/// Text in which no character means markup to rustdoc, addresses made links.
pub(crate) fn plain(text: &str) -> String {
    // A lone carriage return cannot stand in a doc comment.
    let text = without_tags(text).replace('\r', " ");
    let lines: Vec<String> = text
        .lines()
        // Four blanks would make code of it.
        .map(|line| line.trim().split(' ').filter(|word| !word.is_empty()).map(word).collect::<Vec<_>>().join(" "))
        .collect();
    let mut text = String::new();
    let mut was_empty = true;
    for line in lines {
        if line.is_empty() && was_empty {
            continue;
        }
        was_empty = line.is_empty();
        text.push_str(&line);
        text.push('\n');
    }
    text.trim_end().to_owned()
}

/// Text of our own about the vendor's names, which stand between backticks.
pub(crate) fn ours(text: &str) -> String {
    let escaped = |part: &str| {
        part.chars().fold(String::new(), |mut out, c| {
            if ['[', ']', '<', '>', '*', '_'].contains(&c) {
                out.push('\\');
            }
            out.push(c);
            out
        })
    };
    let parts = text.split('`').enumerate();
    parts.map(|(place, part)| if place % 2 == 0 { escaped(part) } else { format!("`{part}`") }).collect()
}

/// HTML's line breaks and emphasis, which descriptions use, as plain text.
fn without_tags(text: &str) -> String {
    let mut text = text.to_owned();
    for tag in ["<br>", "<br/>", "<br />", "</p>"] {
        text = text.replace(tag, "\n");
    }
    for tag in ["<p>", "<b>", "</b>", "<i>", "</i>", "<em>", "</em>", "<strong>", "</strong>"] {
        text = text.replace(tag, "");
    }
    text
}

fn word(word: &str) -> String {
    let is_address = |word: &str| {
        (word.starts_with("http://") || word.starts_with("https://"))
            && word.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>[]()\"`\\{}|^".contains(&byte))
    };
    if is_address(word) {
        let end = word.trim_end_matches(['.', ',', ';', ')', ':']).len();
        return format!("<{}>{}", &word[..end], &word[end..]);
    }
    let mut plain = String::with_capacity(word.len());
    for c in word.chars() {
        if ['[', ']', '<', '>', '*', '_', '`', '#', '\\', '|', '~'].contains(&c) {
            plain.push('\\');
        }
        plain.push(c);
    }
    // A bare address inside other characters is not made a link by rustdoc, and warned about.
    plain.replace("://", ":\\//")
}

/// A sentence ends with a mark, and begins with a capital.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut chars = text.chars();
    let text: String = chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default();
    match text.is_empty() || text.ends_with(['.', '!', '?', ':', ';']) {
        true => text,
        false => format!("{text}."),
    }
}
