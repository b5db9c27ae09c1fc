//! Keys that an object has twice: JSON and YAML alike, the last counts, and what is lost is told with its place and lines.

use linkcy_spec::{Inputs, Weight, prepare};

/// A description whose components and path items stand in lines of their own.
fn description(paths: &[&str], schemas: &[&str]) -> String {
    format!(
        "{{\"openapi\": \"3.0.1\", \"info\": {{\"version\": \"1\"}}, \"paths\": {{\n{}\n}}, \"components\": {{\"schemas\": {{\n{}\n}}}}}}",
        paths.join(",\n"),
        schemas.join(",\n")
    )
}

#[test]
fn a_repeated_key_is_a_finding_and_the_last_counts() {
    let get = r##""/a": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}}}"##;
    let post = r#""/a": {"post": {"responses": {"204": {}}}}"#;
    let other = r#""/b": {"put": {"responses": {"204": {"description": "x"}, "204": {"description": "y"}}}}"#;
    let a = r#""A": {"type": "object", "properties": {"x": {"type": "string"}}}"#;
    let twice = r#""A": {"type": "object", "properties": {"x": {"type": "string"}, "x": {"type": "integer"}}}"#;
    let prose = r#""A": {"type": "object", "description": "one", "description": "other", "example": {"x": 1, "x": 2}, "properties": {"description": {"type": "string"}}}"#;
    let named = r#""A": {"type": "object", "properties": {"title": {"type": "string"}, "title": {"type": "integer"}}}"#;
    // Paths, schemas, and for each finding: weight, pointer, the words of its lines.
    type Case<'a> = (&'a [&'a str], &'a [&'a str], &'a [(Weight, &'a str, &'a str)]);
    let cases: &[Case<'_>] = &[
        (&[get], &[a, a], &[(Weight::Note, "/components/schemas/A", "lines 4 and 5, with the same value")]),
        (
            &[get],
            &[a, twice, a],
            &[
                (Weight::SetAside, "/components/schemas/A", "lines 4 and 5"),
                (Weight::SetAside, "/components/schemas/A", "lines 5 and 6"),
                (Weight::SetAside, "/components/schemas/A/properties/x", "lines 5 and 5"),
            ],
        ),
        (&[get], &[named], &[(Weight::SetAside, "/components/schemas/A/properties/title", "lines 4 and 4")]),
        (
            &[get],
            &[prose],
            &[
                (Weight::Note, "/components/schemas/A/description", "lines 4 and 4"),
                (Weight::Note, "/components/schemas/A/example/x", "lines 4 and 4"),
            ],
        ),
        (&[get, post], &[a], &[(Weight::SetAside, "/paths/~1a", "lines 2 and 3")]),
        (&[get, other], &[a], &[(Weight::SetAside, "/paths/~1b/put/responses/204", "lines 3 and 3")]),
    ];
    for (paths, schemas, expected) in cases {
        let json = description(paths, schemas);
        // A document start makes it YAML, one line further down.
        let yaml = format!("# YAML\n{json}");
        for (text, down) in [(&json, 0), (&yaml, 1)] {
            let prepared = prepare(&Inputs::alone(text)).unwrap();
            let findings: Vec<_> =
                prepared.findings().iter().filter(|finding| finding.kind == "repeated-key").collect();
            assert_eq!(findings.len(), expected.len(), "{text}\n{findings:#?}");
            for (weight, pointer, words) in *expected {
                let words: String = words
                    .split(' ')
                    .map(|word| {
                        let number = word.trim_end_matches(',').parse::<u32>();
                        number
                            .map_or(word.to_owned(), |line| word.replace(&line.to_string(), &(line + down).to_string()))
                    })
                    .collect::<Vec<_>>()
                    .join(" ");
                let is_there = findings.iter().any(|finding| {
                    finding.weight == *weight
                        && finding.pointer.as_str() == *pointer
                        && finding.problem.contains(&words)
                });
                assert!(is_there, "{pointer}: {words}\n{findings:#?}");
            }
        }
    }
    let both = description(&[get, post], &[a]);
    let surface = prepare(&Inputs::alone(&both)).unwrap().surface().to_string();
    assert!(surface.contains("POST /a") && !surface.contains("GET /a"), "{surface}");
}

#[test]
fn a_repeated_key_of_the_overlay_is_refused() {
    let description = description(&[r#""/a": {"get": {"responses": {}}}"#], &[]);
    let overlay = "overlay: 1.0.0\ninfo: {}\nactions:\n  - target: $.info\n    description: why\n    update:\n      x: 1\n      x: 2\n";
    let error = prepare(&Inputs { overlay, ..Inputs::alone(&description) }).unwrap_err().to_string();
    assert!(
        error.contains("twice") && error.contains("lines 7 and 8") && error.contains("#/actions/0/update/x"),
        "{error}"
    );
}
