// Typed text is kept in the tab until it is sent: it is in its form again after a click elsewhere, Back, or a new sign-in.
// Every form with typed text is marked by data-draft: one that is posted by its hidden field, a search by itself. A draft
// belongs to an account and to the address that its form is sent to. Passwords, files and hidden fields are never kept.
"use strict";

const { account } = document.body.dataset;
const DRAFTS = `draft:${account}:`;
/** The form that was sent last, until the page after it shows whether it was taken. */
const SENT = "draft-sent";
const KEPT = "input:not([type=hidden], [type=password], [type=file], [type=submit], [type=button]), select, textarea";

const draftForms = () => all("form").filter((form) => form.matches("[data-draft]") || one("[data-draft]", form));
const draftKey = (form) => DRAFTS + new URL(form.getAttribute("action") ?? "", location).pathname;
const isSearch = (form) => form.matches("[data-draft]");
/** Whether the page shows what was typed and is not saved, as after a refusal or in a preview. */
const isUnsaved = (form) => one("[data-draft]", form)?.dataset.draft === "unsaved";
const draftFields = (form) => [...form.elements].filter((field) => field.name && !field.readOnly && field.matches(KEPT));

function isChanged(field) {
  if (field.type === "radio") {
    const saved = field.closest("[data-saved]")?.dataset.saved;
    return field.checked && (saved === undefined ? !field.defaultChecked : field.value !== saved);
  }
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (!field.options) return field.value !== field.defaultValue;
  const shown = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
  return field.value !== shown?.value;
}

/** What is kept of a form: what differs from the page, or all where the page itself is not saved. */
function typed(form) {
  const fields = draftFields(form).filter((field) => isUnsaved(form) || isChanged(field));
  const values = fields.filter((field) => field.type !== "radio" || field.checked)
    .map((field) => [field.name, field.type === "checkbox" ? field.checked : field.value]);
  return Object.fromEntries(values);
}

function keep(form) {
  const values = typed(form);
  remembered.set("sessionStorage", draftKey(form), Object.keys(values).length ? JSON.stringify(values) : null);
}

function forget(form) {
  remembered.set("sessionStorage", draftKey(form), null);
}

/** Put a kept value into its field; return whether the field shows another one now. */
function fill(field, value) {
  if (field.type === "radio") field.checked = field.value === value;
  else if (field.type === "checkbox") field.checked = value;
  else field.value = value;
  return isChanged(field);
}

function restore(form) {
  const values = JSON.parse(remembered.get("sessionStorage", draftKey(form)) ?? "{}");
  const kept = draftFields(form).filter((field) => Object.hasOwn(values, field.name));
  const changed = kept.filter((field) => fill(field, values[field.name]));
  form.dispatchEvent(new CustomEvent("draft", { bubbles: true, detail: values }));
  if (isSearch(form)) for (const field of changed) field.dispatchEvent(new Event("input", { bubbles: true }));
  else if (changed.length || values.timezone) noteRestored(form);
}

// ---- The line above a form that was filled in again.

function noteRestored(form) {
  const [note, words, discard] = ["div", "p", "button"].map((name) => document.createElement(name));
  note.className = "flash is-info draft-note";
  words.textContent = "Restored what you typed.";
  Object.assign(discard, { type: "button", className: "button small", textContent: "Discard" });
  note.append(words, discard);
  (one("[data-draft-note]") ?? form).prepend(note);
  announce("Restored what you typed.");
  discard.addEventListener("click", () => {
    forget(form);
    form.reset();
    note.remove();
    draftFields(form)[0]?.focus();
    announce("Discarded.");
  });
}

// ---- Keeping, sending, leaving.

let sending = null;
let isSigningOut = false;

function keepTyped({ target }) {
  const { form } = target;
  if (!form || !draftForms().includes(form) || !target.matches(KEPT)) return;
  if (isSearch(form) && target.options) return; // a choice is sent at once
  sending = null;
  keep(form);
}

document.addEventListener("input", keepTyped);
document.addEventListener("change", keepTyped);

// On the window: by then a script that sends the form itself has said so.
window.addEventListener("submit", (event) => {
  const form = event.target;
  isSigningOut = form.matches("[data-sign-out]");
  if (!draftForms().includes(form)) return;
  if (isSearch(form)) return forget(form);
  if (event.defaultPrevented) return;
  sending = form;
  keep(form);
  remembered.set("sessionStorage", SENT, JSON.stringify({ key: draftKey(form), page: location.pathname }));
});

const hasText = (form) => draftFields(form).some((field) =>
  !field.matches("select, [type=radio], [type=checkbox]") && (isUnsaved(form) ? field.value : isChanged(field)));

window.addEventListener("beforeunload", (event) => {
  if (draftForms().some((form) => form !== sending && !isSearch(form) && hasText(form))) event.preventDefault();
});

window.addEventListener("pagehide", () => {
  if (!isSigningOut) return;
  for (const [key] of remembered.entries("sessionStorage")) {
    if (key.startsWith(DRAFTS)) remembered.set("sessionStorage", key, null);
  }
});

window.addEventListener("pageshow", () => {
  sending = null;
  isSigningOut = false;
});

/** A form was taken if the page that follows it is no error, no sign-in and not the form again. */
function forgetSent() {
  const sent = JSON.parse(remembered.get("sessionStorage", SENT) ?? "null");
  remembered.set("sessionStorage", SENT, null);
  const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  const from = URL.canParse(document.referrer) ? new URL(document.referrer).pathname : "";
  if (sent && !isBack && sent.page === from) remembered.set("sessionStorage", sent.key, null);
}

/** The answer to a POST, as a review, is asked for by GET when someone comes back to it: the draft fills it in again. */
function comeBackByGet() {
  const isHere = (form) => isUnsaved(form) && draftKey(form) === DRAFTS + location.pathname;
  if (draftForms().some(isHere)) history.replaceState(history.state, "", location.href);
}

document.addEventListener("DOMContentLoaded", () => {
  forgetSent();
  comeBackByGet();
  for (const form of draftForms()) (isUnsaved(form) ? keep : restore)(form);
});

// The list of the inbox brings its own search field anew.
document.addEventListener("htmx:after:swap", () => draftForms().filter(isSearch).forEach(restore));
