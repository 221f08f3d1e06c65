/** What slides up in a phone to speak, photograph, show a place or scan. */
import { get } from "./api.js";
import { make } from "./dom.js";

const PLACES = [
  { label: "柳溪村 3组", about: "小满家", x: 28.1263, y: 112.6182 },
  { label: "柳溪小学", about: "学校大门", x: 28.1301, y: 112.6247 },
  { label: "青禾水库", about: "水边", x: 28.1418, y: 112.6013 },
  { label: "青禾县 汽车站", about: "县城", x: 28.1532, y: 112.6475 },
];

function sheet(phone, title, about, ...children) {
  const box = make("div", { class: "sheet", role: "dialog", "aria-label": title, "data-testid": `sheet-${phone.key}` });
  const back = make("div", { class: "sheet-back" }, box);
  const close = () => back.remove();
  back.addEventListener("click", (event) => { if (event.target === back) close(); });
  back.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  box.append(make("h3", {}, title), make("p", {}, about), ...children);
  phone.glass.append(back);
  box.querySelector("textarea, input, button")?.focus();
  return close;
}

function buttons(go, words, close, testid) {
  return make(
    "div",
    { class: "row" },
    make("button", { type: "button", onclick: () => close() }, "算了"),
    make("button", { type: "button", class: "go", "data-testid": testid, onclick: go }, words),
  );
}

export function voiceSheet(phone) {
  const said = make("textarea", { "data-testid": `voice-text-${phone.key}`, placeholder: "微信听出来的字。空着，就是没听出来。", "aria-label": "语音里的字" });
  const go = () => { close(); phone.send("/sim/send", { type: "voice", recognition: said.value.trim() }); };
  const close = sheet(phone, "说一段语音", "写下语音里说的话。", said, buttons(go, "发语音", () => close(), `voice-send-${phone.key}`));
}

export async function photoSheet(phone) {
  const { samples } = await get("/sim/samples");
  const send = (more) => { close(); phone.send("/sim/send", { type: "image", ...more }); };
  const tiles = samples.map(({ name, title }) =>
    make("button", { type: "button", "data-testid": `sample-${name}`, onclick: () => send({ sample: name }) }, make("img", { src: `/sim/samples/${name}`, alt: "" }), title));
  const file = make("input", { type: "file", accept: "image/jpeg,image/png", "data-testid": `file-${phone.key}` });
  file.addEventListener("change", () => {
    const reader = new FileReader();
    reader.addEventListener("load", () => send({ data: reader.result.split(",")[1] }));
    reader.readAsDataURL(file.files[0]);
  });
  const close = sheet(phone, "发照片", "选一张。", make("div", { class: "samples" }, ...tiles), make("label", { class: "file" }, file, "从电脑里选"));
}

export function placeSheet(phone) {
  const rows = PLACES.map((place, index) =>
    make("button", { type: "button", "data-testid": `place-${phone.key}-${index}`, onclick: () => { close(); phone.send("/sim/send", { type: "location", ...place }); } },
      place.label, make("small", {}, place.about)));
  const close = sheet(phone, "发位置", "您在哪里？", make("div", { class: "places" }, ...rows));
}

export function scanSheet(phone) {
  const code = make("input", { type: "text", "data-testid": `scan-text-${phone.key}`, placeholder: "二维码里的场景值，或 ticket", "aria-label": "二维码里的字" });
  const go = () => {
    const value = code.value.trim();
    close();
    if (value) phone.send("/sim/event", { event: "SCAN", ...(value.endsWith("TICKET") ? { ticket: value } : { scene: value }) });
  };
  const close = sheet(phone, "扫二维码", "把码里的字写在这里。", code, buttons(go, "扫一扫", () => close(), `scan-send-${phone.key}`));
}

export function consentSheet(phone, templates) {
  const ask = (status) => { close(); phone.send("/sim/event", { event: "subscribe_msg_popup_event", status }); };
  const names = templates.map((item) => `“${item.title}”`).join("、") || "（没有订阅模板）";
  const close = sheet(phone, `${phone.account()} 想给您发提醒`, names,
    make("div", { class: "row" },
      make("button", { type: "button", "data-testid": `refuse-${phone.key}`, onclick: () => ask("reject") }, "不要"),
      make("button", { type: "button", class: "go", "data-testid": `accept-${phone.key}`, onclick: () => ask("accept") }, "同意一次")));
}
