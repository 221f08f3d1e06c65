/** Draws ledger entries as WeChat would: words, voice, photo, place, cards, notes. */
import { icon, make } from "./dom.js";
import { chatTime } from "./time.js";

const LINK = /<a\s+href=["']([^"']+)["'][^>]*>([^<]*)<\/a>|(https?:\/\/[^\s<>"'）。，]+)/g;
const GAP = 5 * 60;

export function draw(entry, phone) {
  if (entry.kind === "event") return make("div", { class: "note", ...marks(entry) }, entry.text);
  if (entry.kind === "broken") return make("div", { class: "bubble broken", ...marks(entry) }, entry.text);
  if (entry.kind === "template" || entry.kind === "subscribe") return card(entry, phone, fields(entry, phone));
  if (entry.title) return card(entry, phone, make("p", {}, entry.text));
  const mine = entry.direction === "in";
  const avatar = mine ? make("div", { class: "face", "aria-hidden": "true" }, phone.letter) : logo("avatar");
  return make("div", { class: `line ${mine ? "mine" : ""}` }, avatar, content(entry, phone));
}

export function separator(entry, before) {
  const at = Date.parse(entry.at) / 1000;
  if (before && Math.abs(at - Date.parse(before.at) / 1000) < GAP) return null;
  return make("div", { class: "when" }, chatTime(at));
}

const marks = (entry) => ({
  "data-testid": entry.kind === "event" ? "note" : "bubble",
  "data-seq": entry.seq,
  "data-kind": entry.kind,
  "data-direction": entry.direction,
});

function content(entry, phone) {
  const kind = entry.direction === "in" ? entry.kind : entry.type;
  if (kind === "image") return photo(entry, phone);
  if (kind === "voice") return voice(entry);
  if (kind === "location") {
    return make("div", { class: "place", ...marks(entry) }, make("b", {}, entry.label || "位置"), make("i"));
  }
  const bubble = make("div", { class: "bubble", ...marks(entry) });
  words(bubble, entry.text, phone);
  return bubble;
}

function photo(entry, phone) {
  const source = `/sim/media/${entry.media}`;
  const picture = make("img", { src: source, alt: "照片" });
  picture.addEventListener("load", () => phone.toEnd());
  return make("button", { class: "photo", type: "button", ...marks(entry), onclick: () => phone.view(source) }, picture);
}

function voice(entry) {
  const heard = entry.recognition ? make("div", { class: "heard" }, entry.recognition) : null;
  const long = `${Math.max(2, Math.ceil((entry.recognition || "").length / 4))}″`;
  return make("div", { class: "bubble voice", ...marks(entry) }, make("div", { class: "wave" }, icon("wave"), long), heard);
}

/** Plain words; links open inside the phone. */
function words(bubble, text, phone) {
  let end = 0;
  for (const found of text.matchAll(LINK)) {
    bubble.append(text.slice(end, found.index));
    const url = found[1] || found[3];
    const open = (event) => { event.preventDefault(); phone.open(url); };
    bubble.append(make("a", { href: url, onclick: open }, found[2] || url));
    end = found.index + found[0].length;
  }
  bubble.append(text.slice(end));
}

function fields(entry, phone) {
  const labels = phone.template(entry.template_id).labels || {};
  const rows = Object.entries(entry.fields).flatMap(([key, value]) => [make("dt", {}, labels[key] || key), make("dd", {}, value)]);
  return make("dl", {}, ...rows);
}

function card(entry, phone, body) {
  const open = entry.url
    ? make("button", { class: "open", type: "button", "data-testid": "card-open", onclick: () => phone.open(entry.url) }, entry.kind === "reply" ? "阅读全文" : "查看详情")
    : null;
  const picture = entry.picture ? make("img", { src: entry.picture, alt: "" }) : null;
  return make(
    "article",
    { class: "card", ...marks(entry), "data-testid": "card" },
    make("header", {}, logo(""), phone.account()),
    picture,
    make("h3", {}, entry.title),
    body,
    open,
  );
}

const logo = (name) => make("img", { class: name, src: "/static/icon.svg", alt: "" });
