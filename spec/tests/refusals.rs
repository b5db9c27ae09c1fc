//! What the passes refuse, each on a small description with one fault: the pass, the operation where there
//! is one, the pointer, and the words that a failed build prints.

use linkcy_spec::{Error, Inputs, prepare};
use serde_json::{Value, json};

const OVERLAY: &str = "overlay: 1.0.0\ninfo: {}\nactions: []";

/// A sound description that every test breaks in one place.
fn sound() -> Value {
    json!({
        "openapi": "3.0.1",
        "info": { "version": "1.0.0" },
        "paths": { "/cards/{cardId}": { "put": {
            "parameters": [{ "name": "cardId", "in": "path", "schema": { "type": "string", "format": "uuid" } }],
            "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Card" } } } },
            "responses": { "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Card" } } } } },
        } } },
        "components": { "schemas": { "Card": { "type": "object", "properties": {
            "status": { "type": "string", "enum": ["ACTIVE", "CLOSED"] },
            "design": { "$ref": "#/components/schemas/Design" },
        } }, "Design": { "type": "object", "properties": { "colour": { "type": "string" } } } } },
    })
}

/// The sound description with another value at a pointer.
fn with(pointer: &str, value: Value) -> Value {
    let mut description = sound();
    let (holder, key) = pointer.rsplit_once('/').unwrap();
    let holder = description.pointer_mut(holder).unwrap();
    match holder {
        Value::Array(items) => items.push(value),
        holder => holder[key.replace("~1", "/")] = value,
    }
    description
}

fn refused(description: &str, overlay: &str, names: &str) -> Error {
    match prepare(&Inputs { description, overlay, names }) {
        Err(error) => error,
        Ok(prepared) => panic!("taken as\n{}", prepared.surface()),
    }
}

fn refused_at(pointer: &str, value: Value) -> Error {
    refused(&with(pointer, value).to_string(), OVERLAY, "")
}

#[track_caller]
fn says(error: &Error, pass: &str, operation: Option<&str>, pointer: &str, words: &str) {
    assert_eq!((error.pass(), error.operation(), error.pointer().as_str()), (pass, operation, pointer), "{error}");
    let text = error.to_string();
    assert!(text.contains(words), "`{words}` is not in: {text}");
    assert!(text.contains("; "), "no remedy: {text}");
    assert!(text.lines().count() <= 6, "{text}");
}

const PUT: Option<&str> = Some("PUT /cards/{cardId}");
const CARD: &str = "/components/schemas/Card";

#[test]
fn the_sound_description_is_taken() {
    let sound = sound().to_string();
    let prepared = prepare(&Inputs { description: &sound, overlay: OVERLAY, names: "" }).unwrap();
    assert_eq!(prepared.operations().count(), 1);
    prepared.generate().unwrap();
}

mod the_file {
    use super::*;

    #[test]
    fn garbage() {
        says(&refused("<html>502</html>", OVERLAY, ""), "read", None, "#", "not JSON");
        says(&refused("", OVERLAY, ""), "read", None, "#", "not JSON");
        says(&refused("\u{0}\u{1}", OVERLAY, ""), "read", None, "#", "not JSON");
    }

    #[test]
    fn cut_off() {
        let whole = sound().to_string();
        let half = &whole[..whole.len() / 2];
        says(&refused(half, OVERLAY, ""), "read", None, "#", "is the file complete?");
    }

    #[test]
    fn openapi_3_1() {
        says(&refused_at("/openapi", json!("3.1.0")), "read", None, "#/openapi", "OpenAPI 3.1.0");
    }

    #[test]
    fn something_else() {
        says(&refused("{}", OVERLAY, ""), "read", None, "#", "no `openapi` version");
        says(&refused("[]", OVERLAY, ""), "read", None, "#", "no `openapi` version");
        says(&refused_at("/paths", json!([])), "read", None, "#/paths", "no `paths` object");
        says(&refused_at("/components", json!("none")), "read", None, "#/components", "not an object");
        says(&refused_at("/components/schemas", json!(3)), "read", None, "#/components/schemas", "not an object");
    }

    #[test]
    fn nested_a_thousand_levels_deep() {
        let mut deep = String::from(r#"{ "type": "string" }"#);
        for _ in 0..1000 {
            deep = format!(r#"{{ "type": "array", "items": {deep} }}"#);
        }
        let text = sound().to_string().replacen(r#"{"type":"string"}"#, &deep, 1);
        says(&refused(&text, OVERLAY, ""), "read", None, "#", "nests deeper than 127 levels");
    }
}

mod overlay {
    use super::*;

    fn with_action(action: Value) -> Error {
        let overlay = json!({ "overlay": "1.0.0", "info": {}, "actions": [action] });
        refused(&sound().to_string(), &overlay.to_string(), "")
    }

    #[test]
    fn an_action_that_hits_nothing() {
        let error =
            with_action(json!({ "target": "$.paths['/gone']", "description": "It was wrong.", "remove": true }));
        says(&error, "overlay", None, "#/actions/0", "`$.paths['/gone']` hits nothing");
    }

    #[test]
    fn an_action_without_a_reason() {
        let error = with_action(json!({ "target": "$.info", "update": { "version": "2" } }));
        says(&error, "overlay", None, "#/actions/0", "gives no reason");
    }

    #[test]
    fn a_target_that_cannot_be_read() {
        let error = with_action(json!({ "target": "paths[", "description": "Why not." }));
        says(&error, "overlay", None, "#/actions/0/target", "`paths[`");
    }

    #[test]
    fn another_overlay_version_or_none() {
        let error = refused(&sound().to_string(), "overlay: 2.0.0\ninfo: {}", "");
        says(&error, "overlay", None, "#/overlay", "Overlay 2.0.0");
        let error = refused(&sound().to_string(), "- nothing", "");
        says(&error, "overlay", None, "#", "overlay.yaml:");
    }

    #[test]
    fn names_that_cannot_be_read() {
        let error = refused(&sound().to_string(), OVERLAY, "[opertions]\n\"GET /\" = \"a.b\"");
        says(&error, "names.toml", None, "#", "opertions");
    }
}

mod references {
    use super::*;

    #[test]
    fn a_schema_that_is_nowhere() {
        let error = refused_at(&format!("{CARD}/properties/design"), json!({ "$ref": "#/components/schemas/Gone" }));
        says(&error, "resolve", None, "#/components/schemas/Card/properties/design", "Gone");
    }

    #[test]
    fn a_response_that_is_nowhere() {
        let error =
            refused_at("/paths/~1cards~1{cardId}/put/responses/404", json!({ "$ref": "#/components/responses/Gone" }));
        says(&error, "resolve", PUT, "#/paths/~1cards~1{cardId}/put/responses/404", "leads nowhere");
    }

    #[test]
    fn a_path_kept_in_another_file() {
        let error = refused_at("/paths/~1more", json!({ "$ref": "more.json" }));
        says(&error, "resolve", None, "#/paths/~1more/$ref", "kept elsewhere");
    }

    #[test]
    fn one_that_comes_back_to_itself() {
        let error = refused_at("/components/schemas/Design", json!({ "$ref": "#/components/schemas/Design" }));
        says(&error, "sound", None, "#/components/schemas/Design", "comes back to itself");
    }
}

mod shapes {
    use super::*;

    #[test]
    fn a_keyword_with_something_else_behind_it() {
        for (key, value) in [
            ("properties", json!([])),
            ("required", json!(true)),
            ("required", json!([1])),
            ("type", json!(["string", "null"])),
            ("items", json!([])),
            ("anyOf", json!([])),
            ("minimum", json!("0.01")),
            ("minimum", json!(1e300)),
            ("maximum", json!(18_446_744_073_709_551_615_u64)),
            ("exclusiveMinimum", json!(0)),
            ("exclusiveMaximum", json!("true")),
            ("multipleOf", json!(0)),
            ("multipleOf", json!(-0.5)),
            ("minLength", json!(-1)),
            ("minItems", json!(5_000_000_000_u64)),
            ("maxItems", json!(0.5)),
            ("uniqueItems", json!("yes")),
            ("pattern", json!(7)),
            ("x-rust", json!("String")),
        ] {
            let error = refused_at(&format!("{CARD}/{key}"), value);
            says(&error, "sound", None, &format!("#{CARD}/{key}"), "overlay.yaml");
        }
    }

    #[test]
    fn an_operation_that_is_none() {
        let error = refused_at("/paths/~1cards~1{cardId}/get", json!(null));
        says(&error, "sound", Some("GET /cards/{cardId}"), "#/paths/~1cards~1{cardId}/get", "not an object");
    }

    #[test]
    fn a_path_that_is_no_template() {
        for path in ["cards", "/cards/{", "/cards/}", "/cards/{}"] {
            let mut description = sound();
            description["paths"] = json!({ path: {} });
            let error = refused(&description.to_string(), OVERLAY, "");
            says(&error, "sound", None, &format!("#/paths/{}", path.replace('/', "~1")), "no path template");
        }
    }

    #[test]
    fn an_all_of_that_contains_itself() {
        let part = json!({ "allOf": [{ "$ref": "#/components/schemas/Card" }, { "type": "object" }] });
        let error = refused_at("/components/schemas/Card", part);
        assert_eq!(error.pass(), "allof");
        assert!(error.to_string().contains("`Card` contains itself through allOf"), "{error}");
    }

    #[test]
    fn a_list_of_itself() {
        let list = json!({ "type": "array", "items": { "$ref": "#/components/schemas/Design" } });
        let error = refused_at("/components/schemas/Design", list);
        says(&error, "model", None, "#/components/schemas/Design", "a list or a map of itself");
    }

    #[test]
    fn a_value_list_that_is_empty_or_of_numbers() {
        for values in [json!([]), json!([1, 2])] {
            let error = refused_at(&format!("{CARD}/properties/status/enum"), values);
            says(
                &error,
                "enums",
                None,
                "#/components/schemas/Card/properties/status",
                "empty or holds more than texts",
            );
        }
    }

    #[test]
    fn a_union_over_texts() {
        let union = json!({ "anyOf": [{ "type": "string" }, { "type": "object", "properties": {} }] });
        let error = refused_at(&format!("{CARD}/properties/design"), union);
        assert_eq!(error.pass(), "unions");
        assert!(error.to_string().contains("a branch that is no object"), "{error}");
    }

    #[test]
    fn a_union_that_nothing_tells_apart() {
        let branch =
            |title: &str| json!({ "title": title, "type": "object", "properties": { "a": { "type": "string" } } });
        let error =
            refused_at(&format!("{CARD}/properties/design"), json!({ "oneOf": [branch("one"), branch("two")] }));
        assert_eq!(error.pass(), "unions");
        assert!(error.to_string().contains("nothing tells its branches apart"), "{error}");
        assert!(error.to_string().contains("[unions]"), "{error}");
    }
}

mod operations {
    use super::*;

    const AT: &str = "/paths/~1cards~1{cardId}/put";

    #[test]
    fn two_success_shapes() {
        let error = refused_at(&format!("{AT}/responses/201"), json!({ "description": "empty" }));
        says(&error, "responses", PUT, &format!("#{AT}/responses"), "several success shapes: 200, 201");
    }

    #[test]
    fn no_success_at_all() {
        let error = refused_at(&format!("{AT}/responses"), json!({ "400": { "description": "bad" } }));
        says(&error, "responses", PUT, &format!("#{AT}/responses"), "no success response");
    }

    #[test]
    fn a_cookie() {
        let cookie = json!({ "name": "session", "in": "cookie", "schema": { "type": "string" } });
        let error = refused_at(&format!("{AT}/parameters/-"), cookie);
        says(&error, "parameters", PUT, &format!("#{AT}/parameters"), "`session` in cookie");
    }

    #[test]
    fn a_parameter_written_in_a_way_of_its_own() {
        let list = |key: &str, value: Value| {
            let mut list =
                json!({ "name": "types", "in": "query", "schema": { "type": "array", "items": { "type": "string" } } });
            list[key] = value;
            list
        };
        for (key, value) in [
            ("style", json!("pipeDelimited")),
            ("style", json!("deepObject")),
            ("explode", json!(false)),
            ("allowReserved", json!(true)),
            ("content", json!({ "application/json": {} })),
        ] {
            let error = refused_at(&format!("{AT}/parameters/-"), list(key, value));
            says(&error, "sound", PUT, &format!("#{AT}/parameters/1/{key}"), "does not write");
        }
        for (key, value) in [("style", json!("form")), ("explode", json!(true)), ("allowReserved", json!(false))] {
            let description = with(&format!("{AT}/parameters/-"), list(key, value)).to_string();
            prepare(&Inputs { description: &description, overlay: OVERLAY, names: "" }).unwrap();
        }
    }

    #[test]
    fn an_sca_header_of_a_new_kind() {
        let header = json!({ "name": "Linkcy-SCA-Moon", "in": "header", "schema": { "type": "string" } });
        let error = refused_at(&format!("{AT}/parameters/-"), header);
        says(&error, "sca", PUT, &format!("#{AT}/parameters"), "Linkcy-SCA-moon");
    }

    #[test]
    fn a_body_of_another_kind() {
        let error = refused_at(&format!("{AT}/requestBody"), json!({ "content": { "text/csv": {} } }));
        says(&error, "bodies", PUT, &format!("#{AT}/requestBody/content"), "text/csv");
    }

    #[test]
    fn path_parameters_that_are_not_the_templates() {
        let more = json!({ "name": "other", "in": "path", "schema": { "type": "string" } });
        let error = refused_at(&format!("{AT}/parameters/-"), more);
        says(&error, "model", PUT, &format!("#{AT}/parameters"), "not those of the template");
    }

    #[test]
    fn an_object_within_an_object_in_the_query() {
        let filter = json!({ "name": "filter", "in": "query", "schema": { "$ref": "#/components/schemas/Nested" } });
        let mut description = with(&format!("{AT}/parameters/-"), filter);
        description["components"]["schemas"]["Nested"] = json!({ "type": "object", "properties": { "inner": { "type": "object", "properties": { "a": { "type": "string" } } } } });
        let error = refused(&description.to_string(), OVERLAY, "");
        says(&error, "parameters", PUT, &format!("#{AT}/parameters"), "`inner` is an object inside");
    }
}

mod names {
    use super::*;

    #[test]
    fn two_operations_of_one_name() {
        let mut description = sound();
        description["paths"]["/cards"] = json!({ "get": { "responses": { "204": {} } } });
        let names = "[operations]\n\"GET /cards\" = \"cards.get\"\n\"PUT /cards/{cardId}\" = \"cards.get\"";
        let error = refused(&description.to_string(), OVERLAY, names);
        says(&error, "names", PUT, "#/paths/~1cards~1{cardId}/put", "`cards.get` is already the name of GET /cards");
    }

    #[test]
    fn an_operation_named_in_a_word_of_rusts() {
        for name in ["cards.move", "cards.3ds", "Cards.get", "cards"] {
            let names = format!("[operations]\n\"PUT /cards/{{cardId}}\" = \"{name}\"");
            let error = refused(&sound().to_string(), OVERLAY, &names);
            says(&error, "names", PUT, "#/paths/~1cards~1{cardId}/put", name);
        }
    }

    #[test]
    fn two_types_of_one_name() {
        let names = "[types]\nDesign = \"Card\"";
        let error = refused(&sound().to_string(), OVERLAY, names);
        says(&error, "types", None, "#/components/schemas/Design", "would both be called `Card`");
    }

    #[test]
    fn a_type_whose_name_is_none() {
        let error = refused(&sound().to_string(), OVERLAY, "[types]\nDesign = \"3Designs\"");
        says(&error, "types", None, "#/components/schemas/Design", "`3Designs` cannot be the name of a type");
    }

    #[test]
    fn a_value_list_with_the_name_of_a_type() {
        let error = refused(&sound().to_string(), OVERLAY, "[enums]\n\"Card.status\" = \"Design\"");
        says(&error, "enums", None, "#/components/schemas/Card/properties/status", "`Design` is also the name of");
    }

    #[test]
    fn two_values_of_one_name() {
        let names = "[variants]\n\"Status.ACTIVE\" = \"Same\"\n\"Status.CLOSED\" = \"Same\"";
        let error = refused(&sound().to_string(), OVERLAY, names);
        says(&error, "model", None, "#/components/schemas/Status", "would both be called `Same`");
    }

    #[test]
    fn two_fields_of_one_name() {
        let error = refused_at(&format!("{CARD}/properties/Status"), json!({ "type": "string" }));
        says(&error, "model", None, "#/components/schemas/Card", "would both be called `status`");
    }

    #[test]
    fn values_that_differ_in_punctuation_alone_are_numbered_not_refused() {
        let description = with(&format!("{CARD}/properties/status/enum"), json!(["S.A.", "S_A", "SA", "2SA", "self"]));
        let description = description.to_string();
        let prepared = prepare(&Inputs { description: &description, overlay: OVERLAY, names: "" }).unwrap();
        let surface = prepared.surface().to_string();
        for line in ["SA = S.A.", "SA2 = S_A", "Sa = SA", "N2sa = 2SA", "Self_ = self"] {
            assert!(surface.contains(line), "{surface}");
        }
    }
}

#[test]
fn a_recursive_schema_is_taken_and_put_behind_a_pointer() {
    let inner = json!({ "$ref": "#/components/schemas/Card" });
    let description = with(&format!("{CARD}/properties/replaces"), inner).to_string();
    let prepared = prepare(&Inputs { description: &description, overlay: OVERLAY, names: "" }).unwrap();
    assert!(prepared.surface().to_string().contains("replaces: Box<Card>?"), "{}", prepared.surface());
    prepared.generate().unwrap();
}

#[test]
fn rows_of_names_toml_that_fit_nothing_are_left_over() {
    let names = "[types]\nGone = \"Gone2\"\n[enums]\n\"Card.gone\" = \"Gone\"\n[variants]\n\"Status.GONE\" = \"Gone\"\n\
        [ids.properties]\ngoneId = \"CardId\"\n[ids.subjects]\nGone = \"GoneId\"\n[text]\nsecret = [\"gone\"]\nduration = [\"gone\"]\nlink = [\"gone\"]\n\
        [unions.Gone]\nkeys = {}\nreason = \"none\"\n[operations]\n\"GET /gone\" = \"gone.get\"";
    let description = sound().to_string();
    let prepared = prepare(&Inputs { description: &description, overlay: OVERLAY, names }).unwrap();
    assert_eq!(
        prepared.leftovers(),
        [
            "GET /gone",
            "[types] Gone",
            "[enums] Card.gone",
            "[variants] Status.GONE",
            "[unions] Gone",
            "[ids.properties] goneId",
            "[ids.subjects] Gone",
            "[text.duration] gone",
            "[text.link] gone",
        ]
    );
}
