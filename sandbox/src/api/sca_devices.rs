//! Registering and resetting the devices that confirm. The phone's part of a registration is played through control.

use serde_json::json;
use uuid::Uuid;

use crate::api::desk::Desk;
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

fn factor(desk: &Desk<'_>) -> Factor {
    if desk.text("factor") == Some("PIN") { Factor::Pin } else { Factor::Biometry }
}

/// A new device for the end-user in the body, in place of those that never confirmed anything.
fn new_device(desk: &mut Desk<'_>, endpoint: String) -> Result<Uuid, Refusal> {
    let end_user = desk.end_user_in_body()?;
    // Repeatable until a first factor is validated.
    if desk.tables.devices.with(Key::EndUser(end_user)).any(Device::is_active) {
        return refuse("SCA_DEVICE_ALREADY_SET");
    }
    desk.tables.remove_devices(end_user, |_| true);
    let (id, secret) = (desk.seed.uuid(), desk.seed.bytes());
    let device = Device::new(id, end_user, endpoint, factor(desk), secret, desk.now);
    desk.tables.devices.put(device);
    Ok(id)
}

fn enrol(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let endpoint = desk.text("endpointId").unwrap_or_default().to_owned();
    let id = new_device(desk, endpoint.clone())?;
    let mut answer = json!({ "id": id, "endpointId": endpoint });
    if desk.text("strategy") == Some("JOIN_CODE") {
        answer["joinCode"] = json!(desk.seed.uuid());
    }
    Ok(Answer::json(answer))
}

fn enrol_by_qr_code(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let id = new_device(desk, "unknown until scanned".into())?;
    let join_code = desk.seed.uuid();
    // The smallest PNG there is: one pixel, enough for who checks that it is a picture.
    const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=";
    Ok(Answer::json(json!({ "id": id, "joinCode": join_code, "qrCode": PIXEL })))
}

fn reset(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let end_user = desk.end_user_in_body()?;
    desk.tables.remove_devices(end_user, |_| true);
    Ok(Answer::empty())
}

fn device_in_path(desk: &Desk<'_>) -> Result<Device, Refusal> {
    let found = desk.call.path_id().and_then(|id| desk.tables.devices.get(id));
    match found.filter(|device| desk.may_see(device.end_user)) {
        Some(device) => Ok(device.clone()),
        None => refuse("SCA_DEVICE_NOT_FOUND"),
    }
}

fn reset_device(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let device = device_in_path(desk)?;
    desk.tables.devices.remove(device.id);
    Ok(Answer::empty())
}

fn add_factor(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let device = device_in_path(desk)?;
    if !device.is_active() {
        return refuse("SCA_DEVICE_NOT_SET");
    }
    let added = factor(desk);
    desk.tables.devices.change(device.id, |device| *device.factor_mut(added) = FactorStatus::Pending);
    let mut answer = json!({ "id": device.id, "endpointId": device.endpoint });
    if desk.text("strategy") == Some("JOIN_CODE") {
        answer["joinCode"] = json!(desk.seed.uuid());
    }
    Ok(Answer::json(answer))
}
