// The settings: Enter saves the part that it is pressed in, and time zones are found while typing.
"use strict";

for (const part of all("[data-part]")) {
  part.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input:not([type=search])")) return;
    event.preventDefault();
    one("button[name=part]", event.target.closest("section")).click();
  });
}

const zones = one("[data-zones]");
const zoneQuery = one("[data-zone-query]");
let zoneTimer;
let newest = 0;

/** Show the zones that match, with one of them chosen. A later question overtakes an earlier one. */
async function showZones(query, chosen) {
  newest += 1;
  const mine = newest;
  const asked = new URLSearchParams({ zone_query: query, timezone: chosen });
  const answer = await fetch(`${zones.dataset.zones}?${asked}`).catch(() => null);
  if (!answer?.ok || answer.redirected || mine !== newest) return;
  zones.innerHTML = await answer.text();
  announce(one("[data-zone-count]", zones)?.textContent ?? "");
}

zoneQuery.addEventListener("input", () => {
  clearTimeout(zoneTimer);
  zoneTimer = setTimeout(() => showZones(zoneQuery.value, one(":checked", zones).value), 150);
});

zoneQuery.form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(zoneTimer);
  showZones(zoneQuery.value, one(":checked", zones).value);
});

const savedZone = zones.dataset.saved;

document.addEventListener("draft", ({ detail }) => {
  if (detail.timezone && detail.timezone !== one(":checked", zones)?.value) showZones("", detail.timezone);
});

one("#settings-form").addEventListener("reset", () => showZones("", savedZone));

/** The browser may know its zone by an older name: the server says which one is in use. */
async function offerBrowserZone() {
  const line = one("[data-browser-zone]");
  const asked = new URLSearchParams({ timezone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? "" });
  const answer = await fetch(`${zones.dataset.zones}?${asked}`).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const part = new DOMParser().parseFromString(await answer.text(), "text/html");
  const name = one("fieldset[data-known] :checked", part)?.value;
  if (!name) return;
  one("button", line).append(`, ${name}`);
  one("button", line).addEventListener("click", async () => {
    zoneQuery.value = "";
    await showZones("", name);
    announce(`${name} selected. Press Save time zone to apply it.`);
  });
  line.hidden = false;
}

offerBrowserZone();
