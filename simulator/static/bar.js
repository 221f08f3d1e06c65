/** The bar on top: the simulated clock and what moves it, and faults on request. */
import { post, toast } from "./api.js";
import { make } from "./dom.js";
import { daysToSunday, eveningOf, hourMinute, longDate, now } from "./time.js";

const FAULTS = [
  ["平台繁忙", "每次发送都答 −1，20次", { path: "*", do: "busy", times: 20 }],
  ["今天的额度用完", "模板消息答 45009，20次", { path: "/cgi-bin/message/template/send", do: "errcode", errcode: 45009, times: 20 }],
  ["凭证失效", "答 40001，3次", { path: "*", do: "errcode", errcode: 40001, times: 3 }],
  ["发到了，回音丢了", "平台已收下，5次没有回音", { path: "/cgi-bin/message/template/send", do: "drop_reply", times: 5 }],
  ["平台不出声", "连着，10秒不说话，3次", { path: "*", do: "hang", seconds: 10, times: 3 }],
  ["回得很慢", "一秒一个字节，2次", { path: "*", do: "drip", times: 2 }],
  ["手机的话丢在路上", "前2次送不到，第3次送到", { path: "callback", do: "drop_before", times: 2 }],
  ["机器人的回话丢了", "平台会再送一次", { path: "callback", do: "drop_reply", times: 1 }],
  ["送达回执丢失", "直到恢复", { path: "receipts", do: "lose_receipts" }],
  ["送达回执来两次", "直到恢复", { path: "receipts", do: "double_receipts" }],
];

const byId = (id) => document.getElementById(id);

export function tick() {
  byId("clock-time").textContent = hourMinute(now());
  byId("clock-date").textContent = longDate(now());
  document.querySelector('[data-move="evening"]').disabled = now() >= eveningOf(0);
}

export function startBar(poll) {
  const advance = { hour: () => 3600, day: () => 86400, evening: () => eveningOf(0) - now(), sunday: () => eveningOf(daysToSunday()) - now() };
  for (const button of document.querySelectorAll("[data-move]")) {
    button.addEventListener("click", async () => {
      await post("/sim/clock", { advance: Math.max(0, Math.ceil(advance[button.dataset.move]())) }).catch((error) => toast(error.message));
      await poll();
      tick();
      toast(`现在是 ${longDate(now())} ${hourMinute(now())}`);
    });
  }
  const button = byId("faults-button");
  const list = byId("faults-list");
  const show = (open) => { list.hidden = !open; button.setAttribute("aria-expanded", String(open)); };
  button.addEventListener("click", () => show(list.hidden));
  document.addEventListener("click", (event) => { if (!event.target.closest(".drop")) show(false); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") show(false); });
  const heal = make("button", { type: "button", class: "heal", "data-testid": "faults-clear", onclick: async () => { await post("/sim/faults", {}, "DELETE"); show(false); poll(); toast("都好了"); } }, "全部恢复");
  const choices = FAULTS.map(([words, about, fault], index) =>
    make("button", { type: "button", "data-testid": `fault-${index}`, onclick: async () => { await post("/sim/faults", fault); show(false); poll(); toast(`故障：${words}`); } }, words, make("small", {}, about)));
  list.append(make("p", { class: "standing", id: "standing", hidden: true }), heal, ...choices);
}

function nameOf(fault) {
  const known = FAULTS.find(([, , preset]) => preset.path === fault.path && preset.do === fault.do && (preset.errcode ?? -1) === fault.errcode);
  return known ? known[0] : `${fault.path} ${fault.do}`;
}

export function showFaults(standing) {
  const live = standing.filter((fault) => fault.times === null || fault.struck < fault.times);
  byId("faults-count").hidden = !live.length;
  byId("faults-count").textContent = live.length;
  byId("standing").hidden = !live.length;
  byId("standing").textContent = live.map((fault) => `${nameOf(fault)}：发生了${fault.struck}次`).join("\n");
}
