// The keyboard, for those who have switched it on in the settings. Every key presses something that is on the page.
// Which keys there are is said by the help, in one table for both.
"use strict";

const sheet = one("#keys");
let begun = "";
let begunAt = 0;

function openSheet() {
  remembered.set("localStorage", "key-hints", "seen");
  // The focus comes back to where it was: not into a menu that is closed by then.
  for (const menu of all("[data-menu][open]")) {
    if (menu.contains(document.activeElement)) one("summary", menu).focus();
    menu.open = false;
  }
  for (const line of all("[data-key-hint]")) line.hidden = true;
  sheet.showModal();
}

document.addEventListener("click", (event) => {
  if (event.target === sheet) sheet.close();
  if (!event.target.closest("[data-help]")) return;
  event.preventDefault();
  openSheet();
});

// ---- The row that the keys mean: the one with the focus, else the one that was opened last.

const list = () => all("li.row:not(.going)");
const current = () => document.activeElement.closest("li.row");
const hasSelection = () => one(".list:has([name=ids]:checked, [name=scope]:checked)");
const chooseFirst = () => announce("Choose a notification with j or k first.");

function focusNeighbour(step) {
  const rows = list();
  if (!rows.length) return announce("There are no notifications in this list.");
  const row = current();
  const last = typeof left === "string" ? document.getElementById(left) : null;
  const at = row ? rows.indexOf(row) + step : Math.max(rows.indexOf(last), 0);
  const next = rows[Math.min(Math.max(at, 0), rows.length - 1)];
  one("h3 a", next).focus();
  next.scrollIntoView({ block: "nearest" });
}

/** In the list to the next row; on the page of a notification to the next older one. */
function move(step) {
  if (one("#view")) return focusNeighbour(step);
  if (one("[data-notification]")) turn(step, "notification", ["newest", "oldest"]);
}

/** Follow the link to the next page or notification, or say that this is the last one. */
function turn(step, what, ends) {
  const link = one(step > 0 ? "#main .pager .older" : "#main .pager .newer");
  if (link) link.click();
  else announce(`This is the ${ends[step > 0 ? 1 : 0]} ${what}.`);
}

const noEffect = () => one("#view, .one-actions") && announce("This action doesn’t apply here.");

const turnPage = (step) => (one("#view") ? turn(step, "page", ["first", "last"]) : noEffect());

/** A tab by its number: of this list, which keeps its filters, or from another page. */
function openTab({ key }) {
  const tab = all(".tabs a")[Number(key) - 1];
  if (tab) tab.click();
  else location.assign(sheet.dataset.tabs.split(" ")[Number(key) - 1]);
}

/** Press the first button there is for these verbs: of the selection, of the row, or of the page of one notification. */
function press(...verbs) {
  const find = (verb) => hasSelection()
    ? one(`.bulk [name=action][value=${verb}]`)
    : current() ? one(`[formaction$="/${verb}"]`, current()) : one(`.one-actions form:not([hidden])[action$="/${verb}"] button`);
  const button = verbs.map(find).find(Boolean);
  if (button) button.click();
  else if (one(".list") && !current() && !hasSelection()) chooseFirst();
  else noEffect();
}

function mute() {
  const scope = current() ?? one(".one-actions");
  if (scope) one("[form=mute], [form=unmute], [name=action][value$=mute]", scope).click();
  else if (one(".list")) chooseFirst();
}

/** Open the menu for snoozing, or close it again; with "until", go to its field. */
function snooze(until) {
  const scope = hasSelection() ? one(".bulk") : current() ?? one(".one-actions");
  const menu = scope && one(".snooze, .snooze-part", scope);
  if (!menu) return scope ? noEffect() : one(".list") && chooseFirst();
  menu.open = until || !menu.open;
  one(menu.open ? (until ? "[name^=until]:not([type=hidden])" : "button") : "summary", menu).focus();
}

/** Select from the row selected last to this one; where none is, only this one. */
function selectRange() {
  const box = current() && one("[name=ids]", current());
  if (!box) return one(".list") ? chooseFirst() : noEffect();
  box.checked = true;
  if (selected().some((other) => other.value === lastPicked)) pickRange(box);
  lastPicked = box.value;
  announceSelection();
}

/** First the rows of the page, then all of the view. */
function selectAll() {
  const boxes = all(".list [name=ids]");
  const whole = one(".select-all input");
  if (!boxes.length) return noEffect();
  if (boxes.every((box) => box.checked)) return whole.checked || whole.click();
  for (const box of boxes) box.checked = true;
  announceSelection();
}

/** From an empty field for the search back to the list; one that is not empty the browser empties. */
function leaveSearch(event) {
  if (event.key !== "Escape" || event.target.id !== "q" || event.target.value) return;
  event.preventDefault();
  focusNeighbour(1);
}

function clear(event) {
  const picked = one(".list:has(:checked)");
  if (event.defaultPrevented || sheet.open || !picked) return;
  const row = one(":checked", picked).closest("li.row") ?? list()[0];
  picked.reset();
  if (!current() && row) one("h3 a", row).focus();
  announceSelection();
}

/** Go to the field for the search; from a page without one, to that of the inbox. */
function search() {
  if (!one("#q")) return location.assign(`${one(".brand").href}#q`);
  const fold = one(".search-fold");
  if (fold) fold.open = true;
  one("#q").focus();
  one("#q").select();
}

const ACTIONS = {
  next: () => move(1),
  previous: () => move(-1),
  nextPage: () => turnPage(1),
  previousPage: () => turnPage(-1),
  tab: openTab,
  inbox: () => location.assign(one(".brand").href),
  search,
  select: () => (current() ? one("[name=ids]", current()).click() : one(".list") ? chooseFirst() : noEffect()),
  selectRange,
  selectAll,
  dismiss: () => press("dismiss"),
  restore: () => press("restore"),
  snooze: () => snooze(false),
  snoozeUntil: () => snooze(true),
  unsnooze: () => press("unsnooze", "unread"),
  mute,
  read: () => press("read"),
  unread: () => press("unread"),
  undo: () => one("#undo-last").requestSubmit(),
  redo: () => one("#redo-last").requestSubmit(),
  help: openSheet,
  clear,
};

/** Each key, or two after each other as "g i", with its action. */
const KEYS = new Map();
for (const { dataset: { action, pressed } } of all("[data-action]", sheet)) {
  const keys = action === "tab" ? pressed.split(" ") : [pressed];
  for (const key of keys) KEYS.set(key, ACTIONS[action]);
}
const FIRST = new Set([...KEYS.keys()].filter((key) => key.includes(" ")).map((key) => key.split(" ")[0]));
const REPEATED = new Set([ACTIONS.next, ACTIONS.previous]);

/** Whether the key is a letter for a field. A check box takes none. */
const isTyping = (element) =>
  element.matches("select, textarea, [contenteditable], input:not([type=checkbox], [type=radio])");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (isTyping(event.target)) return leaveSearch(event);
  if (event.key !== "Escape" && sheet.open) return;
  const second = begun && Date.now() - begunAt < 1500 && KEYS.get(`${begun} ${event.key}`);
  begun = "";
  const act = second || KEYS.get(event.key);
  if (!act && FIRST.has(event.key)) [begun, begunAt] = [event.key, Date.now()];
  if (!act || (/^[A-Z]$/.test(event.key) && !event.shiftKey) || (event.repeat && !REPEATED.has(act))) return;
  if (event.key !== "Escape") event.preventDefault();
  act(event);
});

if (location.hash === "#q" && one("#q")) search();
