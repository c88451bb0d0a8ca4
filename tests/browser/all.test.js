// All of it, in this order: the first part needs a server that nobody has used.

import { after, before, describe } from "node:test";

import { launch } from "./lib/browser.js";

const seat = {};
before(async () => {
  seat.browser = await launch();
});
after(() => seat.browser?.close());

for (const part of ["checks", "first-run", "looks", "without-scripts", "with-scripts"]) {
  const { default: tests } = await import(`./parts/${part}.js`);
  describe(part, () => tests(seat));
}
