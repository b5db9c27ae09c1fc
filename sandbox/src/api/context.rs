//! The context of one request: the bank's tables, the call, the caller and the time.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use uuid::Uuid;

use crate::amount::Amount;
use crate::auth::{Bearer, Caller};
use crate::http::call::Call;
use crate::http::refusal::{Refusal, wrong_field};
use crate::seed::Seed;
use crate::settings::Settings;
use crate::state::bank::Bank;
use crate::state::delivery::Event;
use crate::state::message::{Channel, Message};
use crate::state::rows::Change;
use crate::state::tables::Tables;

impl Context<'_> {
    /// The moment that long from now.
    pub(crate) fn after(&self, life: SignedDuration) -> Timestamp {
        self.now.saturating_add(life).unwrap_or(Timestamp::MAX)
    }
}

/// One request being served.
pub(crate) struct Context<'a> {
    /// The bank's tables.
    pub(crate) tables: &'a mut Tables,
    /// Where new ids come from.
    pub(crate) seed: &'a mut Seed,
    /// What was asked.
    pub(crate) call: &'a Call<'a>,
    /// Who asks.
    pub(crate) caller: Caller,
    /// What it may do.
    pub(crate) bearer: Bearer,
    /// When.
    pub(crate) now: Timestamp,
    /// How this sandbox was set up.
    pub(crate) settings: &'a Settings,
    /// The webhooks of this request, to be sent once it is committed.
    pub(crate) webhooks: Vec<Uuid>,
    /// Set by an operation whose refusal changes something, as a wrong code uses up an attempt.
    pub(crate) keep_despite_refusal: bool,
    /// Headers that tell of the sandbox's own choices.
    pub(crate) notes: Vec<(&'static str, &'static str)>,
    /// Where this sandbox is reached.
    pub(crate) origins: Origins<'a>,
}

/// Where a sandbox is reached, each `http://127.0.0.1:PORT`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origins<'a> {
    /// The API.
    pub(crate) api: &'a str,
    /// The files.
    pub(crate) files: &'a str,
}

impl<'a> Context<'a> {
    /// A context for one call.
    pub(crate) fn new(
        bank: &'a mut Bank,
        call: &'a Call<'a>,
        bearer: Bearer,
        now: Timestamp,
        settings: &'a Settings,
        origins: Origins<'a>,
    ) -> Self {
        Self {
            tables: &mut bank.tables,
            seed: &mut bank.seed,
            call,
            caller: bearer.caller.clone(),
            bearer,
            now,
            settings,
            webhooks: Vec::new(),
            notes: Vec::new(),
            keep_despite_refusal: false,
            origins,
        }
    }

    /// Keeps what was done so far, whatever becomes of the rest of the request, where something asked for that; gives
    /// back the webhooks of it.
    pub(crate) fn keep_so_far(
        &mut self,
        keep: impl FnOnce(&[Change]) -> Result<(), Refusal>,
    ) -> Result<Vec<Uuid>, Refusal> {
        if !std::mem::take(&mut self.keep_despite_refusal) {
            return Ok(Vec::new());
        }
        self.tables.commit_with(keep)?;
        Ok(std::mem::take(&mut self.webhooks))
    }

    /// A text of the body.
    pub(crate) fn text(&self, field: &str) -> Option<&'a str> {
        self.call.body.get(field)?.as_str()
    }

    /// An id of the body.
    pub(crate) fn id(&self, field: &str) -> Option<Uuid> {
        self.text(field)?.parse().ok()
    }

    /// A truth of the body.
    pub(crate) fn flag(&self, field: &str) -> Option<bool> {
        self.call.body.get(field)?.as_bool()
    }

    /// The id in the path, with the code for its absence.
    pub(crate) fn path_id(&self, missing: &'static str) -> Result<Uuid, Refusal> {
        self.call.path_id().ok_or_else(|| Refusal::code(missing))
    }

    /// An amount of the body: more than nothing, two decimals at most.
    pub(crate) fn amount(&self, field: &str) -> Result<Amount, Refusal> {
        let sent = self.call.body.get(field).unwrap_or(&Value::Null);
        match Amount::from_json(sent) {
            Some(amount) if amount.is_positive() => Ok(amount),
            Some(_) => wrong_field(field, sent, "must be greater than 0"),
            None => wrong_field(field, sent, "must have at most two decimals and be less than a trillion"),
        }
    }

    /// Whether the caller may see what belongs to that end-user.
    pub(crate) fn may_see(&self, owner: Uuid) -> bool {
        self.caller.end_user().is_none_or(|caller| caller == owner)
    }

    /// The end-user a request is about: the caller, or the one the partner names.
    pub(crate) fn end_user_in_body(&self) -> Result<Uuid, Refusal> {
        let named = match self.caller.end_user() {
            Some(caller) => caller,
            None => self.id("endUserId").ok_or_else(|| Refusal::code("END_USER_ID_REQUIRED"))?,
        };
        if self.tables.end_user(named).is_some() { Ok(named) } else { Err(Refusal::code("END_USER_NOT_FOUND")) }
    }

    /// Puts a message in the outbox: the sandbox sends none.
    pub(crate) fn message(&mut self, channel: Channel, to: String, text: String) {
        let (id, created) = (self.seed.uuid(), self.now);
        self.tables.outbox.add(Message { id, channel, to, text, created });
    }

    /// Tells the webhooks, where there are any.
    pub(crate) fn tell(&mut self, event: &str, about: Value) {
        if self.settings.webhooks.is_empty() {
            return;
        }
        let (message, event) = (self.seed.uuid(), Event::about(event, &about, self.now));
        self.webhooks.extend(self.tables.deliveries.tell(message, &event, self.now, &self.settings.webhooks));
    }
}
