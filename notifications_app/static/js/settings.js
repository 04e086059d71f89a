// The settings: Enter saves the part that it is pressed in. Without this file it saves all changes.
"use strict";

for (const part of all("[data-part]")) {
  part.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input:not([type=search])")) return;
    event.preventDefault();
    one("button[name=part]", event.target.closest("section")).click();
  });
}
