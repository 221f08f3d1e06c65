/** One person's phone: chat, menu, tools, the bot's pages, and whether there is news. */
import { post, toast } from "./api.js";
import { draw, separator } from "./bubbles.js";
import { icon, iconButton, make } from "./dom.js";
import { consentSheet, photoSheet, placeSheet, scanSheet, voiceSheet } from "./sheets.js";
import { hourMinute, now } from "./time.js";

const ROLES = { teacher: "帮扶教师", grandmother: "在家，带孩子", father: "在外打工", mother: "在外打工", grandfather: "在家，带孩子", class_teacher: "班主任", admin: "教育局管理员", approver: "教育局审批人", counsellor: "心理老师", principal: "校长" };
const KEPT = 300;

export class Phone {
  constructor(about, key, shared) {
    this.openid = about.openid;
    this.key = key;
    this.shared = shared; // what every phone asks: latest(), poll(), view()
    this.letter = about.icon || about.name.slice(0, 1);
    this.name = about.name;
    this.waiting = 0;
    this.unread = 0;
    this.last = null;
    this.stick = true; // at the end of the chat, and staying there
    this.menuDrawn = "";
    this._build(about);
  }

  account = () => this.shared.latest().account;
  template = (id) => this.shared.latest().templates[id] || {};
  view = (source) => this.shared.view(source);

  _build(about) {
    const key = this.key;
    this.bubbles = make("div", { class: "bubbles", "data-testid": `bubbles-${key}`, role: "log", "aria-label": `${this.name}的聊天`, tabindex: "0" });
    this.time = make("span");
    this.heading = make("b");
    this.badge = make("span", { class: "unread", hidden: true, "aria-label": "新消息" });
    this.input = make("textarea", { "data-testid": `input-${key}`, rows: "1", placeholder: "写消息", "aria-label": `${this.name}写消息` });
    this.sendButton = make("button", { class: "send", type: "button", "data-testid": `send-${key}`, hidden: true, onclick: () => this._say() }, "发送");
    this.plus = iconButton("plus", "更多", () => this._toggleTools(), `more-${key}`);
    this.menuToggle = iconButton("list", "收起或打开菜单", () => this._toggleMenu(), `menu-toggle-${key}`);
    this.menu = make("div", { class: "menu", "data-testid": `menu-${key}`, hidden: true });
    this.tools = this._tools();
    this.hints = this._hints(about.hints || []);
    this.stranger = this._stranger();
    const entry = make("div", { class: "entry" }, this.menuToggle, iconButton("voice", "语音", () => voiceSheet(this), `voice-${key}`), this.input, this.sendButton, this.plus);
    const status = make("div", { class: "status", "aria-hidden": "true" }, this.time, make("i"));
    const title = make("div", { class: "title" }, make("span", { class: "icon" }, icon("back")), this.heading, make("span", { class: "icon" }, icon("dots")));
    this.glass = make("div", { class: "glass" }, status, title, this.bubbles, this.hints, entry, this.menu, this.tools, this.stranger);
    const owner = make("div", { class: "owner" }, make("div", { class: "face", "aria-hidden": "true" }, this.letter), make("div", {}, make("b", {}, this.name), make("span", {}, ROLES[about.role] || about.role)), this.badge);
    this.element = make("section", { class: "phone", "data-role": about.role, "data-testid": `phone-${key}`, "aria-label": this.name }, owner, this.glass);
    this.bubbles.addEventListener("scroll", () => {
      this.stick = this.bubbles.scrollHeight - this.bubbles.scrollTop - this.bubbles.clientHeight < 160;
    });
    new ResizeObserver(() => { if (this.stick) this.toEnd(); }).observe(this.bubbles);
    this.input.addEventListener("input", () => this._typed());
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this._say(); }
    });
    for (const seen of ["pointerenter", "focusin", "click"]) this.element.addEventListener(seen, () => this.seen());
    this.glass.addEventListener("click", (event) => { if (!event.target.closest(".menu")) this._closeSubmenus(); });
  }

  _tools() {
    const tool = (name, words, testid, onclick) =>
      make("button", { type: "button", "data-testid": `${testid}-${this.key}`, onclick: () => { this._toggleTools(false); onclick(); } }, make("span", {}, icon(name)), words);
    return make("div", { class: "tools", hidden: true, "data-testid": `tools-${this.key}` },
      tool("photo", "照片", "photo", () => photoSheet(this)),
      tool("place", "位置", "place", () => placeSheet(this)),
      tool("scan", "扫码", "scan", () => scanSheet(this)),
      tool("bell", "订阅提醒", "consent", () => consentSheet(this, this.shared.latest().subscribe_templates.map(this.template))),
      tool("leave", "取消关注", "unsubscribe", () => this.send("/sim/event", { event: "unsubscribe" })));
  }

  _stranger() {
    return make("div", { class: "stranger", hidden: true, "data-testid": `stranger-${this.key}` },
      make("img", { src: "/static/icon.svg", alt: "", width: "84", height: "84" }),
      this.strangerName = make("b"),
      make("p", {}, "还没有关注这个公众号"),
      make("button", { type: "button", "data-testid": `subscribe-${this.key}`, onclick: () => this.send("/sim/event", { event: "subscribe" }) }, "关注"),
      make("button", { type: "button", "data-testid": `scan-follow-${this.key}`, onclick: () => scanSheet(this) }, "扫码关注"));
  }

  /** Draw what is new; `fresh` is false on the first load, when nothing counts as unread. */
  update(about, entries, fresh) {
    this.time.textContent = hourMinute(now());
    this.heading.replaceChildren(this.waiting ? make("small", {}, "对方正在输入…") : this.account());
    this.strangerName.textContent = this.account();
    this.stranger.hidden = about.following;
    this._drawMenu(this.shared.latest().menu);
    for (const entry of entries) this._add(entry, fresh);
    while (this.bubbles.childElementCount > KEPT) this.bubbles.firstElementChild.remove();
    if (entries.length && (this.stick || !fresh || entries.some((entry) => entry.direction === "in"))) this.toEnd();
  }

  _add(entry, fresh) {
    if (!entry.visible) return;
    const when = separator(entry, this.last);
    if (when) this.bubbles.append(when);
    this.bubbles.append(draw(entry, this));
    this.last = entry;
    if (fresh && ["template", "subscribe", "custom", "mass"].includes(entry.kind) && !this.element.matches(":hover, :focus-within")) this.unread += 1;
    this._badge();
  }

  toEnd() { this.bubbles.scrollTop = this.bubbles.scrollHeight; }
  seen() { if (this.unread) { this.unread = 0; this._badge(); } }
  _badge() {
    this.badge.hidden = !this.unread;
    this.badge.textContent = this.unread;
    this.element.classList.toggle("news", this.unread > 0);
    this.shared.unread();
  }

  async send(path, body) {
    this.waiting += 1;
    this.shared.soon();
    try {
      await post(path, { openid: this.openid, ...body });
    } catch (error) {
      toast(`没有发出去：${error.message}`);
    }
    this.waiting -= 1;
    this.shared.poll();
  }

  _say() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this._typed();
    this.send("/sim/say", { text });
  }

  _typed() {
    const any = this.input.value.trim() !== "";
    this.sendButton.hidden = !any;
    this.plus.hidden = any;
    this.input.style.height = "44px";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 128)}px`;
  }

  _toggleTools(open = this.tools.hidden) { this.tools.hidden = !open; this.toEnd(); }
  _hints(lines) {
    const take = (line) => () => { this.input.value = line; this._typed(); this.input.focus(); };
    const chips = lines.map((line) => make("button", { type: "button", "data-testid": `hint-${this.key}`, onclick: take(line) }, line));
    return make("div", { class: "hints", "aria-label": "可以试试", hidden: !chips.length }, make("span", { "aria-hidden": "true" }, "试试"), ...chips);
  }

  _toggleMenu() { this.menu.hidden = !this.menu.hidden; this.menuToggle.replaceChildren(icon(this.menu.hidden ? "list" : "keyboard")); this.toEnd(); }
  _closeSubmenus() { for (const open of this.menu.querySelectorAll(".submenu")) open.hidden = true; }

  _drawMenu(menu) {
    const drawn = JSON.stringify(menu);
    if (drawn === this.menuDrawn) return;
    this.menuDrawn = drawn;
    const buttons = menu ? menu.button : [];
    this.menu.hidden = !buttons.length;
    this.menuToggle.hidden = !buttons.length;
    this.menuToggle.replaceChildren(icon("keyboard"));
    this.menu.replaceChildren(...buttons.map((button, index) => this._menuButton(button, `menu-${this.key}-${index}`)));
    this.toEnd();
  }

  _menuButton(button, testid) {
    const subs = button.sub_button || [];
    if (!subs.length) return make("div", {}, make("button", { type: "button", "data-testid": testid, onclick: () => this._choose(button) }, button.name));
    const list = make("div", { class: "submenu", hidden: true }, ...subs.map((sub, index) =>
      make("button", { type: "button", "data-testid": `${testid}-${index}`, onclick: () => this._choose(sub) }, sub.name)));
    const toggle = () => { const open = list.hidden; this._closeSubmenus(); list.hidden = !open; };
    return make("div", {}, make("button", { type: "button", class: "has-more", "data-testid": testid, onclick: toggle }, button.name), list);
  }

  _choose(button) {
    this._closeSubmenus();
    if (button.type === "view") {
      this.send("/sim/event", { event: "VIEW", event_key: button.url });
      this.open(button.url);
    } else this.send("/sim/event", { event: "CLICK", event_key: button.key });
  }

  /** Show one of the bot's pages inside this phone. */
  open(url) {
    const through = `/sim/open?${new URLSearchParams({ openid: this.openid, url })}`;
    const close = iconButton("close", "关上网页", () => page.remove(), `page-close-${this.key}`);
    const outside = make("a", { class: "icon", href: through, target: "_blank", rel: "noopener", "aria-label": "在新窗口打开", title: "在新窗口打开" }, icon("outside"));
    const frame = make("iframe", { src: through, title: `${this.name}打开的网页`, "data-testid": `frame-${this.key}` });
    const page = make("div", { class: "page", "data-testid": `page-${this.key}` }, make("div", { class: "title" }, close, make("b", {}, this.account()), outside), frame);
    this.glass.querySelector(".page")?.remove();
    this.glass.append(page);
  }
}
