// The browser, and people who sit before it: each has a context, with cookies of their own.

import { chromium } from "playwright-core";

export const ORIGIN = process.env.ROOKERY_BASE_URL;
/** Another server, where an admin decides who gets an account. */
export const GUARDED = process.env.GUARDED_BASE_URL;
export const PASSWORD = "a nest in the tall elm";
/** No step of a story takes longer, on two busy cores. */
const PATIENCE_MS = 15_000;

export async function launch() {
  // Chromium's sandbox does not work for root, as which containers run tests.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: process.env.CHROMIUM, args });
}

/** A context with one page. `faults` on it is what went wrong unseen: see `watch`. */
export async function sitDown(browser, options = {}) {
  const context = await browser.newContext({ baseURL: ORIGIN, locale: "en-GB", reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const faults = watch(context);
  const page = await context.newPage();
  return { context, page, faults };
}

/**
 * Collects what a person would not see at once: errors of scripts, refusals of the content security policy, and
 * requests that failed. A page's own status is left to who opened it: a refused form is a page too.
 */
function watch(context) {
  const faults = [];
  context.on("weberror", (error) => faults.push(`script: ${error.error()}`));
  context.on("console", (message) => {
    const told = message.text();
    // Told below, with the address.
    if (message.type() === "error" && !told.startsWith("Failed to load resource")) faults.push(`console: ${told}`);
  });
  context.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    // A picture that was still under way when the person went on.
    if (why !== "net::ERR_ABORTED") faults.push(`request: ${request.url()} ${why}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 400 && !response.request().isNavigationRequest()) {
      faults.push(`request: ${response.url()} ${response.status()}`);
    }
  });
  return faults;
}

/** Fills in the form of a new account at /setup or /signup, and sends it. */
export async function makeAccount(page, username) {
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Email").fill(`${username}@example.org`);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.locator("main form .button").click();
}

/** In whatever language the page is. */
export async function logIn(page, username, password = PASSWORD) {
  await page.goto("/login");
  await page.locator("#login").fill(username);
  await page.locator("#password").fill(password);
  await page.locator("main form .button").click();
  await page.waitForURL((url) => url.pathname !== "/login");
}
