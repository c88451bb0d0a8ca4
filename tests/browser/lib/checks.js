// What holds for every page, whatever it shows.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Everything that is wrong with the page as it is shown now, as sentences. */
export async function faultsOf(page) {
  return [...(await page.evaluate(faultsOfFrame)), ...(await violations(page))];
}

/** What axe finds. Scripts must be on. */
async function violations(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const found = await page.evaluate(
    (standards) =>
      window.axe
        .run(document, { runOnly: standards, resultTypes: ["violations"], rules: { "target-size": { enabled: true } } })
        .then((result) => result.violations),
    STANDARDS,
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `axe ${id}: ${node.target.join(" ")}: ${node.failureSummary.replaceAll(/\s+/g, " ")}`),
  );
}

function faultsOfFrame() {
  const faults = [];
  const root = document.documentElement;
  const count = (selector, wanted) => {
    const there = document.querySelectorAll(selector).length;
    if (there !== wanted) faults.push(`${there} of ${selector}`);
  };
  count("h1", 1);
  count("main", 1);
  count("html[lang]:not([lang=''])", 1);
  if (!document.title.trim()) faults.push("no title");
  if (root.scrollWidth > root.clientWidth) {
    const wide = [...document.body.querySelectorAll("*")].filter(
      (element) => element.getBoundingClientRect().right > root.clientWidth + 1,
    );
    const names = wide.slice(0, 3).map((element) => `${element.localName}.${element.className}`);
    faults.push(`scrolls sideways: ${root.scrollWidth} in ${root.clientWidth}: ${names.join(", ")}`);
  }
  for (const image of document.images) {
    if (image.complete && image.src && !image.naturalWidth) faults.push(`broken image: ${image.src}`);
  }
  return faults;
}
