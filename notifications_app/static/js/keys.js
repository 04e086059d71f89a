// The keyboard, for those who have switched it on in the settings. Every key presses something that is on the page.
"use strict";

const sheet = one("#keys");
let afterG = 0;

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

function move(step) {
  const rows = list();
  if (!rows.length) return announce("There is nothing in this list.");
  const row = current();
  const last = typeof left === "string" ? document.getElementById(left) : null;
  const at = row ? rows.indexOf(row) + step : Math.max(rows.indexOf(last), 0);
  const next = rows[Math.min(Math.max(at, 0), rows.length - 1)];
  one("h3 a", next).focus();
  next.scrollIntoView({ block: "nearest" });
}

/** Press what stands for a verb: of the selection, of the row, or of the page of one notification. */
function press(verb) {
  const button = one(".list:has([name=ids]:checked, [name=scope]:checked)")
    ? one(`.bulk [name=action][value=${verb}]`)
    : current() ? one(`[formaction$="/${verb}"]`, current()) : one(`.one-actions form:not([hidden])[action$="/${verb}"] button`);
  if (button) button.click();
  else if (one(".list") && !current()) announce("Choose a notification with j and k first.");
}

function snooze() {
  const scope = one(".list:has([name=ids]:checked, [name=scope]:checked)") ? one(".bulk") : current() ?? one(".one-actions");
  const menu = scope && one(".snooze, .snooze-part", scope);
  if (!menu) return;
  if (!menu.checkVisibility()) return location.assign(`${one("h3 a", scope).href}#snooze`);
  menu.open = !menu.open;
  (menu.open ? one("button", menu) : one("summary", menu)).focus();
}

/** Select from the row selected last to this one; where none is, only this one. */
function selectRange() {
  const box = current() && one("[name=ids]", current());
  if (!box) return one(".list") && announce("Choose a notification with j and k first.");
  box.checked = true;
  if (selected().some((other) => other.value === lastPicked)) pickRange(box);
  lastPicked = box.value;
  announce(`Selected: ${selected().length}.`);
}

/** From an empty field for the search back to the list; one that is not empty the browser empties. */
function leaveSearch(event) {
  if (event.key !== "Escape" || event.target.id !== "q" || event.target.value) return;
  event.preventDefault();
  move(1);
}

function clear(event) {
  const picked = one(".list:has(:checked)");
  if (event.defaultPrevented || sheet.open || !picked) return;
  const row = one(":checked", picked).closest("li.row") ?? list()[0];
  picked.reset();
  if (!current() && row) one("h3 a", row).focus();
  announce("Nothing is selected.");
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  x: () => one("[name=ids]", current() ?? document.createElement("p"))?.click(),
  X: selectRange,
  e: () => press("dismiss"),
  s: snooze,
  I: () => press("read"),
  U: () => press("unread"),
  z: () => one("#undo-last").requestSubmit(),
  Z: () => one("#redo-last").requestSubmit(),
  "/": () => {
    const fold = one(".search-fold");
    if (fold) fold.open = true;
    one("#q")?.focus();
    one("#q")?.select();
  },
  g: () => { afterG = Date.now(); },
  "?": openSheet,
  Escape: clear,
};

/** Whether the key is a letter for a field. A check box takes none. */
const isTyping = (element) =>
  element.matches("select, textarea, [contenteditable], input:not([type=checkbox], [type=radio])");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (isTyping(event.target)) return leaveSearch(event);
  if (event.key !== "Escape" && sheet.open) return;
  if (event.key === "i" && Date.now() - afterG < 1500) {
    afterG = 0;
    location.assign(one(".brand").href);
    return;
  }
  const act = Object.hasOwn(KEYS, event.key) && KEYS[event.key];
  if (!act || ("IUXZ".includes(event.key) && !event.shiftKey) || (event.repeat && !"jk".includes(event.key))) return;
  if (event.key !== "Escape") event.preventDefault();
  act(event);
});
