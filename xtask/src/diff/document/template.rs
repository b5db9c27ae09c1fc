//! Path templates: text and parameters. Spring's routers write `{name:.+}` and `{*name}`; on the wire both are `{name}`.

/// The path with its parameters' names taken out.
pub fn template(path: &str) -> String {
    pieces(path).into_iter().map(|piece| piece.name().map_or(piece.text, |_| "{}")).collect()
}

/// The names of a path's parameters, in order.
pub fn path_parameters(path: &str) -> Vec<&str> {
    pieces(path).iter().filter_map(Piece::name).collect()
}

/// The name of a path's parameter without the pattern it has to match.
pub fn bare(name: &str) -> &str {
    name.split(':').next().unwrap_or(name).trim_start_matches(['*', '+']).trim()
}

struct Piece<'a> {
    text: &'a str,
    parameter: bool,
}

impl<'a> Piece<'a> {
    fn name(&self) -> Option<&'a str> {
        self.parameter.then(|| bare(self.text))
    }
}

/// The path cut into text and parameters. Braces may nest, as in `{code:[A-Z]{2}}`.
fn pieces(path: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = path;
    while let Some((text, after)) = rest.split_once('{') {
        let Some(end) = closing(after) else { break };
        let (Some(inner), Some(left)) = (after.get(..end), after.get(end + 1..)) else { break };
        pieces.push(Piece { text, parameter: false });
        pieces.push(Piece { text: inner, parameter: true });
        rest = left;
    }
    pieces.push(Piece { text: rest, parameter: false });
    pieces
}

/// Where the brace that is open at the start is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1_usize;
    text.char_indices().find_map(|(at, character)| {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_no_part_of_a_parameter() {
        for (path, bared, names) in [
            ("/a", "/a", &[][..]),
            ("/a/{id}", "/a/{}", &["id"]),
            ("/a/{id:.+}/b", "/a/{}/b", &["id"]),
            ("/a/{code:[A-Z]{2}}/{id}.json", "/a/{}/{}.json", &["code", "id"]),
            ("/files/{*path}", "/files/{}", &["path"]),
            ("/a/{b", "/a/{b", &[]),
            ("/{a}{b}", "/{}{}", &["a", "b"]),
            ("/}{", "/}{", &[]),
        ] {
            assert_eq!((template(path).as_str(), path_parameters(path).as_slice()), (bared, names), "{path}");
        }
    }
}
