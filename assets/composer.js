// The composer: counts as people count, keeps drafts, shows images one place at a time.
// Without this file it is a plain form; the server counts again.

/** A link counts as this many characters, however long it is. */
const LINK_LENGTH = 23;
/** Typing pauses this long before the draft is saved. */
const DRAFT_PAUSE_MS = 400;
/** From here on the count is told to those who do not see it, when typing pauses. */
const NEARLY_FULL = 20;
const TELL_PAUSE_MS = 800;

const DRAFT = "draft:";
const SENT = "sent-draft";

const segmenter = Intl.Segmenter && new Intl.Segmenter(document.documentElement.lang, { granularity: "grapheme" });

function length(text) {
  const plain = text.trim().replaceAll("\r\n", "\n").replace(/https?:\/\/\S+/g, "x".repeat(LINK_LENGTH));
  return segmenter ? [...segmenter.segment(plain)].length : [...plain].length;
}

/** Storage may be full or forbidden; then there are no drafts. */
function stored(act) {
  try {
    return act();
  } catch {
    return null;
  }
}

function draftKey(form) {
  return `${DRAFT}${document.body.dataset.viewer ?? ""}:${form.dataset.draft}`;
}

function forgetSentDraft() {
  stored(() => {
    const key = sessionStorage.getItem(SENT);
    sessionStorage.removeItem(SENT);
    if (key && document.querySelector(".flash:not(.bad)")) localStorage.removeItem(key);
  });
}

function keepDraft(form, text) {
  const key = draftKey(form);
  if (!text.value && !form.querySelector(".form-error, .field-error")) {
    text.value = stored(() => localStorage.getItem(key)) ?? "";
  }
  let timer;
  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => stored(() => {
      if (text.value.trim()) localStorage.setItem(key, text.value);
      else localStorage.removeItem(key);
    }), DRAFT_PAUSE_MS);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    stored(() => {
      localStorage.setItem(key, text.value);
      sessionStorage.setItem(SENT, key);
    });
  });
}

function countLetters(form, text) {
  const limit = Number(form.dataset.limit);
  const counter = form.querySelector("[data-counter]");
  const told = form.querySelector("[data-told]");
  let timer;
  const tell = (left) => {
    const words = left < 0 ? counter.dataset.over : counter.dataset.left.replace("#", left);
    told.textContent = left > NEARLY_FULL ? "" : words;
  };
  const count = () => {
    const left = limit - length(text.value);
    counter.textContent = left;
    counter.classList.toggle("over", left < 0);
    text.setCustomValidity(left < 0 ? counter.dataset.over : "");
    clearTimeout(timer);
    timer = setTimeout(tell, TELL_PAUSE_MS, left);
  };
  text.addEventListener("input", count);
  count();
}

// ---- Images: the next place opens when one is filled; dropped and pasted pictures find theirs ----

function showSlots(slots) {
  let emptyOnes = 0;
  for (const slot of slots) {
    const file = slot.querySelector("[type=file]");
    if (file && !file.files.length) emptyOnes += 1;
    slot.classList.toggle("later", Boolean(file) && !file.files.length && emptyOnes > 1);
  }
}

function preview(slot, file) {
  const old = slot.querySelector("img");
  if (old) {
    URL.revokeObjectURL(old.src);
    old.remove();
  }
  if (!file) return;
  const image = document.createElement("img");
  image.src = URL.createObjectURL(file);
  image.alt = "";
  slot.querySelector("[type=file]").before(image);
}

function take(form, slots, files) {
  const pictures = [...files].filter((file) => file.type.startsWith("image/"));
  if (!pictures.length) return false;
  form.querySelector("details.extras").open = true;
  for (const slot of slots) {
    const input = slot.querySelector("[type=file]");
    if (!input || input.files.length || !pictures.length) continue;
    const box = new DataTransfer();
    box.items.add(pictures.shift());
    input.files = box.files;
    input.dispatchEvent(new Event("change"));
  }
  return true;
}

function arrangeImages(form, text) {
  const slots = [...form.querySelectorAll("[data-slot]")];
  for (const slot of slots) {
    const input = slot.querySelector("[type=file]");
    input?.addEventListener("change", () => {
      preview(slot, input.files[0]);
      showSlots(slots);
    });
  }
  showSlots(slots);
  text.addEventListener("paste", (event) => {
    if (take(form, slots, event.clipboardData.files)) event.preventDefault();
  });
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    if (take(form, slots, event.dataTransfer.files)) event.preventDefault();
  });
}

function sendOnce(form, text) {
  const button = form.querySelector(".composer-foot .button");
  form.addEventListener("submit", () => setTimeout(() => { button.disabled = true; }));
  addEventListener("pageshow", () => { button.disabled = false; });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
}

forgetSentDraft();
for (const form of document.querySelectorAll("[data-composer]")) {
  const text = form.querySelector("textarea");
  keepDraft(form, text);
  countLetters(form, text);
  arrangeImages(form, text);
  sendOnce(form, text);
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-logout]")) return;
  stored(() => {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(DRAFT)) localStorage.removeItem(key);
    }
  });
});
