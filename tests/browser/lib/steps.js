// What people do on pages, by what they see there: the same steps with and without scripts.

/** The post with these words, wherever it stands on the page. */
export const post = (page, words) => page.getByRole("main").locator("article.tweet").filter({ hasText: words }).first();

/** A button under a post: Like, Repost, Bookmark. A count may follow its name. */
export const button = (page, words, name) => post(page, words).getByRole("button", { name: new RegExp(`^${name}`) });

/** Takes an entry of the menu of a post. */
export async function choose(page, words, entry) {
  await post(page, words).locator("details.more > summary").click();
  await post(page, words).locator(".menu").getByText(entry).click();
}

/** Takes an entry of the menu of a profile. */
export async function chooseForThem(page, entry) {
  await page.locator(".profile-top details.more > summary").click();
  await page.locator(".profile-top .menu").getByText(entry).click();
}

/** Sends the form of a post, which is the one with these words on its button. */
export const send = (page, name = "Post") =>
  page.getByRole("main").getByRole("button", { name, exact: true }).click();

export async function write(page, words) {
  await page.goto("/home");
  await page.getByLabel("Text", { exact: true }).fill(words);
  await send(page);
  await told(page, "Posted.");
}

/** Opens what stands behind "Images, warning, language", unless it is open. */
export async function openExtras(page) {
  const extras = page.locator("details.extras");
  if ((await extras.getAttribute("open")) === null) await extras.locator("summary").click();
}

/** Waits for the word that the page has after something was done. */
export const told = (page, words) => page.locator(".flash", { hasText: words }).waitFor();

export const seen = (page, words) => page.getByText(words).first().waitFor();

/** Where the page is: path and query. */
export const at = (page) => {
  const { pathname, search } = new URL(page.url());
  return pathname + search;
};
