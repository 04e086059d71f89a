// The inbox without loading pages: what a link or form of the list leads to is fetched by htmx, which puts the parts of
// that page in place of those here. Kept meanwhile: the focus, the place on the screen, the selection, and what failed.
"use strict";

const rows = () => all("li.row");
const selected = () => all("[name=ids]:checked");
const plain = (element) => element.textContent.replace(/\s+/g, " ").trim();

// ---- Selecting: all of the view, and ranges with Shift.

/** The number of the notification whose box was clicked last: a range begins there. */
let lastPicked = null;

/** Ticks, or not, as this box is, what stands between it and the one before. */
function pickRange(box) {
  const boxes = all("[name=ids]");
  const from = boxes.findIndex((other) => other.value === lastPicked);
  const to = boxes.indexOf(box);
  if (from < 0) return;
  for (const between of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) between.checked = box.checked;
}

document.addEventListener("click", (event) => {
  const box = event.target.closest?.("[name=ids]");
  if (!box) return;
  if (event.shiftKey) pickRange(box);
  lastPicked = box.value;
});

document.addEventListener("change", ({ target }) => {
  const whole = one(".select-all input");
  if (target === whole) whole.dataset.spread = "";
  if (target === whole) for (const box of all("[name=ids]")) box.checked = whole.checked;
  if (target !== whole && target.name !== "ids") return;
  countSelected(whole);
  announceSelection();
});

/** Say how many are selected, as the bar shows it. */
function announceSelection() {
  const whole = one(".select-all input").checked;
  const count = whole ? `All ${one(".bulk .number").dataset.all}` : selected().length;
  announce(count ? `${count} selected` : "Nothing selected");
}

/** Those that are deselected from "all" of a view. */
const deselected = () => (one(".select-all [data-spread]:checked") ? all("[name=ids]:not(:checked)").map((box) => box.value) : []);

/** With "all" ticked, the bar counts what is left of it. */
function countSelected(whole) {
  const left = deselected().length;
  const number = one(".bulk .number");
  number.dataset.total ??= number.dataset.all;
  if (left && !number.dataset.total.endsWith("+")) {
    const rest = Number(number.dataset.total.replaceAll(",", "")) - left;
    number.dataset.all = `but ${left}: ${rest.toLocaleString("en")}`;
  } else number.dataset.all = number.dataset.total;
}

/** The bar goes with the selection; the focus goes back to what was selected. */
document.addEventListener("reset", () => {
  const row = selected().at(-1)?.closest("li.row") ?? rows()[0];
  if (one(".bulk").contains(document.activeElement)) focusRow(row);
});

// ---- The link of a notification is copied; where the page may not do so itself, by way of a field.

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy-link]");
  if (!button) return;
  const url = new URL(button.dataset.copyLink, location).href;
  try {
    await navigator.clipboard.writeText(url);
  } catch {
    const field = document.createElement("textarea");
    field.value = url;
    button.after(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }
  one("span", button).textContent = "Link copied";
  announce("Link copied");
});

// ---- What goes to the server: one after the other, in the order in which it was asked for.

const PARTS = { target: "#view", select: "#view", selectOOB: "#said,#banners", swap: "outerHTML show:none", push: "true" };
const waiting = new Set();
let queue = Promise.resolve();

/** Whether the last click was made with a pointer; Enter and the keys click without one. */
let byPointer = false;
document.addEventListener("click", (event) => { byPointer = event.detail > 0; }, true);

/** Whether the first click of a double click has changed something: the second one would repeat it, or hit what is below. */
let hasActed = false;
document.addEventListener("click", (event) => {
  if (event.detail < 2) hasActed = false;
  if (!hasActed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

/** What is asked for: a method, an address, the fields to post, and the rows it is about. */
function send(asked) {
  if (asked.method === "POST") hasActed = true;
  one("#main").setAttribute("aria-busy", "true");
  waiting.add(asked);
  const turn = queue.then(() => waiting.delete(asked) && htmx.ajax(asked.method, asked.url, { ...PARTS, asked })).catch(() => {});
  queue = turn.then(() => { if (queue === rest) one("#main").removeAttribute("aria-busy"); });
  const rest = queue;
}

/** Whoever leaves the page has still done what was clicked: what is on its way arrives, what waits is sent along. */
window.addEventListener("pagehide", () => {
  for (const { url, fields } of waiting) if (fields) navigator.sendBeacon(url, fields);
  waiting.clear();
});

/** A form beside the list, as to sign out, comes after what is on its way: the cookie of the last answer is the one kept. */
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.closest("#main") || form.method !== "post" || !one("#main").ariaBusy) return;
  event.preventDefault();
  Promise.race([queue, new Promise((done) => { setTimeout(done, 3000); })]).then(() => {
    one("#main").removeAttribute("aria-busy");
    form.requestSubmit(submitter);
  });
});

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  const method = (submitter?.getAttribute("formmethod") ?? form.getAttribute("method") ?? "get").toUpperCase();
  if (!window.htmx || event.defaultPrevented || !form.closest("#main") || method === "DIALOG") return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form));
  if (submitter?.name) fields.append(submitter.name, submitter.value);
  if (form.matches(".list")) for (const value of deselected()) fields.append("except", value);
  const action = submitter?.getAttribute("formaction") ?? form.getAttribute("action");
  const row = submitter?.closest("li.row");
  const bulk = !row && form.matches(".list");
  const about = row ? [row.id] : bulk ? selected().map((box) => `n${box.value}`) : [];
  for (const menu of all("[data-menu][open]")) {
    if (menu.contains(document.activeElement)) one("summary", menu).focus({ preventScroll: true });
    menu.open = false;
  }
  if (method === "GET") {
    for (const [name, value] of [...fields]) if (!value) fields.delete(name);
    send({ method, url: fields.size ? `${action}?${fields}` : action, about });
    return;
  }
  if (row && !/\/(read|unread)$/.test(action)) leave(row);
  send({ method, url: action, fields, about, bulk, byPointer });
});

/** Enter in the field for a time means the button below it. */
document.addEventListener("keydown", (event) => {
  const field = event.key === "Enter" && event.target.closest(".list .until input");
  if (!field) return;
  event.preventDefault();
  one("button", field.closest(".until")).click();
});

/** A category or a topic applies as soon as it is chosen. */
document.addEventListener("change", ({ target }) => {
  if (target.matches(".search select")) target.form.requestSubmit();
});

/** "Snooze…" of the other actions opens the row's own menu. */
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-open-snooze]");
  if (!button) return;
  const menu = one(".snooze", button.closest("li.row"));
  button.closest("details").open = false;
  menu.open = true;
  one("button", menu).focus();
});

/** Only views of the list are fetched: every other link is a page of its own. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("#view a");
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!window.htmx || !link || !plain || link.origin !== location.origin || link.pathname !== location.pathname) return;
  event.preventDefault();
  send({ method: "GET", url: link.pathname + link.search, about: [] });
});

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (ctx.asked?.fields) Object.assign(ctx.request, { body: ctx.asked.fields, keepalive: true });
});

/** The row will go: the focus goes on at once, so that the next key means the next row. */
function leave(row) {
  row.classList.add("going");
  const others = rows().filter((other) => !other.matches(".going"));
  const next = others.find((other) => row.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);
  if (next ?? others.length) focusRow(next ?? others.at(-1), { preventScroll: byPointer });
}

function focusRow(row, options) {
  if (row) one("h3 a", row).focus(options);
}

// ---- What comes back, if it is a page of the list.

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.text.includes('id="view"')) return;
  event.preventDefault();
  // Signed out meanwhile: the sign-in page keeps a typed time, if it is sent as a form.
  const { fields, url } = ctx.asked ?? {};
  if (ctx.response.raw.ok && `${fields?.get("choice")}${fields?.get("action")}`.includes("until")) postWhole(url, fields);
  // Or sent on to another page: there it is shown whole.
  else if (ctx.response.raw.ok) location.assign(ctx.response.raw.url);
  else failed(ctx.asked, sentence(ctx.text) ?? `The server returned error ${ctx.response.status}.`);
});

function postWhole(url, fields) {
  const form = document.createElement("form");
  form.setAttribute("method", "post");
  form.setAttribute("action", url);
  for (const [name, value] of fields) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (ctx) failed(ctx.asked, "Can’t reach the server. Your change may not be saved.");
});

/** What the page of an error says. */
function sentence(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  return page.querySelector(".error-page > p:not(.buttons)")?.textContent.trim();
}

/** What has failed and was neither tried again nor closed: it stays, whatever succeeds after it. */
const failures = new Set();

function failed(asked, words) {
  for (const id of asked?.about ?? []) document.getElementById(id)?.classList.remove("going");
  const flash = one("#failure").content.cloneNode(true).firstElementChild;
  one("[data-sentence]", flash).textContent = words;
  flash.addEventListener("click", ({ target }) => {
    if (!target.closest("button")) return;
    failures.delete(flash);
    if (!target.closest("[data-retry]")) return;
    remove(flash);
    if (!asked) return location.reload();
    focusRow(document.getElementById(asked.about.at(-1)));
    send(asked);
  });
  failures.add(flash);
  one(".flashes").append(flash);
  setUpFlash(flash);
  announce(words);
}

// ---- The new parts take over from the old ones.

let before = null;

/** Where the focus is, in words that still mean something in the parts to come. */
function place(element) {
  const row = element?.closest("li.row");
  if (row) {
    const kinds = [
      "h3 a", ".pick input", ".topic", ".more summary", "[formaction$='/dismiss'], [formaction$='/restore']",
      ".snooze summary", ".others summary", ".row-actions > a", ".row-actions > button.icon-button",
    ];
    return { row: row.id, kind: kinds.find((kind) => one(kind, row) === element) ?? "h3 a" };
  }
  const tab = element?.closest(".tabs a");
  if (tab) return { selector: `.tabs :nth-child(${[...tab.parentElement.children].indexOf(tab) + 1})` };
  if (element?.id === "q") return { typed: element.value };
  if (element?.closest(".search, .search-foot, .empty")) return { selector: `#${element.id || "q"}` };
  if (element?.closest(".page-head") && element.value) return { selector: `.page-head [value=${element.value}]` };
  if (element?.closest("#said")) return { selector: "#said .flash button:not([hidden])" };
  if (element?.closest(".bulk")) return { acted: true };
  return element?.closest("#view, .going") ? { selector: "#view h1" } : null;
}

/** The new list is moved before anybody sees it: the event after a swap is a moment too late. */
new MutationObserver((changes) => {
  const isNew = changes.some(({ addedNodes }) => [...addedNodes].some((node) => node.id === "view"));
  if (isNew && before?.places && pointerInView) keepPlaces(before.places);
}).observe(one("#main"), { childList: true });

document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  const { about = [], bulk = false, byPointer: pointed = false } = ctx.asked ?? {};
  before = {
    about,
    ids: rows().map((row) => row.id),
    focus: place(document.activeElement),
    picked: selected().map((box) => box.value).filter((value) => !bulk || !about.includes(`n${value}`)),
    from: location.pathname + location.search,
    places: pointed && pointerInView ? places() : null,
    tops: rows().filter((row) => !about.includes(row.id)).map((row) => [row.id, row.getBoundingClientRect().top]),
  };
});

/** Back to the same address makes no second entry in the history; a form that was refused is none to come back to. */
document.addEventListener("htmx:before:history:update", ({ detail: { history } }) => {
  const here = location.pathname + location.search;
  if (history.path !== here && new URL(history.path, location).pathname === location.pathname) return;
  Object.assign(history, { type: "replace", path: here });
});

document.addEventListener("htmx:after:swap", () => {
  // A snooze that was refused comes back as it was sent: ticked, its menu open, the field with what was typed.
  const refused = one(".list .until [aria-invalid]");
  if (refused && one(".select-all :checked")) one(".select-all input").dataset.spread = "";
  if (refused) before.picked = selected().map((box) => box.value);
  const moved = before.from !== location.pathname + location.search;
  if (moved || !before.picked.includes(lastPicked)) lastPicked = null;
  // After a sign-in in another tab, the rest of the page has old tokens.
  const token = one("#view [name=csrf_token]")?.value;
  if (token) for (const field of all("[name=csrf_token]")) field.value = token;
  all("[data-more]", one("#view")).forEach(setUpMore);
  setUp(one("#said"));
  one(".flashes").append(...failures);
  one("#said").classList.toggle("at-top", Boolean(before.places) && isUnderPointer(one("#said")));
  showUnread(one("#view").dataset.unread);
  remembered.set("localStorage", "badge", one("#view").dataset.unread);
  hint();
  if (moved) scrollTo(0, 0);
  else stay(before);
  const found = all(rows().length ? ".search-foot > p:first-child, [data-place]" : ".empty p");
  if (moved && found.length) announce(found.map(plain).join(" "));
  if (refused) refused.focus({ preventScroll: true });
  else if (before.focus?.typed !== undefined) searchAgain(before.focus.typed, moved);
  else if ([document.body, one("#main"), null].includes(document.activeElement)) focusAgain(before);
});

/** The same view: what was selected still is, and what was looked at stays where it was. */
function stay({ picked, tops }) {
  for (const box of all("[name=ids]")) box.checked = picked.includes(box.value);
  if (before.places && pointerInView) return;
  const [id, top] = tops.find(([id, at]) => at > 0 && document.getElementById(id)) ?? [];
  if (id && scrollY > 0) scrollBy(0, document.getElementById(id).getBoundingClientRect().top - top);
}

const dayOrRow = () => all(".day h2, li.row").map((part) => [part.id || part.textContent, part]);
/** The top in the page: the browser may scroll while the list changes. */
const topOf = (part) => part.getBoundingClientRect().top + scrollY;

/** Where each day and row is in the page, how far that is scrolled, and where the list ends. */
function places() {
  const view = one("#view");
  const end = rows().length ? rows().at(-1).getBoundingClientRect().bottom + scrollY : 0;
  const tops = new Map(dayOrRow().map(([key, part]) => [key, topOf(part)]));
  return { height: view.offsetHeight, scrolled: scrollY, end, tops, count: rows().length };
}

/**
 * A second click at the same point hits no other row: what is gone leaves its place empty until the pointer leaves, what
 * follows from the next page begins below the end, and what has arrived on top is scrolled over.
 */
function keepPlaces({ height, scrolled, end, tops, count }) {
  const view = one("#view");
  const isOneGone = rows().filter((row) => tops.has(row.id)).length === count - 1;
  let pushed = 0;
  let isPastKnown = false;
  for (const [key, part] of dayOrRow()) {
    const isLater = isPastKnown && !tops.has(key) && isOneGone;
    const wanted = tops.get(key) ?? (isLater ? end : NaN);
    const gap = wanted + pushed - topOf(part);
    const moved = part.matches("h2") ? part.parentElement : part;
    if (gap > 0.5) moved.style.marginBlockStart = `${parseFloat(getComputedStyle(moved).marginBlockStart) + gap}px`;
    if (gap < -0.5) pushed -= gap;
    if (part.matches("li") && tops.has(key)) isPastKnown = true;
  }
  view.style.minBlockSize = `${height + pushed}px`;
  scrollTo({ top: scrolled + pushed, behavior: "instant" });
}

function closeGaps() {
  for (const part of all("#view, #view .day, #view li.row")) part.removeAttribute("style");
}

/** Whether the mouse is over the list, or a finger touched it last. */
let pointerInView = false;
let pointer = { x: -1, y: -1 };
for (const name of ["pointerover", "pointerdown"]) {
  document.addEventListener(name, (event) => {
    pointer = { x: event.clientX, y: event.clientY };
    pointerInView = Boolean(event.target.closest("#view"));
    if (!pointerInView) closeGaps();
  });
}
/** A flash may not come between the pointer and what it points at: a second click would press Undo or the cross. */
function isUnderPointer(part) {
  const { left, right, top, bottom } = part.getBoundingClientRect();
  return left <= pointer.x && pointer.x <= right && top <= pointer.y && pointer.y <= bottom;
}

// A finger does not leave: the gaps close while the page is scrolled.
document.addEventListener("scroll", () => {
  if (matchMedia("(hover: none)").matches) closeGaps();
}, { passive: true });

function focusAgain({ focus, ids, about }) {
  if (!focus) return;
  const id = focus.acted ? about.at(-1) : focus.row;
  const found = focus.selector ? one(focus.selector) : one(`#${id} ${focus.kind ?? "h3 a"}`) ?? nearest(ids, id);
  (found?.checkVisibility() ? found : one("#view h1")).focus({ preventScroll: Boolean(focus.selector || before.places) });
}

/** What was looked for is there: on with the first of it, unless more has been typed since. */
function searchAgain(typed, moved) {
  const field = one("#q");
  if (moved && rows().length && field.value.trim() === typed.trim()) return focusRow(rows()[0]);
  field.value = typed;
  field.focus({ preventScroll: true });
}

/** The link of the next row that was after this one and is there, else of the one before. */
function nearest(ids, id) {
  const at = Math.max(ids.indexOf(id), 0);
  const there = [...ids.slice(at), ...ids.slice(0, at).reverse()].find((other) => document.getElementById(other));
  return there && one(`#${there} h3 a`);
}

// ---- Back from the page of a notification: on with its row, or with the next one if that is gone.

document.addEventListener("click", ({ target }) => {
  const row = target.closest("li.row h3 a")?.closest("li.row");
  if (row) remembered.set("sessionStorage", "left", [row.id, ...rows().map((other) => other.id)].join(","));
});

const [left, ...others] = (remembered.get("sessionStorage", "left") ?? "").split(",");
const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward"
  || (document.referrer && /\/inbox\/\d+$/.test(new URL(document.referrer).pathname));
if (left && (isBack || one("#said .flash"))) nearest(others, left)?.focus();
remembered.set("sessionStorage", "left", null);

// ---- The line about the keys, until it has been read.

function hint() {
  const line = one("[data-key-hint]");
  if (line) line.hidden = remembered.get("localStorage", "key-hints") === "seen";
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-key-hint-close]")) return;
  remembered.set("localStorage", "key-hints", "seen");
  hint();
  one("#view h1").focus({ preventScroll: true });
});

hint();
