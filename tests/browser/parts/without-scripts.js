// A whole story told by forms and links alone, as in a browser without JavaScript: two people come, talk, read,
// fall out and leave.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { PASSWORD, logIn, makeAccount, sitDown } from "../lib/browser.js";
import { emblem, painter, scene } from "../lib/pictures.js";
import { at, button, choose, chooseForThem, openExtras, post, seen, send, told, write } from "../lib/steps.js";

const OTHER_PASSWORD = "a better nest in the oak";
const ALT = "Stars over a black hill.";

export default function (seat) {
  const people = {};
  const sit = (options) => sitDown(seat.browser, { javaScriptEnabled: false, ...options });
  /** A step of the story; nothing may go wrong unseen on the way. */
  const step = (name, act) =>
    test(`without scripts, ${name}`, async () => {
      await act(people.wren.page, people.robin.page);
      assert.deepEqual([...people.wren.faults, ...people.robin.faults], []);
    });

  before(async () => {
    for (const name of ["wren", "robin"]) people[name] = await sit();
  });
  after(async () => {
    for (const { context } of Object.values(people)) await context.close();
  });

  step("people sign up, log out and log in", async (wren, robin) => {
    await wren.goto("/");
    await wren.getByRole("main").getByRole("link", { name: "Sign up" }).click();
    await makeAccount(wren, "june");
    await seen(wren, "This username is taken.");
    assert.equal(await wren.getByLabel("Username").getAttribute("aria-invalid"), "true");
    assert.equal(await wren.getByLabel("Username").inputValue(), "june");
    assert.equal(await wren.getByLabel("Email").inputValue(), "june@example.org");
    assert.equal(await wren.getByLabel("Password").inputValue(), "", "a password is never sent back");
    await makeAccount(wren, "wren");
    await told(wren, "Welcome! This is your home.");
    await robin.goto("/signup");
    await makeAccount(robin, "robin");
    await told(robin, "Welcome!");

    await wren.locator(".me summary").click();
    await wren.getByRole("button", { name: "Log out" }).click();
    await told(wren, "You are logged out.");
    await wren.goto("/bookmarks");
    await wren.getByLabel("Username or email").fill("wren");
    await wren.getByLabel("Password").fill("not this one");
    await wren.getByRole("button", { name: "Log in" }).click();
    await seen(wren, "Username or password is wrong.");
    assert.equal(await wren.getByLabel("Username or email").inputValue(), "wren");
    await wren.getByLabel("Password").fill(PASSWORD);
    await wren.getByRole("button", { name: "Log in" }).click();
    assert.equal(at(wren), "/bookmarks", "on to where they wanted to go");
  });

  step("a post has a picture, its description and a warning", async (wren) => {
    const { paint, close } = await painter(seat.browser);
    await wren.goto("/compose");
    await openExtras(wren);
    await wren.getByLabel("Content warning").fill("Darkness");
    await send(wren);
    await seen(wren, "Write something or add an image.");
    assert.equal(await wren.getByLabel("Content warning").inputValue(), "Darkness");

    await wren.getByLabel("Text", { exact: true }).fill("What a night over the #reedbed");
    const first = wren.getByRole("group", { name: "Image 1" });
    await first.locator("[type=file]").setInputFiles(await paint(scene("night")));
    await first.getByLabel("Description").fill(ALT);
    await wren.getByLabel("Who can see it").selectOption("Unlisted");
    await send(wren);
    await told(wren, "Posted.");
    const night = post(wren, "Darkness");
    assert.equal(await night.getByText("What a night").isVisible(), false);
    await night.getByText("Show").click();
    await night.getByText("What a night").waitFor();
    const picture = night.getByAltText(ALT);
    await picture.scrollIntoViewIfNeeded();
    assert.ok((await picture.boundingBox()).width > 100);
    await night.locator(".alt summary").click();
    await night.locator(".alt").getByText(ALT).waitFor();
    assert.equal(await night.getByText("Unlisted").count(), 1);
    await close();
  });

  step("a refused post keeps the picture and all that was typed", async (wren) => {
    const { paint, close } = await painter(seat.browser);
    const long = "reed ".repeat(80).trim();
    await wren.goto("/compose");
    await openExtras(wren);
    await wren.getByLabel("Text", { exact: true }).fill(long);
    const first = wren.getByRole("group", { name: "Image 1" });
    await first.locator("[type=file]").setInputFiles(await paint(scene("meadow")));
    await first.getByLabel("Description").fill("A meadow.");
    await send(wren);
    await seen(wren, "A post has at most 280 characters.");
    assert.equal(await wren.getByLabel("Text", { exact: true }).getAttribute("aria-invalid"), "true");
    assert.equal(await wren.getByLabel("Text", { exact: true }).inputValue(), long);
    assert.equal(await first.getByLabel("Description").inputValue(), "A meadow.");
    await wren.getByLabel("Text", { exact: true }).fill("Shorter, by the #reedbed");
    await send(wren);
    await told(wren, "Posted.");
    await post(wren, "Shorter,").getByAltText("A meadow.").waitFor();
    await close();
  });

  step("following brings the posts of somebody home", async (wren, robin) => {
    await robin.goto("/home");
    await seen(robin, "Your branch is still quiet");
    await robin.goto("/@wren");
    await robin.getByRole("button", { name: "Follow @wren" }).click();
    await seen(robin, "1 follower");
    await robin.goto("/home");
    await post(robin, "Shorter,").waitFor();
    await robin.goto("/@wren/followers");
    await seen(robin, "@robin");
    await robin.goto("/@wren");
    await robin.getByRole("button", { name: /@wren/ }).click();
    await seen(robin, "0 followers");
    await robin.goto("/home");
    await seen(robin, "Your branch is still quiet");
    await robin.goto("/@wren");
    await robin.getByRole("button", { name: "Follow @wren" }).click();
  });

  step("posts are answered and quoted", async (wren, robin) => {
    await robin.goto("/home");
    await post(robin, "Shorter,").getByRole("link", { name: "Reply" }).click();
    assert.equal(await robin.getByLabel("Text", { exact: true }).inputValue(), "@wren ");
    await robin.getByLabel("Text", { exact: true }).fill("@wren The bittern too?");
    await send(robin, "Reply");
    await told(robin, "Posted.");
    assert.match(at(robin), /^\/@wren\/\d+/, "in the thread");
    await post(robin, "The bittern too?").waitFor();

    await robin.goto("/home");
    await choose(robin, "Shorter,", "Quote");
    await robin.getByLabel("Text", { exact: true }).fill("Go and see.");
    await send(robin);
    await told(robin, "Posted.");
    await post(robin, "Go and see.").locator("blockquote").getByText("Shorter,").waitFor();
  });

  step("likes, reposts and bookmarks are given and taken back", async (wren, robin) => {
    await robin.goto("/@wren");
    for (const name of ["Like", "Repost", "Bookmark"]) {
      for (const on of [true, false, true]) {
        await button(robin, "Shorter,", name).click();
        assert.equal(at(robin).split("#")[0], "/@wren");
        assert.equal(await button(robin, "Shorter,", name).getAttribute("aria-pressed"), String(on), name);
      }
    }
    assert.match(await button(robin, "Shorter,", "Like").innerText(), /1/);
    await robin.goto("/bookmarks");
    await post(robin, "Shorter,").waitFor();
    await robin.goto("/@robin");
    await seen(robin, "robin reposted");
  });

  step("notifications are counted, read and answered", async (wren) => {
    await wren.goto("/home");
    assert.match(await wren.title(), /^\(\d\) /);
    const badge = wren.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Notifications/ });
    assert.match(await badge.innerText(), /\d/);
    await badge.click();
    for (const what of ["follows you", "replied to you", "liked your post", "reposted your post", "quoted your post"]) {
      await wren.locator(".note.unread", { hasText: `robin ${what}` }).first().waitFor();
    }
    await wren.getByRole("button", { name: "Mark all read" }).click();
    await told(wren, "All read.");
    assert.equal(await wren.locator(".note.unread").count(), 0);
    assert.doesNotMatch(await wren.title(), /^\(/);
    assert.doesNotMatch(await badge.innerText(), /\d/);
    await post(wren, "The bittern too?").getByRole("link", { name: "Reply" }).click();
    await wren.getByLabel("Text", { exact: true }).fill("@robin Heard, not seen.");
    await send(wren, "Reply");
    await told(wren, "Posted.");
  });

  step("words, people and hashtags are found", async (wren, robin) => {
    await robin.goto("/home");
    const ask = robin.getByRole("complementary").getByLabel("Search for posts, people and hashtags");
    await ask.fill("shorter");
    await ask.press("Enter");
    await post(robin, "Shorter,").waitFor();
    const box = robin.getByRole("main").getByLabel("Search for posts, people and hashtags");
    await box.fill("wren");
    await robin.getByRole("main").getByRole("button", { name: "Search" }).click();
    await robin.getByRole("link", { name: "People" }).click();
    await seen(robin, "@wren");
    await box.fill("reed");
    await box.press("Enter");
    await robin.getByRole("link", { name: "Hashtags" }).click();
    await robin.getByRole("link", { name: "#reedbed" }).click();
    assert.equal(at(robin), "/tags/reedbed");
    await post(robin, "Shorter,").waitFor();
    await box.waitFor({ state: "detached" });
    await robin.goto("/search?q=zzzzzz");
    await seen(robin, "Nothing found");
  });

  step("a post is changed, pinned and deleted", async (wren, robin) => {
    await write(wren, "Teh reeds are cut.");
    await choose(wren, "Teh reeds", "Edit");
    await wren.getByLabel("Text", { exact: true }).fill("The reeds are cut.");
    await send(wren, "Save changes");
    await told(wren, "Changes saved.");
    const path = at(wren);
    await wren.getByRole("link", { name: /^Edited/ }).click();
    await seen(wren, "Versions of this post");
    await seen(wren, "Teh reeds are cut.");
    await seen(wren, "The reeds are cut.");
    await wren.getByRole("link", { name: "Back" }).click();
    assert.equal(at(wren), path);

    await choose(wren, "The reeds", "Pin to your profile");
    await told(wren, "Pinned to your profile.");
    await robin.goto("/@wren");
    assert.match(await robin.locator("article.tweet").first().innerText(), /Pinned[^]*The reeds are cut/);
    await choose(wren, "The reeds", "Unpin");
    await told(wren, "Unpinned.");

    await choose(wren, "The reeds", "Delete");
    await wren.getByRole("link", { name: "Keep it" }).click();
    assert.equal(at(wren), path);
    await choose(wren, "The reeds", "Delete");
    await seen(wren, "This cannot be undone.");
    await wren.getByRole("button", { name: "Delete" }).click();
    await told(wren, "Deleted.");
    assert.ok((await robin.goto(path)).status() >= 404);
    await seen(robin, "Back to the start");
  });

  step("a profile gets a picture, a text and facts", async (wren, robin) => {
    const { paint, close } = await painter(seat.browser);
    await wren.goto("/@wren");
    await wren.getByRole("link", { name: "Edit profile" }).click();
    await wren.getByLabel("Avatar").setInputFiles({ name: "a.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
    await wren.getByLabel("Display name").fill("Wren of the Reeds");
    await wren.getByLabel("About you").fill("Small, loud. #reedbed");
    await wren.getByRole("button", { name: "Save" }).click();
    await seen(wren, "This kind of file is not taken here. JPEG, PNG, WebP and GIF images are.");
    assert.equal(await wren.getByLabel("Avatar").getAttribute("aria-invalid"), "true");
    assert.equal(await wren.getByLabel("Display name").inputValue(), "Wren of the Reeds");
    assert.equal(await wren.getByLabel("About you").inputValue(), "Small, loud. #reedbed");

    await wren.getByLabel("Avatar").setInputFiles(await paint(emblem("leaf"), 192));
    await wren.getByLabel("Header").setInputFiles(await paint(scene("fog", 320), 1500));
    await wren.getByLabel("Name of fact 1").fill("Nest");
    await wren.getByLabel("Fact 1", { exact: true }).fill("Third reed from the left");
    await wren.getByRole("button", { name: "Save" }).click();
    await told(wren, "Profile saved.");
    await robin.goto("/@wren");
    await robin.getByRole("heading", { name: "Wren of the Reeds" }).waitFor();
    await seen(robin, "Small, loud.");
    await seen(robin, "Third reed from the left");
    assert.equal(await robin.locator(".profile-top img.avatar").count(), 1);
    assert.equal(await robin.locator("img.profile-header").count(), 1);
    await close();
  });

  step("a locked account decides who follows it", async (wren, robin) => {
    await wren.goto("/settings/profile");
    await wren.getByLabel("Approve followers").check();
    await wren.getByRole("button", { name: "Save" }).click();
    await told(wren, "Profile saved.");
    await robin.goto("/@wren");
    await robin.getByRole("button", { name: /@wren/ }).click();
    await robin.getByRole("button", { name: "Ask to follow @wren" }).click();
    await told(robin, "Your request is on its way.");
    await robin.getByRole("button", { name: /^Requested/ }).waitFor();
    await wren.goto("/notifications");
    await wren.getByRole("link", { name: "Answer the request" }).click();
    await wren.getByRole("button", { name: "Accept @robin" }).click();
    await told(wren, "Request accepted.");
    await seen(wren, "No requests");
    await robin.goto("/home");
    await post(robin, "Shorter,").waitFor();
  });

  step("people are muted and blocked, and let back", async (wren, robin) => {
    await robin.goto("/home");
    await choose(robin, "Shorter,", "Mute @wren");
    await told(robin, "Muted.");
    await robin.goto("/home");
    assert.equal(await robin.getByRole("main").getByText("Heard, not seen.").count(), 0);
    await robin.goto("/@wren");
    await chooseForThem(robin, "Unmute @wren");
    await told(robin, "Unmuted.");
    await robin.goto("/home");
    await post(robin, "Shorter,").waitFor();

    await wren.goto("/@robin");
    await chooseForThem(wren, "Block @robin");
    await told(wren, "Blocked.");
    await seen(wren, "You have blocked this account");
    await robin.goto("/@wren");
    await seen(robin, "This account has blocked you.");
    assert.equal(await robin.getByText("Shorter,").count(), 0);
    await wren.getByRole("button", { name: "Unblock @robin" }).click();
    await told(wren, "Unblocked.");
    await robin.goto("/@wren");
    await post(robin, "Shorter,").waitFor();
  });

  step("the password changes and other sessions end", async (wren) => {
    const elsewhere = await sit();
    await logIn(elsewhere.page, "wren");
    await wren.goto("/settings/security");
    await wren.locator(".sessions").getByRole("button", { name: /^End/ }).first().click();
    await told(wren, "Session ended.");
    await elsewhere.page.goto("/bookmarks");
    await told(elsewhere.page, "Your session has ended.");
    await logIn(elsewhere.page, "wren");

    await wren.getByLabel("Current password").fill("not this one");
    await wren.getByLabel("New password").fill(OTHER_PASSWORD);
    await wren.getByRole("button", { name: "Change password" }).click();
    await seen(wren, "This is not your current password.");
    assert.equal(await wren.getByLabel("Current password").getAttribute("aria-invalid"), "true");
    await wren.getByLabel("Current password").fill(PASSWORD);
    await wren.getByLabel("New password").fill(OTHER_PASSWORD);
    await wren.getByRole("button", { name: "Change password" }).click();
    await told(wren, "Password changed.");
    assert.equal(await wren.locator(".sessions li").count(), 1);
    await elsewhere.page.goto("/home");
    assert.match(at(elsewhere.page), /^\/login/);
    await logIn(elsewhere.page, "wren", OTHER_PASSWORD);
    assert.deepEqual(elsewhere.faults, []);
    await elsewhere.context.close();
  });

  step("long lists are turned page by page", async (wren) => {
    await wren.goto("/@elm_weather");
    await post(wren, "Hour 24:").waitFor();
    await wren.getByRole("link", { name: "Older" }).click();
    await post(wren, "Hour 1:").waitFor();
    assert.equal(await wren.getByRole("link", { name: "Older" }).count(), 0);
  });

  step("the look and the language are chosen", async (wren) => {
    await wren.goto("/settings/appearance");
    await wren.getByLabel("Dark").check();
    await wren.getByLabel("Language").selectOption("Deutsch");
    await wren.getByRole("button", { name: "Save" }).click();
    await told(wren, "Gespeichert.");
    assert.equal(await wren.locator("html").getAttribute("data-theme"), "dark");
    assert.equal(await wren.locator("html").getAttribute("lang"), "de");
  });

  step("what is not there says so, and leads on", async (wren, robin) => {
    assert.equal((await robin.goto("/no/such/branch")).status(), 404);
    await seen(robin, "Nothing on this branch");
    await robin.getByRole("link", { name: "Back to the start" }).click();
    assert.equal(at(robin), "/home");
    await robin.locator(".me summary").click();
    await robin.getByRole("button", { name: "Log out" }).click();
    await told(robin, "You are logged out.");
    await robin.goto("/home");
    assert.match(at(robin), /^\/login/);
  });
}
