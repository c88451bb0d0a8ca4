// Every page, on phones and desks, by day and by night: nothing is wrong with it for those who see, hear or type.
// With ROOKERY_SCREENSHOTS, a picture of each is kept there.

import assert from "node:assert/strict";
import { test } from "node:test";

import { GUARDED, logIn, makeAccount, sitDown } from "../lib/browser.js";
import { faultsOf } from "../lib/checks.js";
import { painter, scene } from "../lib/pictures.js";
import { settle } from "../lib/world.js";

const SCREENS = {
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  tablet: { viewport: { width: 820, height: 1180 }, isMobile: true, hasTouch: true },
  desk: { viewport: { width: 1440, height: 900 } },
};
const PICTURES = process.env.ROOKERY_SCREENSHOTS;

/** Looks at pages (name, path, and what to do there first) as somebody, or as a visitor. */
export async function look(browser, username, pages, options = {}) {
  const screens = Object.keys(SCREENS);
  const seen = await Promise.all(screens.map((screen) => lookOn(browser, screen, username, pages, options)));
  assert.deepEqual(seen.flat(), []);
}

async function lookOn(browser, screen, username, pages, options) {
  const { context, page, faults } = await sitDown(browser, { ...SCREENS[screen], colorScheme: "light", ...options });
  if (username) await logIn(page, username);
  const found = [];
  for (const [name, path, prepare] of pages) {
    await page.goto(path, { waitUntil: "load" });
    if (username && new URL(page.url()).pathname !== path.split("?")[0]) found.push(`${name}: led to ${page.url()}`);
    await prepare?.(page);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      for (const fault of await faultsOf(page)) found.push(`${name}, ${screen}, ${colorScheme}: ${fault}`);
      if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}-${screen}-${colorScheme}.png`, fullPage: true });
    }
    for (const fault of faults.splice(0)) found.push(`${name}, ${screen}: ${fault}`);
  }
  await context.close();
  return found;
}

const openFirstMenu = (page) => page.locator(".tweet details.more summary").first().click();
const openWarning = (page) => page.locator(".focus .warned > summary").first().click();
/** Sends the form and waits for the page that answers: a click alone does not. */
const send = (page) => Promise.all([page.waitForEvent("load"), page.locator("main form .button").first().click()]);

const openEmoji = async (page) => {
  await page.locator("details.extras > summary").click();
  await page.locator("details:has(.emoji-codes):not(.extras) > summary").click();
};

/** Gives the instance an emoji, as its admin. */
async function addEmoji(browser, options) {
  const { paint, close } = await painter(browser);
  const picture = await paint(scene("dusk"), 64);
  await close();
  const { context, page } = await sitDown(browser, options);
  await logIn(page, "ann");
  await page.goto("/admin/emoji");
  await page.getByLabel("Code").fill("dusk");
  await page.getByLabel("Picture", { exact: true }).setInputFiles(picture);
  await send(page);
  await page.getByText(":dusk:", { exact: true }).first().waitFor();
  await context.close();
}

export default function (seat) {
  const world = {};

  test("the world is there", async () => {
    Object.assign(world, await settle(seat.browser));
  });

  test("the picture in the README", { skip: !PICTURES }, async () => {
    const { context, page } = await sitDown(seat.browser, { viewport: { width: 1200, height: 720 }, colorScheme: "light" });
    await logIn(page, "june");
    await page.mouse.move(0, 0);
    await page.screenshot({ path: `${PICTURES}/readme.png` });
    await context.close();
  });

  test("pages for visitors", async () => {
    await look(seat.browser, null, [
      ["door", "/"],
      ["signup", "/signup"],
      ["login", "/login"],
      ["login-wrong", "/login", async (page) => {
        await page.getByLabel("Username or email").fill("june");
        await page.getByLabel("Password").fill("a wrong one");
        await send(page);
      }],
      ["visitor-local", "/local"],
      ["visitor-profile", "/@june"],
      ["visitor-thread", world.swifts.path],
      ["visitor-search", "/search?q=@someone@elsewhere.example"],
      ["visitor-appearance", "/settings/appearance"],
      ["not-found", "/@nobody_at_all"],
    ]);
  });

  test("pages of a member", async () => {
    const { swifts, edited, spoiler, second, dusk } = world;
    await look(seat.browser, "june", [
      ["home", "/home"],
      ["home-menu", "/home", openFirstMenu],
      ["local", "/local"],
      ["federated", "/federated"],
      ["compose", "/compose"],
      ["compose-open", "/compose", (page) => page.locator("details.extras > summary").click()],
      ["compose-reply", `/compose?reply_to=${second.id}`],
      ["compose-quote", `/compose?quote_of=${dusk.id}`],
      ["compose-refused", "/compose", async (page) => {
        await page.locator("details.extras > summary").click();
        await page.getByLabel("Content warning").fill("Only a warning");
        await send(page);
      }],
      ["thread", swifts.path],
      ["thread-deep", second.path],
      ["thread-warning", spoiler.path],
      ["thread-warning-open", spoiler.path, openWarning],
      ["profile-own", "/@june"],
      ["profile-other", "/@maximiliana_of_the_long_names"],
      ["profile-rtl", "/@noor?tab=media"],
      ["profile-empty", "/@fledgling"],
      ["followers", "/@june/followers"],
      ["following", "/@june/following"],
      ["settings-profile", "/settings/profile"],
      ["settings-security", "/settings/security"],
      ["settings-apps", "/settings/apps"],
      ["settings-security-refused", "/settings/security", async (page) => {
        await page.getByLabel("Current password").fill("a wrong one");
        await page.getByLabel("New password").fill("short");
        await send(page);
      }],
      ["settings-email", "/settings/email"],
      ["settings-notifications", "/settings/notifications"],
      ["settings-move", "/settings/move"],
      ["settings-delete", "/settings/delete"],
      ["settings-delete-refused", "/settings/delete", async (page) => {
        await page.getByLabel("Current password").fill("a wrong one");
        await send(page);
      }],
      ["settings-appearance", "/settings/appearance"],
      ["notifications", "/notifications"],
      ["search", "/search"],
      ["search-posts", "/search?q=station"],
      ["search-people", "/search?q=june&kind=people"],
      ["search-tags", "/search?q=rooks&kind=tags"],
      ["search-empty", "/search?q=zzzzzz"],
      ["tag", "/tags/rooks"],
      ["tag-empty", "/tags/nobody_wrote_this"],
      ["bookmarks", "/bookmarks"],
      ["reposts", `/tweets/${dusk.id}/reposts`],
      ["quotes", `/tweets/${swifts.id}/quotes`],
      ["likes-none", `/tweets/${spoiler.id}/likes`],
      ["delete", `/tweets/${dusk.id}/delete`],
      ["delivery-none", `/tweets/${dusk.id}/delivery`],
      ["history", `/tweets/${edited.id}/history`],
    ]);
    await look(seat.browser, "tibo", [["edit", `/tweets/${edited.id}/edit`]]);
    await look(seat.browser, "lena", [["follow-requests", "/follow-requests"]]);
    await look(seat.browser, "maximiliana_of_the_long_names", [
      ["settings-blocked", "/settings/blocked"],
      ["settings-muted", "/settings/muted"],
    ]);
  });

  test("pages in a language of longer words", async () => {
    const german = { locale: "de-DE" };
    await look(seat.browser, null, [["german-door", "/"], ["german-signup", "/signup"]], german);
    await look(seat.browser, "june", [
      ["german-home", "/home", openFirstMenu],
      ["german-compose", "/compose", (page) => page.locator("details.extras > summary").click()],
      ["german-thread", world.second.path],
      ["german-profile", "/@maximiliana_of_the_long_names"],
      ["german-followers", "/@june/followers"],
      ["german-notifications", "/notifications"],
      ["german-search", "/search"],
      ["german-settings-profile", "/settings/profile"],
      ["german-settings-security", "/settings/security"],
      ["german-settings-apps", "/settings/apps"],
      ["german-settings-move", "/settings/move"],
      ["german-settings-delete", "/settings/delete"],
      ["german-settings-appearance", "/settings/appearance"],
      ["german-settings-blocked", "/settings/blocked"],
      ["german-likes", `/tweets/${world.dusk.id}/likes`],
    ], german);
    await look(seat.browser, "lena", [["german-follow-requests", "/follow-requests"]], german);
  });

  test("pages of an admin who decides about accounts", async () => {
    const guarded = { baseURL: GUARDED };
    const { context, page } = await sitDown(seat.browser, guarded);
    await page.goto("/setup");
    await makeAccount(page, "ann");
    await context.close();
    await look(seat.browser, "ann", [
      ["signups-none", "/admin/signups"],
      ["reports-none", "/admin/reports"],
      ["relays-none", "/admin/relays"],
      ["instances-none", "/admin/instances"],
      ["inbox-none", "/admin/inbox"],
      ["emoji-none", "/admin/emoji"],
    ], guarded);
    await addEmoji(seat.browser, guarded);
    await look(seat.browser, "ann", [["emoji", "/admin/emoji"], ["compose-emoji", "/compose", openEmoji]], guarded);
    await look(seat.browser, null, [["signup-guarded", "/signup"]], guarded);
    for (const [username, reason] of [
      ["ben", "My sister writes here about her swifts, and I would like to answer her."],
      ["maximiliana_of_the_long_names", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft."],
    ]) {
      const asking = await sitDown(seat.browser, guarded);
      await asking.page.goto("/signup");
      await asking.page.getByLabel("Why would you like to join?").fill(reason);
      await makeAccount(asking.page, username);
      await asking.page.getByText("Thank you, we have your request").waitFor();
      await asking.context.close();
    }
    await look(seat.browser, "ann", [["signups", "/admin/signups"]], guarded);
  });

  test("pages before anything has happened", async () => {
    await look(seat.browser, "fledgling", [
      ["empty-home", "/home"],
      ["empty-notifications", "/notifications"],
      ["empty-bookmarks", "/bookmarks"],
      ["empty-follow-requests", "/follow-requests"],
      ["empty-followers", "/@fledgling/followers"],
      ["forbidden", "/admin/signups"],
    ]);
  });
}
