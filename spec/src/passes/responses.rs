//! Leaves one success shape for each operation; the 202 "Waiting SCA" is in the table by now.

use serde_json::{Map, Value};

use crate::Error;
use crate::work::Work;

const PASS: &str = "responses";

pub(super) fn run(work: &mut Work) -> Result<(), Error> {
    let table = &work.operations;
    work.document.try_operations(|endpoint, operation| {
        let waits = table.get(endpoint).is_some_and(|entry| entry.sca.is_some());
        let pointer = endpoint.pointer().child("responses");
        let Some(Value::Object(responses)) = operation.get_mut("responses") else {
            return Ok(());
        };
        if waits {
            responses.remove("202");
        }
        let successes: Map<String, Value> = responses
            .iter()
            .filter(|(status, _)| status.starts_with('2'))
            .map(|(status, response)| (status.clone(), response.clone()))
            .collect();
        let mut shapes: Vec<&Value> = successes.values().map(|response| &response["content"]).collect();
        shapes.dedup();
        match shapes.len() {
            1 => {}
            0 => {
                return Err(Error::new(
                    PASS,
                    &pointer,
                    "no success response",
                    "add the one that is meant in overlay.yaml",
                ));
            }
            _ => {
                return Err(Error::new(
                    PASS,
                    &pointer,
                    format!("several success shapes: {}", successes.keys().cloned().collect::<Vec<_>>().join(", ")),
                    "remove all but one in overlay.yaml, with the reason",
                ));
            }
        }
        responses.retain(|status, _| !status.starts_with('2'));
        // One shape for all of 2xx: a 200 where a 201 is documented is as good.
        if let Some(response) = successes.into_iter().next().map(|(_, response)| response) {
            responses.insert("2XX".into(), response);
        }
        Ok(())
    })
}
