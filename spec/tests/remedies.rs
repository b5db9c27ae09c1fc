//! What a finding proposes for overlay.yaml, once applied, makes the finding go away.

use std::collections::BTreeSet;
use std::path::Path;

use linkcy_spec::{Action, Finding, Inputs, Remedy, Weight, prepare, proposed};

/// Every kind of finding that has an action for overlay.yaml.
const WITH_ACTION: &[&str] = &[
    "conflict",
    "dangling-reference",
    "endless-list",
    "endless-reference",
    "mixed-list",
    "no-schema",
    "odd-operation",
    "odd-parameter",
    "odd-path",
    "odd-reference",
    "odd-type",
    "undescribed-parameter",
    "union-of-scalars",
    "unknown-style",
];

/// Findings beyond those of spec/kinds, several in one list each, so that one action moves the place of another.
const ODD: &str = r##"
openapi: 3.1.0
info: { title: Odd, version: '1' }
paths:
  /a/{b}:
    get:
      parameters:
        - { $ref: '#/components/parameters/Nowhere' }
        - { name: b, in: path, required: true, style: label, schema: { type: string } }
        - { in: query, schema: { type: string } }
        - { name: gone, in: path, required: true, schema: { type: string } }
        - { name: 'no header', in: header, schema: { type: string } }
        - { $ref: '#/components/parameters/Nowhere' }
        - { name: last, in: query, schema: { type: integer } }
      responses: { '200': { content: { application/json: { schema: { $ref: '#/components/schemas/A' } } } } }
    post: 7
  'not a path': { get: { responses: { '204': {} } } }
  /item: 7
  "/it's \\odd": { get: { responses: { '200': { content: { application/json: { schema: { $ref: 5 } } } } } } }
components:
  schemas:
    A:
      type: object
      properties:
        "it's a \"name\" \\": { $ref: '#/components/schemas/Gone' }
        '0': { $ref: 'other.yaml#/Gone' }
        again: { $ref: '#/components/schemas/Gone' }
        schema: 5
        items: { type: array, items: 7 }
        kind: { type: strange }
        choice: { oneOf: [{ type: string }, { type: array, items: { type: string } }] }
        short: { type: [string, object] }
        any: { anyOf: [{ type: boolean }, { type: object, properties: { x: { type: string } } }] }
        mixed: { enum: [1, two] }
        list: { $ref: '#/components/schemas/List' }
        map: { $ref: '#/components/schemas/Map' }
        itself: { $ref: '#/components/schemas/Itself' }
        alone: { $ref: '#/components/schemas/Alone' }
        empty: { $ref: '#/components/schemas/Empty' }
        nothing: { $ref: '#/components/schemas/Nothing' }
        inside: { type: object, properties: { again: { $ref: '#/components/schemas/A/properties/inside' } } }
        child: { $ref: '#/components/schemas/Child' }
    List: { type: array, items: { $ref: '#/components/schemas/List' } }
    Map: { type: object, additionalProperties: { $ref: '#/components/schemas/Map' } }
    Itself: { $ref: '#/components/schemas/Itself' }
    Nothing: { oneOf: [{ $ref: '#/components/schemas/Nothing' }, { $ref: '#/components/schemas/Nothing' }] }
    Empty: { type: object, properties: { kind: { type: string } }, oneOf: [{ $ref: '#/components/schemas/Empty' }], discriminator: { propertyName: kind } }
    Alone: { oneOf: [{ $ref: '#/components/schemas/Alone' }] }
    Base: { type: object, properties: { amount: { type: number } } }
    Child: { allOf: [{ $ref: '#/components/schemas/Base' }, { type: object, properties: { amount: { type: boolean } } }] }
"##;

fn findings(description: &str, overlay: &str) -> Vec<Finding> {
    let prepared =
        prepare(&Inputs { overlay, ..Inputs::alone(description) }).unwrap_or_else(|error| panic!("{error}\n{overlay}"));
    prepared.generate().unwrap();
    prepared.findings().to_vec()
}

fn has_action(finding: &Finding) -> bool {
    matches!(finding.remedy, Remedy::Overlay(_))
}

#[test]
fn what_is_proposed_for_the_overlay_ends_the_finding() {
    let kinds = Path::new(env!("CARGO_MANIFEST_DIR")).join("kinds");
    let files = std::fs::read_dir(kinds).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|end| end == "yaml"));
    let mut descriptions: Vec<String> = files.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    descriptions.push(ODD.to_owned());
    let mut met = BTreeSet::new();
    for description in descriptions {
        let before = findings(&description, Inputs::NO_OVERLAY);
        met.extend(before.iter().filter(|finding| has_action(finding)).map(|finding| finding.kind));
        let actions: String = proposed(&before).iter().map(Action::yaml).collect();
        if actions.is_empty() {
            continue;
        }
        let after = findings(&description, &format!("overlay: 1.0.0\ninfo: {{}}\nactions:\n{actions}"));
        let left: Vec<String> = after.iter().filter(|finding| has_action(finding)).map(ToString::to_string).collect();
        assert!(left.is_empty(), "{left:#?}\nwith\n{actions}");
    }
    assert_eq!(met, WITH_ACTION.iter().copied().collect(), "each kind has a case here");
}

#[test]
fn each_action_is_proposed_once_and_the_last_item_of_a_list_first() {
    let found = findings(ODD, Inputs::NO_OVERLAY);
    let actions = proposed(&found);
    let targets: Vec<&str> = actions.iter().map(|action| action.target.as_str()).collect();
    assert_eq!(actions.iter().collect::<BTreeSet<_>>().len(), actions.len(), "{targets:#?}");
    let indices: Vec<&str> =
        targets.iter().filter_map(|target| target.rsplit_once("parameters[")).map(|(_, at)| at).collect();
    assert_eq!(indices, ["5]", "4]", "3]", "2]", "1].style", "0]"]);
}

#[test]
fn who_names_the_overlay_proposes_the_action() {
    let found = findings(ODD, Inputs::NO_OVERLAY);
    for finding in found.iter().filter(|finding| finding.weight == Weight::SetAside) {
        let is_told = matches!(&finding.remedy, Remedy::Do(what) if what.contains("overlay.yaml"));
        assert!(!is_told, "{finding}");
    }
}
