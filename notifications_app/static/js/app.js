// Every page is whole without this file: it only makes them quicker.
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (selector, root = document) => root.querySelector(selector);

/** The browser's storage, which may be switched off: then nothing is remembered. */
const remembered = {
  get(store, key) {
    try { return window[store].getItem(key); } catch { return null; }
  },
  set(store, key, value) {
    try {
      if (value) window[store].setItem(key, value);
      else window[store].removeItem(key);
    } catch { /* Switched off or full. */ }
  },
  entries(store) {
    try { return Object.entries(window[store]); } catch { return []; }
  },
};

// An error or the sign-in page after a form: it was not taken, and its draft stays (drafts.js).
if (!document.body.dataset.account) remembered.set("sessionStorage", "draft-sent", null);

// Sign-in and registration tell the server the browser's zone; it is offered there, never taken silently.
const zone = one("#zone");
if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

// ---- Flash messages: closed by their cross or Escape; all but errors leave after 12 seconds, unless pointed at or focused.

function remove(flash) {
  const hadFocus = flash.contains(document.activeElement);
  flash.remove();
  if (hadFocus) one("main").focus({ preventScroll: true });
}

function fadeLater(flash) {
  let left = 12;
  const timer = setInterval(() => {
    if (document.hidden || flash.matches(":hover, :focus-within")) return;
    left -= 1;
    if (left === 0) flash.classList.add("leaving");
    if (left > -1) return;
    clearInterval(timer);
    remove(flash);
  }, 1000);
}

function setUpFlash(flash) {
  const cross = one("[data-close]", flash);
  if (cross) {
    cross.hidden = false;
    cross.addEventListener("click", () => remove(flash));
  }
  if (flash.dataset.flash !== "error" && !flash.closest("[data-stay]")) fadeLater(flash);
}

/** Say it to those who hear the page. The region was there before its words, so they are heard. */
function announce(words) {
  const region = one("#live");
  if (!region) return;
  region.textContent = "";
  setTimeout(() => { region.textContent = words; }, 100);
}

// ---- The unread count: asked for again when the page comes back into view, and passed on between tabs.

const badgeUrl = document.body.dataset.badgeUrl;
let asked = Date.now();

function showUnread(label) {
  for (const badge of all("[data-badge]")) {
    badge.hidden = label === "0";
    one("[data-count]", badge).textContent = label;
  }
}

async function refreshBadge() {
  asked = Date.now();
  const answer = await fetch(badgeUrl, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const { label } = await answer.json();
  showUnread(label);
  remembered.set("localStorage", "badge", label);
}

if (badgeUrl) {
  const shown = one("[data-badge]");
  remembered.set("localStorage", "badge", shown.hidden ? "0" : one("[data-count]", shown).textContent);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() - asked > 30_000) refreshBadge();
  });
  window.addEventListener("storage", (event) => {
    if (event.key === "badge" && event.newValue) showUnread(event.newValue);
  });
}

// ---- A notification that is open is read.

async function readNow(form) {
  const body = new URLSearchParams(new FormData(form));
  body.set("quiet", "1");
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (!answer?.ok && answer?.type !== "opaqueredirect") return;
  const hadFocus = form.contains(document.activeElement);
  form.hidden = true;
  for (const after of all("[data-after-read]")) after.hidden = false;
  if (hadFocus) one("form[data-after-read] button").focus();
  await refreshBadge();
}

const unread = one("[data-auto-read]");
if (unread) readNow(unread);

/** The row to go back to: this one, wherever in the list it was opened from. */
const openNotification = one("[data-notification]")?.dataset.notification;
if (openNotification) {
  const [, ...others] = (remembered.get("sessionStorage", "left") ?? "").split(",");
  if (!others.includes(openNotification)) others.push(openNotification);
  remembered.set("sessionStorage", "left", [openNotification, ...others].join(","));
}

// ---- Which long messages are open, as long as the tab lives.

const opened = new Set((remembered.get("sessionStorage", "expanded") ?? "").split(",").filter(Boolean));

function setUpMore(more) {
  more.open = opened.has(more.dataset.more);
  more.addEventListener("toggle", () => {
    opened[more.open ? "add" : "delete"](more.dataset.more);
    remembered.set("sessionStorage", "expanded", [...opened].slice(-50).join(","));
  });
}

/** What each page needs, and each part of a page that has come later. */
function setUp(root) {
  all("[data-flash]", root).forEach(setUpFlash);
  all("[data-more]", root).forEach(setUpMore);
  const said = all(".flash p", root).map((words) => words.textContent.replace(/\s+/g, " ").trim());
  if (said.length) announce(said.join(" "));
}

setUp(document);

// ---- Menus open to where there is room, and are never higher than that.

/** The screen between the top and what is fixed to the bottom. */
function room() {
  const bars = all(".main-nav, .bulk").filter((bar) => bar.checkVisibility() && getComputedStyle(bar).position === "fixed");
  return Math.min(innerHeight, ...bars.map((bar) => bar.getBoundingClientRect().top));
}

document.addEventListener("toggle", ({ target }) => {
  const menu = target.matches("[data-menu][open]") && !target.closest(".bulk") && one(".menu", target);
  if (!menu) return;
  menu.classList.remove("up");
  menu.style.maxBlockSize = "";
  const { top, bottom } = target.getBoundingClientRect();
  const below = room() - bottom - 14;
  const up = menu.offsetHeight > below && top > below;
  menu.classList.toggle("up", up);
  menu.style.maxBlockSize = `${Math.max(up ? top - 14 : below, 120)}px`;
}, true);

// ---- Menus close at a click elsewhere and at Escape; the arrows go through their choices.

document.addEventListener("click", (event) => {
  for (const menu of all("[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
});

const CHOOSING = "[data-menu][open], .snooze-part[open]";

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && !one("dialog[open]") && one(CHOOSING);
  if (!menu) return;
  event.preventDefault();
  menu.open = false;
  one("summary", menu).focus();
});

/** Escape closes the newest flash, unless it means something else: a dialog, a field, a selection to be cleared. */
document.addEventListener("keydown", (event) => {
  const flash = event.key === "Escape" && all("#said [data-flash]").at(-1);
  if (!flash || event.defaultPrevented || one("dialog[open]")) return;
  if (!flash.contains(event.target) && (event.target.matches("input[type=search], textarea") || one(".list :checked"))) return;
  event.preventDefault();
  one("[data-close]", flash).click();
});

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const menu = step && event.target.closest(CHOOSING);
  if (!menu || event.target.matches("input")) return;
  event.preventDefault();
  const choices = all("summary, a, button, input", menu).filter((choice) => choice.checkVisibility());
  choices[(choices.indexOf(event.target) + step + choices.length) % choices.length].focus();
});

// ---- An address that names a part of something folded unfolds it.

const named = location.hash.length > 1 && document.getElementById(location.hash.slice(1))?.closest("details");
if (named) {
  named.open = true;
  one("summary", named).focus();
}

// ---- What is shown once is copied by a button, where the browser lets a page do so.

const copy = one("[data-copy]");
if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    const field = one(copy.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      copy.textContent = "Copied";
      announce("Copied");
    } catch { /* It is selected. */ }
  });
}

// ---- What the browser stores is shown where only a script can read it.

const storage = one("[data-storage]");
if (storage) {
  const isTheirs = ([key]) => !key.startsWith("draft:") || key.startsWith(`draft:${document.body.dataset.account}:`);
  const chips = ["localStorage", "sessionStorage"].flatMap((store) =>
    remembered.entries(store).filter(isTheirs).map(([key, value]) => `${store}: ${key} = ${value}`));
  storage.replaceChildren(...(chips.length ? chips : ["nothing"]).map((words) => {
    const chip = document.createElement("code");
    chip.textContent = words.length > 120 ? `${words.slice(0, 119)}…` : words;
    return chip;
  }));
}

// ---- Without a script, the browser's own menu prints.

const print = one("[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
