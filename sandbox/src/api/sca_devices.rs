//! Registering and resetting the devices that confirm. The phone's part of a registration is played through control.

use serde_json::json;
use uuid::Uuid;

use crate::api::context::Context;
use crate::api::route::{Route, role};
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse};
use crate::state::device::{Device, Factor, FactorStatus};
use crate::state::index::Key;

pub(crate) const OPERATIONS: &[Route] = &[
    role("POST", "/api/partner/sca", "SCA_DEVICE_CREATE", enrol),
    role("POST", "/api/partner/sca/qr-codes", "SCA_DEVICE_CREATE", enrol_by_qr_code),
    role("DELETE", "/api/partner/sca", "SCA_DEVICE_RESET", reset),
    role("DELETE", "/api/partner/sca/{scaDeviceId}", "SCA_DEVICE_RESET", reset_device),
    role("PATCH", "/api/partner/sca/{scaDeviceId}", "SCA_DEVICE_UPDATE", add_factor),
];

fn factor(context: &Context<'_>) -> Factor {
    if context.text("factor") == Some("PIN") { Factor::Pin } else { Factor::Biometry }
}

/// A new device for the end-user in the body, in place of those that never confirmed anything.
fn new_device(context: &mut Context<'_>, endpoint: String) -> Result<Uuid, Refusal> {
    let end_user = context.end_user_in_body()?;
    // Repeatable until a first factor is validated.
    if context.tables.devices.with(Key::EndUser(end_user)).any(Device::is_active) {
        return refuse("SCA_DEVICE_ALREADY_SET");
    }
    context.tables.remove_devices(end_user, |_| true);
    let (id, secret) = (context.seed.uuid(), context.seed.bytes());
    let device = Device::new(id, end_user, endpoint, factor(context), secret, context.now);
    context.tables.devices.put(device);
    Ok(id)
}

fn enrol(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let endpoint = context.text("endpointId").unwrap_or_default().to_owned();
    let id = new_device(context, endpoint.clone())?;
    let mut answer = json!({ "id": id, "endpointId": endpoint });
    if context.text("strategy") == Some("JOIN_CODE") {
        answer["joinCode"] = json!(context.seed.uuid());
    }
    Ok(Answer::json(answer))
}

fn enrol_by_qr_code(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let id = new_device(context, "unknown until scanned".into())?;
    let join_code = context.seed.uuid();
    // The smallest PNG there is: one pixel, enough for who checks that it is a picture.
    const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=";
    Ok(Answer::json(json!({ "id": id, "joinCode": join_code, "qrCode": PIXEL })))
}

fn reset(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let end_user = context.end_user_in_body()?;
    context.tables.remove_devices(end_user, |_| true);
    Ok(Answer::empty())
}

fn device_in_path(context: &Context<'_>) -> Result<Device, Refusal> {
    let found = context.call.path_id().and_then(|id| context.tables.devices.get(id));
    match found.filter(|device| context.may_see(device.end_user)) {
        Some(device) => Ok(device.clone()),
        None => refuse("SCA_DEVICE_NOT_FOUND"),
    }
}

fn reset_device(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let device = device_in_path(context)?;
    context.tables.devices.remove(device.id);
    Ok(Answer::empty())
}

fn add_factor(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let device = device_in_path(context)?;
    if !device.is_active() {
        return refuse("SCA_DEVICE_NOT_SET");
    }
    let added = factor(context);
    context.tables.devices.change(device.id, |device| *device.factor_mut(added) = FactorStatus::Pending);
    let mut answer = json!({ "id": device.id, "endpointId": device.endpoint });
    if context.text("strategy") == Some("JOIN_CODE") {
        answer["joinCode"] = json!(context.seed.uuid());
    }
    Ok(Answer::json(answer))
}
