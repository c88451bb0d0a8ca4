// The first visit to a new server.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PASSWORD, makeAccount, sitDown } from "../lib/browser.js";
import { look } from "./looks.js";

export default function (seat) {
  test("before the first account, every page leads to making it", async () => {
    await look(seat.browser, null, [["setup", "/"]]);
  });

  test("the first visit makes the admin", async () => {
    const { context, page, faults } = await sitDown(seat.browser, { javaScriptEnabled: false });
    await page.goto("/search");
    assert.equal(new URL(page.url()).pathname, "/setup");
    await page.getByLabel("Username").fill("not a name");
    await page.getByLabel("Email").fill("ann@example.org");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.locator("main form .button").click();
    assert.equal(await page.locator("#username-error").isVisible(), true);
    assert.equal(await page.getByLabel("Username").inputValue(), "not a name");
    assert.equal(await page.getByLabel("Email").inputValue(), "ann@example.org");

    await makeAccount(page, "ann");
    assert.equal(new URL(page.url()).pathname, "/home");
    await page.getByText("Welcome! This is your home.").waitFor();
    await page.goto("/setup");
    assert.equal(new URL(page.url()).pathname, "/home", "there is only one first account");
    await context.close();
    assert.deepEqual(faults, []);
  });
}
