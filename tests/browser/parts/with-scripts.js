// What scripts add: the same pages, quicker to use. Whatever a step does here, it must also be on the server.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { logIn, sitDown } from "../lib/browser.js";
import { painter, scene } from "../lib/pictures.js";
import { at, button, choose, openExtras, post, seen, send, told, write } from "../lib/steps.js";

/** Far from UTC, so that a time in the reader's zone is another one. */
const ZONE = "Pacific/Auckland";
const DUSK = "They sleep in the elms";

export default function (seat) {
  const mirek = {};
  const step = (name, act) =>
    test(`with scripts, ${name}`, async () => {
      await act(mirek.page);
      assert.deepEqual(mirek.faults, []);
    });

  before(async () => {
    Object.assign(mirek, await sitDown(seat.browser, { timezoneId: ZONE }));
    await logIn(mirek.page, "mirek");
  });
  after(() => mirek.context.close());

  const text = (page) => page.getByLabel("Text", { exact: true });
  const counter = (page) => page.locator("[data-counter]").innerText();
  /** A page that was loaded anew has lost this mark. */
  const mark = (page) => page.evaluate(() => { document.body.dataset.marked = "yes"; });
  const isMarked = (page) => page.locator("body[data-marked]").count();
  const posted = (page, path) => page.waitForResponse((answer) => answer.url().includes(path) && answer.request().method() === "POST");

  step("a like, a repost and a bookmark show at once and stay", async (page) => {
    for (const [name, path] of [["Like", "like"], ["Repost", "retweet"], ["Bookmark", "bookmark"]]) {
      const pressed = async () => (await button(page, "Four evenings", name).getAttribute("aria-pressed")) === "true";
      await page.goto("/@noor");
      await mark(page);
      const before = await pressed();
      const answered = posted(page, `/${before ? "un" : ""}${path}`);
      await button(page, "Four evenings", name).click();
      assert.equal(await pressed(), !before, name);
      await answered;
      assert.equal(await isMarked(page), 1, `${name} loads no page`);
      await page.reload();
      assert.equal(await pressed(), !before, `${name} is on the server`);
    }
  });

  step("a post that stands on the page twice is liked in both places", async (page) => {
    await page.goto("/local");
    await page.evaluate(() => {
      const list = document.querySelector("[data-feed]");
      list.append(list.firstElementChild.cloneNode(true));
    });
    const likes = page.locator("[data-feed] > li:is(:first-child, :last-child) .act.like");
    const before = await likes.first().getAttribute("aria-pressed");
    const answered = posted(page, "like");
    await likes.first().click();
    await answered;
    const now = await likes.evaluateAll((all) => all.map((one) => one.getAttribute("aria-pressed")));
    assert.deepEqual(now, Array(2).fill(String(before !== "true")));
  });

  step("a refused like is put back, and the page says so", async (page) => {
    await page.goto("/@tibo");
    const like = button(page, "ladder", "Like");
    const before = await like.getAttribute("aria-pressed");
    await page.route("**/like", (route) => route.fulfill({ status: 503 }));
    await like.click();
    await told(page, "That did not work.");
    assert.equal(await like.getAttribute("aria-pressed"), before);
    assert.match(mirek.faults.splice(0).join(), /\/like 503$/);
    await page.unroute("**/like");
    const answered = posted(page, "/like");
    await like.click();
    await answered;
    assert.notEqual(await like.getAttribute("aria-pressed"), before);
  });

  step("the counter counts as people do, and stops what is too long", async (page) => {
    await page.goto("/compose");
    assert.equal(await counter(page), "280");
    await text(page).fill("Rook 👩‍👩‍👧");
    assert.equal(await counter(page), "274", "a family is one character");
    await text(page).fill(`See https://example.org/${"long/".repeat(60)}`);
    assert.equal(await counter(page), "253", "a link counts as 23");
    await text(page).fill("x".repeat(281));
    assert.equal(await counter(page), "-1");
    await send(page);
    assert.equal(await text(page).evaluate((area) => area.validationMessage), "Too long");
    await page.waitForFunction(() => document.querySelector("[data-told]").textContent === "Too long");
    await text(page).fill("x".repeat(270));
    await page.waitForFunction(() => document.querySelector("[data-told]").textContent === "Characters left: 10");
    assert.equal(at(page), "/compose");
    await text(page).fill("");
    await page.waitForFunction(() => document.querySelector("[data-told]").textContent === "");
  });

  step("a draft outlives the page, and is gone once sent or logged out", async (page) => {
    const kept = () => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("draft:")));
    await page.goto("/compose");
    await text(page).fill("Half a thought");
    await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.startsWith("draft:")));
    await page.goto("/local");
    await page.goto("/compose");
    assert.equal(await text(page).inputValue(), "Half a thought");
    await text(page).fill("Half a thought, finished");
    await text(page).press("Control+Enter");
    await told(page, "Posted.");
    await page.goto("/compose");
    assert.equal(await text(page).inputValue(), "");
    assert.deepEqual(await kept(), []);

    await text(page).fill("Nobody else's business");
    await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.startsWith("draft:")));
    await page.locator(".me summary").click();
    await page.getByRole("button", { name: "Log out" }).click();
    await told(page, "You are logged out.");
    assert.deepEqual(await kept(), []);
    await logIn(page, "mirek");
  });

  step("an impatient click sends a post once", async (page) => {
    await page.goto("/home");
    await text(page).fill("Sent by somebody in a hurry");
    await page.getByRole("main").getByRole("button", { name: "Post", exact: true }).dblclick();
    await told(page, "Posted.");
    await page.goto("/@mirek");
    assert.equal(await page.getByText("Sent by somebody in a hurry").count(), 1);
  });

  step("pictures take their places: chosen, dropped, pasted", async (page) => {
    const { paint, close } = await painter(seat.browser);
    const picture = await paint(scene("dusk"), 320);
    await page.goto("/compose");
    await openExtras(page);
    const places = page.locator("[data-slot]:visible");
    assert.equal(await places.count(), 1, "one place at a time");
    await places.first().locator("[type=file]").setInputFiles(picture);
    await places.first().locator("img").waitFor();
    assert.equal(await places.count(), 2);

    const bytes = picture.buffer.toString("base64");
    const box = await page.evaluateHandle((encoded) => {
      const data = new DataTransfer();
      const file = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
      data.items.add(new File([file], "dropped.png", { type: "image/png" }));
      return data;
    }, bytes);
    await page.locator("form.composer").dispatchEvent("drop", { dataTransfer: box });
    await places.nth(1).locator("img").waitFor();
    await text(page).evaluate((area, data) => {
      area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }, box);
    await places.nth(2).locator("img").waitFor();
    assert.equal(await places.count(), 4, "three pictures, and a place for one more");
    for (const n of [0, 1, 2]) await places.nth(n).getByLabel("Description").fill(`Evening ${n + 1}`);
    await text(page).fill("Three evenings");
    await send(page);
    await told(page, "Posted.");
    for (const n of [1, 2, 3]) await post(page, "Three evenings").getByAltText(`Evening ${n}`).waitFor();
    await close();
  });

  step("older posts come while one scrolls", async (page) => {
    await page.goto("/@elm_weather");
    await mark(page);
    await page.mouse.wheel(0, 20_000);
    await post(page, "Hour 1:").waitFor();
    assert.equal(await isMarked(page), 1);
    assert.equal(await page.locator("[data-older]").count(), 0, "that was the last page");
    const hours = await page.locator("article.tweet .prose").allInnerTexts();
    assert.equal(new Set(hours).size, hours.length, "no post comes twice");
    const answered = posted(page, "/like");
    await button(page, "Hour 1:", "Like").click();
    await answered;
    assert.equal(await isMarked(page), 1, "what came later is as lively");
  });

  step("menus close when one looks elsewhere", async (page) => {
    await page.goto("/home");
    const menu = page.locator("article.tweet details.more").first();
    await menu.locator("summary").click();
    await menu.locator(".menu").waitFor();
    await page.getByRole("heading", { name: "Home" }).click();
    await menu.locator(".menu").waitFor({ state: "hidden" });
    await menu.locator("summary").click();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Escape");
    await menu.locator(".menu").waitFor({ state: "hidden" });
    assert.equal(await menu.locator("summary").evaluate((summary) => summary === document.activeElement), true);
  });

  step("a click on the calm part of a post opens it", async (page) => {
    await page.goto("/@june");
    await post(page, DUSK).locator(".prose").click({ position: { x: 5, y: 5 } });
    await page.waitForURL(/\/@june\/\d+/);
    await seen(page, "Replies");
  });

  step("keys lead through the posts", async (page) => {
    const focused = () => page.evaluate(() => document.activeElement.closest("[data-tweet]")?.id ?? document.activeElement.localName);
    await page.goto("/local");
    await page.keyboard.press("j");
    const first = await focused();
    assert.match(first, /^tweet-/);
    await page.keyboard.press("j");
    assert.notEqual(await focused(), first);
    await page.keyboard.press("k");
    assert.equal(await focused(), first);

    const like = page.locator(`#${first} .act.like`);
    const before = await like.getAttribute("aria-pressed");
    const answered = posted(page, "like");
    await page.keyboard.press("l");
    await answered;
    assert.notEqual(await like.getAttribute("aria-pressed"), before);

    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });

    await page.keyboard.press("/");
    assert.equal(await focused(), "input");
    await page.keyboard.type("jkl?");
    assert.equal(await page.locator("#side-q").inputValue(), "jkl?", "letters are letters while one types");
    assert.equal(await page.getByRole("dialog").count(), 0);

    await page.locator(`#${first}`).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/@\w+\/\d+/);
    await page.keyboard.press("j");
    await page.keyboard.press("r");
    await page.waitForURL(/\/compose\?reply_to=/);
    await page.goto("/home");
    await page.keyboard.press("n");
    assert.equal(await focused(), "textarea");
    await page.goto("/bookmarks");
    await page.keyboard.press("n");
    await page.waitForURL(/\/compose/);
  });

  step("times are those of the reader's clock", async (page) => {
    await page.goto("/@june");
    const time = post(page, DUSK).locator("time").first();
    const there = new Date(await time.getAttribute("datetime"));
    const clock = new Intl.DateTimeFormat("en", { timeStyle: "short", timeZone: ZONE }).format(there);
    const calm = (words) => words.replaceAll(/\s/g, " ");
    const title = calm(await time.getAttribute("title"));
    assert.ok(title.endsWith(calm(clock)), `${title}: ${clock}`);
  });

  step("a post is written, changed and deleted", async (page) => {
    await write(page, "The 7:14 runs again.");
    await choose(page, "The 7:14 runs", "Edit");
    await text(page).fill("The 7:14 runs again, late.");
    await send(page, "Save changes");
    await told(page, "Changes saved.");
    await choose(page, "runs again, late", "Delete");
    await page.getByRole("button", { name: "Delete" }).click();
    await told(page, "Deleted.");
  });
}
