// The checks of `lib` find what they are for: each is shown a page that has just that fault.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ORIGIN, sitDown } from "../lib/browser.js";
import { faultsOf } from "../lib/checks.js";

const SOUND = { lang: ' lang="en"', h1: "<h1>Title</h1>", body: "<p>Text</p>" };
const page = (broken) => {
  const { lang, h1, body } = { ...SOUND, ...broken };
  return `<!doctype html><html${lang}><head><title>T</title></head><body><main>${h1}${body}</main></body></html>`;
};

const BROKEN = [
  ["a picture without words", { body: '<img src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7">' }, /axe image-alt/],
  ["pale letters", { body: '<p style="color:#bbb;background:#fff">pale</p>' }, /axe color-contrast/],
  ["small targets", { body: '<a href="/a" style="display:block;height:8px;width:8px;overflow:hidden">a</a><a href="/b" style="display:block;height:8px;width:8px;overflow:hidden">b</a>' }, /axe target-size/],
  ["no language", { lang: "" }, /of html\[lang\]/],
  ["two headings", { h1: "<h1>One</h1><h1>Two</h1>" }, /2 of h1/],
  ["two mains", { body: "</main><main>more" }, /2 of main/],
  ["too wide", { body: '<div class="wide" style="width:9000px">x</div>' }, /scrolls sideways: .*wide/],
];

export default function (seat) {
  for (const [name, broken, fault] of BROKEN) {
    test(`the checks find ${name}`, async () => {
      const { context, page: tab } = await sitDown(seat.browser);
      await tab.setContent(page({}));
      assert.deepEqual(await faultsOf(tab), []);
      await tab.setContent(page(broken));
      assert.match((await faultsOf(tab)).join("\n"), fault);
      await context.close();
    });
  }

  test("the checks find what goes wrong unseen", async () => {
    const { context, page: tab, faults } = await sitDown(seat.browser);
    const headers = { "content-type": "text/html", "content-security-policy": "script-src 'self'" };
    const script = `<script>document.title = "inline"</script><script src="${ORIGIN}/broken.js"></script>`;
    await context.route("**/broken", (route) => route.fulfill({ headers, body: page({ body: `${script}<img src="/none.png" alt="">` }) }));
    await context.route("**/broken.js", (route) => route.fulfill({ body: "throw new Error('torn')" }));
    await tab.goto("/broken", { waitUntil: "load" });
    const told = faults.join("\n");
    for (const fault of [/console: .*Content Security Policy/, /script: .*torn/, /request: .*none\.png 404/]) assert.match(told, fault);
    assert.match((await faultsOf(tab)).join("\n"), /broken image/);
    await context.close();
  });
}
