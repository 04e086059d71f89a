// While a message is typed: how long its body is, and how it will look. The server renders it, so that it looks as it will.
"use strict";

const live = one("[data-live-preview]");
const form = live.closest("form");
const counter = one("[data-body-max]");
let previewTimer;
let newestPreview = 0;

/** Characters as the server counts them: one for an emoji, which is two for JavaScript. */
function countBody() {
  const most = Number(counter.dataset.bodyMax);
  const count = [...form.elements.body.value.normalize("NFC").trimEnd()].length;
  const rest = count > most ? `: ${(count - most).toLocaleString("en")} too many` : "";
  const wasOver = counter.classList.contains("is-over");
  counter.textContent = `${count.toLocaleString("en")} of ${most.toLocaleString("en")} characters${rest}`;
  counter.classList.toggle("is-over", count > most);
  if (count > most && !wasOver) announce(`The body has more than ${most.toLocaleString("en")} characters.`);
}

/** A later preview overtakes an earlier one; without an answer the last one stays. */
async function showPreview() {
  newestPreview += 1;
  const mine = newestPreview;
  const answer = await fetch(live.dataset.livePreview, { method: "POST", body: new FormData(form) }).catch(() => null);
  if (!answer?.ok || answer.redirected || mine !== newestPreview) return;
  one("[data-shown]", live).innerHTML = await answer.text();
  live.hidden = false;
}

function changed() {
  countBody();
  clearTimeout(previewTimer);
  if (form.elements.title.value.trim() || form.elements.body.value.trim()) previewTimer = setTimeout(showPreview, 300);
  else live.hidden = true;
}

countBody();
counter.hidden = false;
form.addEventListener("draft", () => form.elements.body.value && changed());
for (const part of all("input, textarea, select", live.closest(".message-fields"))) part.addEventListener("input", changed);
