// The console: shows what the sandbox keeps and pulls its levers. It asks again whenever the sandbox says that something
// changed, and never otherwise.

const at = (id) => document.getElementById(id);

/** An element with text or children; text is never read as HTML. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.map((child) => (child instanceof Node ? child : String(child ?? ""))));
  return made;
}

function fail(what, error) {
  at("error").hidden = false;
  at("error").textContent = `${what}: ${error.message ?? error}`;
}

/** A request to the control interface, or to the API with a token; an error says what was refused. */
async function ask(method, path, body, token) {
  const headers = token ? { authorization: `Bearer ${token}`, "content-type": "application/json" } : {};
  const address = path.startsWith("/api/") ? path : `/_sandbox${path}`;
  const answer = await fetch(address, { method, headers, body: body && JSON.stringify(body) });
  const value = await answer.json().catch(() => null);
  if (!answer.ok) {
    const details = (value?.details ?? []).map((one) => `${one.field} ${one.message}`).join("; ");
    throw new Error(value?.message || details || `${answer.status}`);
  }
  return value;
}

async function act(method, path, body) {
  try {
    at("error").hidden = true;
    await ask(method, path, body);
  } catch (error) {
    fail(`${method} ${path}`, error);
  }
}

const button = (label, onclick, name) => element("button", { type: "button", onclick, "aria-label": name }, label);
const euros = (amount) => (amount === undefined ? "" : `${Number(amount).toFixed(2)} €`);
const clock = (moment) => (moment ?? "").slice(11, 19);
const json = (value) => element("pre", {}, JSON.stringify(value, null, 2));

/** Shows children in place of what was there; what has the focus keeps it. */
function show(id, children) {
  const focus = document.activeElement?.getAttribute?.("aria-label");
  const inside = at(id).contains(document.activeElement);
  at(id).replaceChildren(...children);
  if (inside && focus) at(id).querySelector(`[aria-label="${CSS.escape(focus)}"]`)?.focus();
}

async function phone() {
  const [pushes, devices, outbox, people] = await Promise.all(["/sca", "/devices", "/outbox", "/end-users"].map((path) => ask("GET", path)));
  names = new Map(people.map((one) => [one.id, one.name]));
  const pending = pushes.filter((one) => one.state === "pending");
  show("pushes", pending.length ? pending.map((push) => {
    const decide = (word) => () => act("POST", `/sca/${push.id}/${word}`);
    const title = push.about.payee ? `to ${push.about.payee}` : push.about.operation;
    return element("li", {},
      element("div", {}, names.get(push.endUser) ?? push.endUser),
      element("div", { class: "amount" }, euros(push.about.amount)),
      element("div", {}, title),
      element("div", { class: "hint" }, `until ${clock(push.expires)}`),
      element("div", { class: "row" },
        button("Approve", decide("approve"), `Approve ${push.id}`),
        button("Decline", decide("decline"), `Decline ${push.id}`),
        button("Let expire", decide("expire"), `Let expire ${push.id}`)));
  }) : [element("li", {}, "Nothing to confirm.")]);
  show("devices", devices.map((one) => element("li", {},
    `${one.owner ?? one.endUserId}: ${one.active ? "active" : one.blocked ? "blocked" : "waits for its activation"} `,
    one.blocked ? "" : one.active ? button("Block", () => act("POST", `/devices/${one.scaDeviceId}/block`), `Block ${one.scaDeviceId}`)
      : button("Activate", () => act("POST", `/devices/${one.scaDeviceId}/activate`), `Activate ${one.scaDeviceId}`))));
  show("outbox", outbox.slice(-10).reverse().map((one) => element("li", {}, `${clock(one.created)} ${one.channel} to ${one.to}: ${one.text}`)));
}

/** The totals of each ledger that this page has seen, the oldest first. */
const totals = new Map();

const LONGEST_CHART = 200;

/** A ledger's total over time, as steps. */
function chart(id, total) {
  const seen = totals.get(id) ?? [];
  if (seen.at(-1) !== total) seen.push(total);
  totals.set(id, seen.slice(-LONGEST_CHART));
  const [low, high] = [Math.min(0, ...seen), Math.max(1, ...seen)];
  const height = (value) => 20 - (18 * (value - low)) / (high - low);
  const points = seen.flatMap((value, at) => [`${at},${height(value)}`, `${at + 1},${height(value)}`]).join(" ");
  const made = (name, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  };
  const label = `From ${euros(seen[0])} to ${euros(total)} in ${seen.length} steps`;
  const svg = made("svg", { class: "chart", viewBox: `0 0 ${seen.length} 22`, preserveAspectRatio: "none", role: "img", "aria-label": label });
  svg.append(made("polyline", { points }));
  return svg;
}

async function money() {
  const paths = ["/end-users", "/ledgers", "/cards", "/transactions"];
  const [people, ledgers, cards, transactions] = await Promise.all(paths.map((path) => ask("GET", path)));
  names = new Map(people.map((one) => [one.id, one.name]));
  show("people", people.map((one) => element("li", {},
    `${one.name} (${one.kind.toLowerCase()}, ${one.kyc ?? one.kyb}) `,
    button("Register a device", () => act("POST", "/devices", { endUserId: one.id }), `Register a device for ${one.id}`),
    ...(one.kind === "CORPORATE" ? ["VALIDATED", "DECLINED"].filter((status) => status !== one.kyb).map((status) =>
      button(`KYB ${status}`, () => asPartner("PATCH", `/api/partner/corporates/${one.id}/kyb`, { kybStatus: status }), `KYB of ${one.id} ${status}`)) : []))));
  const cell = (text, kind) => element("td", { class: kind }, text);
  show("ledgers", ledgers.map((one) => element("tr", {},
    cell(one.owner), cell(one.friendlyName ?? one.iban ?? one.id), cell(one.status),
    cell(euros(one.totalAmount), "number"), cell(euros(one.availableAmount), "number"), cell(euros(one.reservedAmount), "number"),
    element("td", {}, chart(one.id, one.totalAmount)),
    element("td", {}, button("Incoming transfer of 100 €", () => asPartner("POST", "/api/partner/ledgers/credit", { ledgerId: one.id, amount: 100 }), `Credit ${one.id}`)))));
  show("card-list", cards.map((one) => element("li", {}, `${one.owner}: ${one.profile}, ${one.status} `,
    button("Pay 10 € in a shop", () => asPartner("POST", "/api/partner/transactions/simulate", { cardId: one.id, amount: 10 }), `Pay with ${one.id}`))));
  const party = (one) => one?.name ?? one?.iban ?? "";
  show("transactions", transactions.map((one) => element("tr", {},
    cell(clock(one.creationDate)), cell(one.type), cell(one.status), cell(party(one.sender)),
    cell(party(one.receiver) || one.merchant?.name), cell(euros(one.amount), "number"),
    element("td", {}, ...(one.type === "CARD_AUTHORIZATION" && one.status === "APPROVED"
      ? [button("Clear", () => asPartner("POST", "/api/partner/transactions/simulate", { cardId: one.sender.cardId, transactionId: one.id, amount: one.amount }), `Clear ${one.id}`)]
      : one.type === "CARD_CLEARING" && one.paymentType === "PURCHASE"
        ? [button("Refund", () => act("POST", "/cards/refund", { transactionId: one.id }), `Refund ${one.id}`)] : [])))));
}

/** What the API itself simulates is done as a partner does it. */
async function asPartner(method, path, body) {
  try {
    at("error").hidden = true;
    const { credentials } = await ask("GET", "/");
    const { token } = await ask("POST", "/api/partner/login", credentials, "none");
    await ask(method, path, body, token);
  } catch (error) {
    fail(`${method} ${path}`, error);
  }
}

let entries = [];
let next = 0;
/** How often the requests were cleared: what was asked for before is not shown after. */
let cleared = 0;
/** The names of end-users, and the description's words on operations, by "METHOD template". */
let names = new Map();
let words = new Map();

async function requests() {
  if (at("paused").checked) return;
  const before = cleared;
  if (!words.size) words = new Map((await ask("GET", "/operations")).map((one) => [`${one.method} ${one.path}`, one.words]));
  const fresh = await ask("GET", `/journal?since=${next}&limit=1000`);
  if (at("paused").checked || before !== cleared) return;
  if (fresh.length) next = fresh.at(-1).order + 1;
  // What was not answered yet is asked for again.
  const open = fresh.find((one) => one.durationMillis === null);
  if (open) next = open.order;
  entries = [...entries.filter((one) => one.order < (fresh[0]?.order ?? Infinity)), ...fresh].slice(-500);
  requestsShown();
}

/** What a request opens to. */
function openedRequest(one) {
  const body = (title, text) => (text ? [element("h4", {}, title), element("pre", {}, pretty(text))] : []);
  const headers = one.headers.map(([name, value]) => `-H '${name}: ${value}'`).filter((line) => !/host|content-length/.test(line));
  const data = one.requestBody ? [`-d '${one.requestBody.replaceAll("'", "'\\''")}'`] : [];
  const curl = [`curl -X ${one.method} '${location.origin}${one.path}${one.query ? "?" + one.query : ""}'`, ...headers, ...data];
  return [
    element("p", {}, one.template ? `${one.method} ${one.template}: ${words.get(`${one.method} ${one.template}`) ?? ""}` : "The description has no such operation."),
    element("h4", {}, "Headers"), element("pre", {}, one.headers.map((pair) => pair.join(": ")).join("\n")),
    ...body("Body", one.requestBody), ...body("Answer", one.answerBody),
    element("h4", {}, "As curl"), element("pre", {}, curl.join(" \\\n  ")),
    element("h4", {}, "As Rust"), element("pre", {}, asRust(one)),
  ];
}

/** The call with the client's way to any endpoint; the session sends the token. */
function asRust(one) {
  const text = (value) => JSON.stringify(value).replace(/\\u([0-9a-f]{4})/g, "\\u{$1}");
  const query = [...new URLSearchParams(one.query ?? "")].map(([name, value]) => `    .query(${text(name)}, ${text(value)})`);
  const sent = parsed(one.requestBody);
  const body = sent === undefined ? [] : [`    .json(&serde_json::json!(${JSON.stringify(sent, null, 2).replaceAll("\n", "\n    ")}))`];
  return [`let answer = client`, `    .request(linkcy::Method::${one.method}, ${text(one.path)})`, ...query, ...body, "    .await?;"].join("\n");
}

/** The value of a JSON text; undefined where it is none. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pretty(text) {
  const value = parsed(text);
  return value === undefined ? text : JSON.stringify(value, null, 2);
}

function requestsShown() {
  const [text, status] = [at("filter").value, at("status").value];
  const who = (one) => names.get(one.caller) ?? one.caller ?? "";
  const wanted = (one) => [one.path, one.requestBody, who(one), one.caller].some((part) => part?.includes(text)) && String(one.status ?? "").startsWith(status);
  const opened = new Set([...document.querySelectorAll("#journal details[open]")].map((one) => one.dataset.order));
  show("journal", entries.filter(wanted).reverse().slice(0, 200).map((one) => {
    const status = element("span", { class: one.status < 400 ? "" : "bad" }, one.status ?? "dropped");
    const strategy = one.headers.find(([name]) => name === "linkcy-sca-strategy")?.[1] ?? "";
    const line = element("summary", {}, `${clock(one.at)} ${one.method} ${one.path}${one.query ? "?" + one.query : ""} `, status, ` ${one.errorCode ?? ""} ${strategy} ${one.durationMillis ?? "…"} ms ${who(one)}`);
    const shown = element("details", { "data-order": one.order }, line, ...openedRequest(one));
    shown.open = opened.has(String(one.order));
    return shown;
  }));
}

async function webhooks() {
  const { endpoints, deliveries } = await ask("GET", "/webhooks");
  const addresses = endpoints.map((one) => one.address).join(", ");
  at("endpoint").textContent = addresses ? `Sent to ${addresses}.` : "No address: start with --webhooks URL.";
  const several = endpoints.length > 1;
  const opened = new Set([...document.querySelectorAll("#deliveries details[open]")].map((one) => one.dataset.id));
  show("deliveries", deliveries.slice(-100).reverse().map((one) => {
    const state = one.delivered ? "arrived" : one.nextAttempt ? `tried again at ${clock(one.nextAttempt)}` : "given up";
    const shown = element("details", { "data-id": `${one.id} ${one.address}` },
      element("summary", {}, `${clock(one.created)} ${one.event}${several ? ` to ${one.address}` : ""}: ${state}, attempts ${one.attempts}, last ${one.lastStatus ?? one.lastError ?? "none"}`),
      json(one.payload), button("Send again", () => act("POST", `/webhooks/${one.id}/resend`), `Send ${one.id} again`));
    shown.open = opened.has(`${one.id} ${one.address}`);
    return shown;
  }));
}

async function levers() {
  const [root, faults, kycs] = await Promise.all(["/", "/faults", "/kyc"].map((path) => ask("GET", path)));
  at("version").textContent = `API ${root.description}`;
  at("now").textContent = root.now.slice(0, 19).replace("T", " ");
  show("kycs", kycs.map((one) => element("li", {}, `${one.personId}: ${one.status} `,
    ...["VALIDATED", "DECLINED", "ABORTED"].filter((status) => status !== one.status).map((status) =>
      button(status, () => act("POST", `/kyc/${one.id}`, { status }), `${status} for KYC ${one.id}`)))));
  show("faults", faults.map((one) => element("li", {},
    `${one.fault.path ?? "every request"}: ${one.fault.effect.kind}, struck ${one.struck} `,
    button("Release", () => act("POST", `/faults/${one.id}/release`), `Release fault ${one.id}`),
    button("Remove", () => act("DELETE", `/faults/${one.id}`), `Remove fault ${one.id}`))));
}

/** One refresh at a time; what changes in the meantime asks for one more. */
let running = false;
let again = false;

async function refresh() {
  if (running) {
    again = true;
    return;
  }
  running = true;
  const shown = await Promise.allSettled([phone(), money(), requests(), webhooks(), levers()]);
  for (const one of shown) if (one.status === "rejected") fail("The console can't read the sandbox", one.reason);
  running = false;
  if (again) {
    again = false;
    refresh();
  }
}

for (const lever of document.querySelectorAll("[data-post]")) {
  lever.addEventListener("click", () => {
    if (lever.dataset.ask && !confirm(lever.dataset.ask)) return;
    act("POST", lever.dataset.post, lever.dataset.body && JSON.parse(lever.dataset.body));
  });
}

at("fault").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const kind = form.get("kind");
  const more = { status: { status: 500 }, tooManyRequests: { retryAfter: { seconds: 3 } }, delay: { millis: 2000 } };
  const times = Number(form.get("times")) || undefined;
  act("POST", "/faults", { path: form.get("path") || undefined, moment: form.get("moment"), times, effect: { kind, ...more[kind] } });
});

at("by-hand").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  try {
    act("POST", "/webhooks/send", { type: form.get("type"), data: JSON.parse(form.get("data") || "{}") });
  } catch (error) {
    fail("Data", error);
  }
});

function clear() {
  cleared += 1;
  entries = [];
  requestsShown();
}

at("clear").addEventListener("click", async () => {
  clear();
  await act("DELETE", "/journal");
  clear();
});
for (const id of ["filter", "status"]) at(id).addEventListener("input", requestsShown);
at("paused").addEventListener("input", refresh);

const events = new EventSource("/_sandbox/events");
events.addEventListener("open", () => {
  at("live").textContent = "live";
  refresh();
});
events.addEventListener("message", refresh);
events.addEventListener("error", () => (at("live").textContent = "not connected; trying again"));
