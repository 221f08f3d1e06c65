/** The drawer with everything phones said and showed, newest first, searchable. */
import { get } from "./api.js";
import { make } from "./dom.js";

const KINDS = { say: "说", image: "照片", voice: "语音", video: "视频", location: "位置", link: "链接", event: "操作", reply: "回复", template: "模板消息", subscribe: "订阅消息", custom: "客服消息", mass: "群发", broken: "故障" };
const byId = (id) => document.getElementById(id);
let seen = "";

export function startLedger() {
  byId("ledger-button").addEventListener("click", () => show(byId("ledger").hidden));
  byId("ledger-close").addEventListener("click", () => show(false));
  byId("ledger-search").addEventListener("input", () => refresh());
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") show(false); });
}

function show(open) {
  byId("ledger").hidden = !open;
  byId("ledger-button").setAttribute("aria-expanded", String(open));
  if (open) { refresh(); byId("ledger-search").focus(); }
}

/** Load again if the drawer is open and the ledger or the search has changed. */
export async function refresh(latest = null) {
  if (byId("ledger").hidden) return;
  const words = byId("ledger-search").value.trim();
  const state = `${words}|${latest ? `${latest.epoch}.${latest.seq}` : seen.split("|")[1]}`;
  if (latest && state === seen) return;
  seen = state;
  const rows = await get(`/sim/ledger/newest?${new URLSearchParams({ q: words })}`);
  byId("ledger-rows").replaceChildren(...rows.map(row));
  byId("ledger-empty").hidden = rows.length > 0;
}

function row(entry) {
  const shape = entry.kind === "broken" ? "broken" : entry.direction;
  const again = entry.repeats ? make("div", { class: "again" }, `重复 ${entry.repeats} 次，手机只见一次`) : null;
  const cut = entry.cut ? make("div", { class: "again" }, `截断了：${Object.values(entry.cut).join("；")}`) : null;
  const why = entry.why ? make("div", { class: "again" }, entry.why.join("；")) : null;
  const hidden = entry.visible ? null : make("div", { class: "again" }, "手机上看不见");
  const body = [entry.title, Object.values(entry.fields).join(" · "), entry.text].filter(Boolean).join("\n");
  return make("tr", { "data-testid": "ledger-row" },
    make("td", {}, entry.local.slice(5, 16)),
    make("td", {}, entry.name),
    make("td", {}, make("span", { class: `kind ${shape}` }, KINDS[entry.kind] || entry.kind)),
    make("td", {}, body, again, cut, why, hidden));
}
