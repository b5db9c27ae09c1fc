//! Damaged descriptions: whatever is removed from the real ones or put in its place, the passes take it in and give code that is
//! Rust, unless nothing is left to take. They never panic, and neither does progenitor behind them.

use std::panic;
use std::str::FromStr;

use linkcy_spec::{Inputs, Options, prepare_with};
use proc_macro2::TokenStream;
use serde_json::{Map, Value, json};

const DESCRIPTIONS: [&str; 2] =
    [include_str!("../../openapi/linkcy.json"), include_str!("../../openapi/archive/1.78.0.json")];
const OVERLAY: &str = include_str!("../../openapi/overlay.yaml");
const NAMES: &str = include_str!("../../openapi/names.toml");

/// Paths taken over into one damaged description: few, so that there is time for many.
const PATHS: usize = 4;
const ROUNDS: u64 = 300;

#[test]
fn no_damage_makes_the_passes_or_progenitor_panic() {
    let descriptions: Vec<Value> = DESCRIPTIONS.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    let (mut taken, mut refused) = (0, 0);
    for seed in 0..ROUNDS {
        let mut random = fastrand::Rng::with_seed(seed);
        let whole = &descriptions[random.usize(..descriptions.len())];
        let mut description = extract(whole, &mut random);
        let damage: Vec<String> = (0..random.usize(1..4)).map(|_| damage(&mut description, &mut random)).collect();
        let text = description.to_string();
        match panic::catch_unwind(|| run(&text)) {
            Ok(Ok(())) => taken += 1,
            Ok(Err(Outcome::Refused)) => refused += 1,
            Ok(Err(Outcome::NoRust(file, error))) => panic!("seed {seed}: {file} is no Rust: {error}; {damage:#?}"),
            Err(_) => panic!("seed {seed}: {damage:#?}"),
        }
    }
    println!("{taken} taken, {refused} refused");
    // Damage costs its own place: what is refused has no operation left, or breaks a name that we chose.
    assert!(taken > ROUNDS * 9 / 10, "{taken} taken, {refused} refused");
}

enum Outcome {
    Refused,
    NoRust(&'static str, String),
}

fn run(description: &str) -> Result<(), Outcome> {
    let inputs = Inputs { overlay: OVERLAY, names: NAMES, ..Inputs::alone(description) };
    let options = Options { lenient_overlay: true, ..Options::default() };
    let prepared = prepare_with(&inputs, &options).map_err(|_| Outcome::Refused)?;
    let _ = prepared.surface().to_string();
    let code = prepared.generate().map_err(|error| Outcome::NoRust("progenitor", error.to_string()))?;
    for (file, code) in
        [("raw", &code.raw), ("types", &code.types), ("operations", &code.operations), ("table", &code.table)]
    {
        TokenStream::from_str(code).map_err(|error| Outcome::NoRust(file, error.to_string()))?;
    }
    Ok(())
}

/// A few paths of a description with the components they reach.
fn extract(whole: &Value, random: &mut fastrand::Rng) -> Value {
    let mut paths: Vec<&String> = whole["paths"].as_object().unwrap().keys().collect();
    random.shuffle(&mut paths);
    let paths: Map<String, Value> =
        paths.into_iter().take(PATHS).map(|path| (path.clone(), whole["paths"][path].clone())).collect();
    let mut schemas = Map::new();
    let mut open = vec![Value::Object(paths.clone())];
    while let Some(value) = open.pop() {
        let text = value.to_string();
        for part in text.split("\"#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            if !schemas.contains_key(name) {
                let schema = whole["components"]["schemas"][name].clone();
                schemas.insert(name.to_owned(), schema.clone());
                open.push(schema);
            }
        }
    }
    json!({ "openapi": "3.0.1", "info": whole["info"], "paths": paths, "components": { "schemas": schemas } })
}

/// Damages one node somewhere, and says how.
fn damage(description: &mut Value, random: &mut fastrand::Rng) -> String {
    let mut pointers = Vec::new();
    collect(description, String::new(), &mut pointers);
    let pointer = pointers[random.usize(..pointers.len())].clone();
    let other = pointers[random.usize(..pointers.len())].clone();
    let (holder, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    let elsewhere = description.pointer(&other).cloned().unwrap_or_default();
    let Some(holder) = description.pointer_mut(holder) else { return String::new() };
    let kind = random.u8(..4);
    match (kind, holder) {
        (0, Value::Object(members)) => {
            members.remove(&key);
            format!("removed {pointer}")
        }
        (0, Value::Array(items)) => {
            items.remove(key.parse().unwrap());
            format!("removed {pointer}")
        }
        (1, Value::Object(members)) => {
            let names = ["", "$ref", "type", "3D", "a-b", "self", "Ünder", "id", "²", "allOf", "properties", "x{y}"];
            let name = names[random.usize(..names.len())];
            if let Some(value) = members.remove(&key) {
                members.insert(name.to_owned(), value);
            }
            format!("renamed {pointer} to `{name}`")
        }
        (2, holder) => {
            put(holder, &key, elsewhere);
            format!("put {other} at {pointer}")
        }
        (_, holder) => {
            let odd = [
                json!(null),
                json!([]),
                json!({}),
                json!(-1),
                json!(1.5e300),
                json!(""),
                json!("self"),
                json!(true),
                json!(["", null, {}]),
                json!({ "$ref": "#/components/schemas/Nowhere" }),
                json!("\"*/ }} ${{ \\"),
                json!({ "type": "string", "enum": ["", " ", "-", "Self", "é", "²", "\"\n\\"] }),
                json!({ "anyOf": [{ "type": "string" }, {}] }),
                json!({ "type": "object", "properties": { "": {} } }),
            ];
            let odd = odd[random.usize(..odd.len())].clone();
            let said = format!("put {odd} at {pointer}");
            put(holder, &key, odd);
            said
        }
    }
}

fn put(holder: &mut Value, key: &str, value: Value) {
    match holder {
        Value::Object(members) => {
            members.insert(key.to_owned(), value);
        }
        Value::Array(items) => {
            if let Some(item) = key.parse().ok().and_then(|index: usize| items.get_mut(index)) {
                *item = value;
            }
        }
        _ => {}
    }
}

fn collect(value: &Value, at: String, pointers: &mut Vec<String>) {
    if !at.is_empty() {
        pointers.push(at.clone());
    }
    match value {
        Value::Object(members) => members.iter().for_each(|(key, member)| {
            collect(member, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), pointers);
        }),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| collect(item, format!("{at}/{index}"), pointers))
        }
        _ => {}
    }
}
