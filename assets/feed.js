// Lists come alive: likes at once, older pages by themselves, menus that close, times in the
// reader's zone. Everything here also works without this file, as forms and links.

/** Pages that load by themselves before the reader has to ask: the footer stays reachable. */
const AUTO_PAGES = 4;

const language = document.documentElement.lang;

// ---- Like, repost, bookmark: shown at once, put back when the server refuses ----

function show(button, on) {
  if (button.getAttribute("aria-pressed") === String(on)) return;
  button.setAttribute("aria-pressed", String(on));
  const path = button.getAttribute("formaction");
  const verb = button.dataset.toggle;
  button.setAttribute("formaction", path.replace(/[^/]+$/, on ? `un${verb}` : verb));
  button.classList.toggle("popped", on);
  const count = button.querySelector(".n");
  if (count && /^\d*$/.test(count.textContent)) {
    const next = Number(count.textContent) + (on ? 1 : -1);
    count.textContent = next > 0 ? next : "";
  }
}

/** The same tweet may stand on a page twice, shared by somebody. */
function twins(button) {
  const action = CSS.escape(button.form.getAttribute("action"));
  return document.querySelectorAll(`form[action="${action}"] [data-toggle="${button.dataset.toggle}"]`);
}

function complain() {
  const region = document.querySelector("[data-flashes]");
  if (!region) return;
  const text = document.createElement("p");
  text.className = "flash bad";
  text.textContent = region.dataset.failed;
  region.replaceChildren(text);
}

async function toggle(button) {
  if (button.dataset.busy) return;
  const was = button.getAttribute("aria-pressed") === "true";
  const address = button.formAction;
  const body = new URLSearchParams(new FormData(button.form));
  const all = twins(button);
  for (const twin of all) show(twin, !was);
  button.dataset.busy = "1";
  try {
    // The form's answer is a redirect back to this page: seeing it is enough, following it is not needed.
    const answer = await fetch(address, { method: "POST", body, redirect: "manual" });
    if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error(answer.status);
  } catch {
    for (const twin of all) show(twin, was);
    complain();
  }
  delete button.dataset.busy;
}

document.addEventListener("submit", (event) => {
  if (!event.submitter?.dataset.toggle) return;
  event.preventDefault();
  toggle(event.submitter);
});

// ---- Older pages: the same address, the same page; only its list is taken ----

let pagesLoaded = 0;

async function loadOlder(link, asked) {
  const box = link.closest("[data-older]");
  if (box.ariaBusy === "true") return;
  box.ariaBusy = "true";
  try {
    const answer = await fetch(link.href);
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const feed = [...document.querySelectorAll("[data-feed]")].at(-1);
    for (const entry of [...page.querySelectorAll("[data-feed]")].at(-1)?.children ?? []) {
      const id = entry.querySelector("[id]")?.id;
      if (!id || !document.getElementById(id)) feed.append(document.adoptNode(entry));
    }
    localTimes(feed);
    const next = page.querySelector("[data-older]");
    if (next) box.replaceWith(document.adoptNode(next));
    else box.remove();
    pagesLoaded += 1;
    watchOlder();
  } catch {
    box.ariaBusy = null;
    if (asked) location.assign(link.href);
  }
}

const nearEnd = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting || pagesLoaded >= AUTO_PAGES) continue;
    nearEnd.unobserve(entry.target);
    loadOlder(entry.target.querySelector("a"), false);
  }
}, { rootMargin: "600px" });

function watchOlder() {
  for (const box of document.querySelectorAll("[data-older]")) nearEnd.observe(box);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-older] a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  loadOlder(link, true);
});

// ---- Menus close when one looks elsewhere ----

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details[data-menu][open]");
  closeMenus(null);
  menu?.querySelector("summary").focus();
});

// ---- A click on the calm part of a post opens it ----

document.addEventListener("click", (event) => {
  const post = event.target.closest("[data-tweet]");
  if (!post || event.defaultPrevented || String(getSelection())) return;
  if (event.target.closest("a, button, details, form, input, textarea, select, label, blockquote")) return;
  const link = post.querySelector("[data-permalink]");
  if (link) location.assign(link.href);
});

// ---- Times in the reader's zone ----

const dateAndTime = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });

function localTimes(within) {
  for (const time of within.querySelectorAll("time")) {
    const local = dateAndTime.format(new Date(time.dateTime));
    if (time.textContent === time.title) time.textContent = local;
    time.title = local;
  }
}

localTimes(document);
watchOlder();
