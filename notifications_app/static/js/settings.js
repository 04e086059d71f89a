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

const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const useBrowserZone = one("[data-browser-zone]");
if (browserZone) {
  useBrowserZone.hidden = false;
  one("button", useBrowserZone).append(`, ${browserZone}`);
  one("button", useBrowserZone).addEventListener("click", async () => {
    zoneQuery.value = "";
    await showZones("", browserZone);
    announce(`${one(":checked", zones).value} is chosen. Save it below.`);
  });
}
