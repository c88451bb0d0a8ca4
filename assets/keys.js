// One-key shortcuts, off while typing and with modifier keys. "?" lists them.

const sheet = document.querySelector("[data-keys]");

function posts() {
  return [...document.querySelectorAll("[data-tweet]")].filter((post) => !post.parentElement.closest("[data-tweet]"));
}

function current() {
  return document.activeElement?.closest("[data-tweet]");
}

/** Moves to the next post; with none chosen, to the first that is in sight. */
function move(step) {
  const all = posts();
  const at = all.indexOf(current());
  const inSight = all.findIndex((post) => post.getBoundingClientRect().bottom > 80);
  const next = at < 0 ? all[Math.max(inSight, 0)] : all[at + step];
  if (!next) return;
  next.focus({ preventScroll: true, focusVisible: true });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  next.scrollIntoView({ block: "center", behavior: calm ? "instant" : "smooth" });
}

function visible(selector) {
  return [...document.querySelectorAll(selector)].find((element) => element.checkVisibility());
}

function go(element, fallback) {
  if (!element) location.assign(fallback);
  else if (element.matches("input, textarea")) element.focus();
  else element.click();
}

const actions = {
  j: () => move(1),
  k: () => move(-1),
  n: () => go(visible("textarea[data-key=n]"), "/compose"),
  r: () => current()?.querySelector("[data-key=r]")?.click(),
  l: () => current()?.querySelector("[data-key=l]")?.click(),
  "/": () => go(visible(".find input[type=search]"), "/search"),
  "?": () => sheet?.showModal(),
  Enter: () => document.activeElement.querySelector("[data-permalink]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || sheet?.open) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "Enter" && !event.target.matches("[data-tweet]")) return;
  const action = Object.hasOwn(actions, event.key) && actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

for (const opener of document.querySelectorAll("[data-open-keys]")) {
  opener.hidden = false;
  opener.addEventListener("click", () => sheet?.showModal());
}
