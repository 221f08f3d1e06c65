/** Polls the simulator and keeps the phones, the bar and the ledger in step with it. */
import { get, toast } from "./api.js";
import { showFaults, startBar, tick } from "./bar.js";
import { make } from "./dom.js";
import { refresh, startLedger } from "./ledger.js";
import { Phone } from "./phone.js";
import { setClock } from "./time.js";

const EVERY = 700;
const phones = new Map();
let latest = { epoch: 0, seq: 0, templates: {}, account: "" };
let running = null;
let chosen = "";

const shared = { latest: () => latest, poll, soon: () => setTimeout(poll, 60), view, unread };

/** One poll at a time; asked again meanwhile, it runs once more. */
async function poll() {
  if (running) { running.again = true; return running.done; }
  running = { again: false };
  running.done = once();
  await running.done;
  const again = running.again;
  running = null;
  return again ? poll() : undefined;
}

async function once() {
  let found;
  try {
    found = await get(`/sim/updates?since=${latest.seq}&epoch=${latest.epoch}`);
  } catch {
    toast("模拟器没有回应。"); // the next poll asks again
    return;
  }
  const fresh = found.epoch === latest.epoch;
  if (!fresh) forget();
  latest = found;
  setClock(found.clock);
  document.getElementById("account").textContent = found.account;
  for (const about of found.phones) {
    const phone = phones.get(about.openid) || add(about);
    phone.update(about, found.entries.filter((entry) => entry.openid === about.openid), fresh);
  }
  showFaults(found.faults);
  refresh(found);
  tick();
}

function forget() {
  phones.clear();
  document.getElementById("phones").replaceChildren();
  document.getElementById("tabs").replaceChildren();
}

function add(about) {
  const same = [...phones.values()].filter((phone) => phone.element.dataset.role === about.role).length;
  const phone = new Phone(about, same ? `${about.role}-${same + 1}` : about.role, shared);
  phones.set(about.openid, phone);
  document.getElementById("phones").append(phone.element);
  phone.tab = make("button", { type: "button", role: "tab", "data-testid": `tab-${phone.key}`, onclick: () => choose(about.openid) }, about.name);
  document.getElementById("tabs").append(phone.tab);
  choose(phones.has(chosen) ? chosen : about.openid);
  strip();
  return phone;
}

function choose(openid) {
  chosen = openid;
  for (const [id, phone] of phones) {
    phone.element.classList.toggle("on", id === openid);
    phone.tab?.setAttribute("aria-selected", String(id === openid));
  }
  phones.get(openid).seen();
  phones.get(openid).toEnd();
  phones.get(openid).element.scrollIntoView({ inline: "center", block: "nearest" });
}

/** Where the phones do not all fit, their names stand above them, and a name brings its phone into sight. */
function strip() {
  const table = document.getElementById("phones");
  document.getElementById("tabs").classList.toggle("strip", table.scrollWidth > table.clientWidth);
}

function unread() {
  let all = 0;
  for (const phone of phones.values()) {
    all += phone.unread;
    const badge = phone.unread ? make("span", { class: "unread" }, String(phone.unread)) : "";
    phone.tab?.replaceChildren(phone.name, badge);
  }
  document.title = all ? `(${all}) 手机台` : "手机台";
}

function view(source) {
  const viewer = document.getElementById("viewer");
  viewer.querySelector("img").src = source;
  viewer.hidden = false;
}

document.getElementById("viewer").addEventListener("click", (event) => { event.currentTarget.hidden = true; });
new ResizeObserver(strip).observe(document.getElementById("phones"));
startBar(poll);
startLedger();
poll();
setInterval(poll, EVERY);
