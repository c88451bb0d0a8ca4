// masto.js, the library under Elk and Phanpy, lives a day on Rookery.
//
// Who starts it gives the server's address, an open picture and Bob's token; it prints the address where a person
// allows the app, and reads the code from its input.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";

import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from "masto";
import WebSocket from "ws";

// The library counts on a newer Node than some systems have.
globalThis.WebSocket ??= WebSocket;
Promise.withResolvers ??= () => {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};

const [url, picture, bobsToken] = process.argv.slice(2);
const REDIRECT = "https://app.test/callback?from=rookery";
const SCOPES = "read write follow push";
const PATIENCE_MS = 15_000;

let passed = 0;
let failed = 0;

async function step(name, run) {
  try {
    await run();
    passed += 1;
    console.log(`  ok  ${name}`);
  } catch (failure) {
    failed += 1;
    console.log(`  NOT ${name}: ${failure.stack}\n${JSON.stringify(failure.details ?? failure.error ?? "")}`);
  }
}

async function until(what, ask) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`still not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function refused(status, ask) {
  await assert.rejects(ask, (failure) => failure.statusCode === status);
}

const anonymous = createRestAPIClient({ url });
const bob = createRestAPIClient({ url, accessToken: bobsToken });
const bobsId = (await bob.v1.accounts.verifyCredentials()).id;
const says = (status, more = {}) => bob.v1.statuses.create({ status, ...more });
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

let token;
let app;

await step("signs in by code, with the address of an app", async () => {
  app = await anonymous.v1.apps.create({ clientName: "an app", redirectUris: REDIRECT, scopes: SCOPES, website: url });
  const query = new URLSearchParams({
    client_id: app.clientId,
    redirect_uri: REDIRECT,
    response_type: "code",
    scope: SCOPES,
    state: "mine",
  });
  console.log(`ALLOW ${url}/oauth/authorize?${query}`);
  const code = (await lines.next()).value;
  const oauth = createOAuthAPIClient({ url });
  const made = await oauth.token.create({
    clientId: app.clientId,
    clientSecret: app.clientSecret,
    redirectUri: REDIRECT,
    grantType: "authorization_code",
    code,
    scope: SCOPES,
  });
  token = made.accessToken;
});

const ann = createRestAPIClient({ url, accessToken: token });
let me;

await step("reads who and where it is", async () => {
  me = await ann.v1.accounts.verifyCredentials();
  assert.equal(me.acct, "ann");
  const instance = await anonymous.v2.instance.fetch();
  assert.match(instance.configuration.urls.streaming, /^ws/);
  assert.ok(instance.configuration.statuses.maxCharacters > 0 && instance.apiVersions.mastodon >= 5);
  assert.equal((await anonymous.v1.instance.fetch()).uri, new URL(url).host);
  assert.ok((await ann.v1.preferences.fetch())["posting:default:visibility"]);
  assert.deepEqual(await anonymous.v1.customEmojis.list(), []);
});

await step("posts, edits, likes, boosts, deletes", async () => {
  const post = await ann.v1.statuses.create({ status: "Hello #rooks", visibility: "unlisted", spoilerText: "birds" });
  assert.equal(post.visibility, "unlisted");
  assert.deepEqual(post.tags.map((tag) => tag.name), ["rooks"]);
  const edited = await ann.v1.statuses.$select(post.id).update({ status: "Hello again" });
  assert.match(edited.content, /again/);
  assert.equal((await ann.v1.statuses.$select(post.id).history.list()).length, 2);
  const theirs = await says("to be liked");
  assert.equal((await ann.v1.statuses.$select(theirs.id).favourite()).favourited, true);
  assert.equal((await ann.v1.statuses.$select(theirs.id).reblog()).reblog.id, theirs.id);
  assert.equal((await ann.v1.statuses.$select(theirs.id).bookmark()).bookmarked, true);
  const context = await ann.v1.statuses.$select(theirs.id).context.fetch();
  assert.deepEqual(context, { ancestors: [], descendants: [] });
  assert.match((await ann.v1.statuses.$select(post.id).remove()).text, /again/);
  await refused(404, () => ann.v1.statuses.$select(post.id).fetch());
});

await step("uploads a picture and posts it", async () => {
  const file = new Blob([await readFile(picture)], { type: "image/png" });
  const media = await ann.v2.media.create({ file, description: "a gradient", focus: "0.5,-0.5" });
  assert.ok(media.url);
  assert.deepEqual(media.meta.focus, { x: 0.5, y: -0.5 });
  const post = await ann.v1.statuses.create({ status: "", mediaIds: [media.id] });
  assert.deepEqual(post.mediaAttachments.map((shown) => shown.description), ["a gradient"]);
});

await step("makes a poll, and votes in another", async () => {
  const mine = await ann.v1.statuses.create({ status: "Which?", poll: { options: ["rook", "crow"], expiresIn: 3600 } });
  assert.equal(mine.poll.options.length, 2);
  const theirs = await says("Black or white?", { poll: { options: ["black", "white"], expiresIn: 3600 } });
  const voted = await ann.v1.polls.$select(theirs.poll.id).votes.create({ choices: [1] });
  assert.deepEqual(voted.ownVotes, [1]);
  await refused(422, () => ann.v1.polls.$select(theirs.poll.id).votes.create({ choices: [0] }));
});

await step("follows, mutes and blocks", async () => {
  const one = ann.v1.accounts.$select(bobsId);
  assert.equal((await one.follow({ reblogs: false, notify: true })).notifying, true);
  const [relation] = await ann.v1.accounts.relationships.fetch({ id: [bobsId] });
  assert.equal(relation.following, true);
  assert.equal((await one.mute({ duration: 600 })).muting, true);
  assert.ok((await ann.v1.mutes.list())[0].muteExpiresAt);
  assert.equal((await one.unmute()).muting, false);
  assert.equal((await one.block()).blocking, true);
  assert.equal((await one.unblock()).blocking, false);
  assert.equal((await one.note.create({ comment: "a friend" })).note, "a friend");
  await one.follow();
});

await step("makes a list and reads it", async () => {
  const list = await ann.v1.lists.create({ title: "Birds", repliesPolicy: "list", exclusive: false });
  await ann.v1.lists.$select(list.id).accounts.create({ accountIds: [bobsId] });
  assert.deepEqual((await ann.v1.lists.$select(list.id).accounts.list()).map((member) => member.acct), ["bob"]);
  const post = await says("for the list");
  const ids = async () => (await ann.v1.timelines.list.$select(list.id).list()).map((status) => status.id);
  await until("it is on the list", async () => (await ids()).includes(post.id));
  await ann.v1.lists.$select(list.id).accounts.remove({ accountIds: [bobsId] });
  assert.deepEqual(await ann.v1.lists.$select(list.id).accounts.list(), []);
  await ann.v1.lists.$select(list.id).remove();
});

await step("filters by words", async () => {
  const keywordsAttributes = [{ keyword: "noise", wholeWord: "true" }];
  const filter = await ann.v2.filters.create({ title: "Noise", context: ["home"], filterAction: "hide", keywordsAttributes });
  const post = await says("what a noise");
  const [match] = (await ann.v1.statuses.$select(post.id).fetch()).filtered;
  assert.equal(match.filter.filterAction, "hide");
  assert.deepEqual(match.keywordMatches, ["noise"]);
  await ann.v2.filters.$select(filter.id).update({ title: "Din", context: ["home", "public"] });
  await ann.v2.filters.$select(filter.id).remove();
  assert.deepEqual(await ann.v2.filters.list(), []);
});

await step("reads pages one after the other", async () => {
  for (let number = 0; number < 5; number += 1) await says(`number ${number}`);
  const seen = [];
  for await (const page of ann.v1.timelines.public.list({ local: true, limit: 2 })) {
    seen.push(...page.map((status) => status.id));
    if (seen.length >= 6) break;
  }
  assert.equal(new Set(seen).size, seen.length);
  assert.deepEqual([...seen].sort().reverse(), seen);
});

await step("is told what others do, alone and in groups", async () => {
  const post = await ann.v1.statuses.create({ status: "please like" });
  await bob.v1.statuses.$select(post.id).favourite();
  await until("it is there", async () => (await ann.v1.notifications.list({ types: ["favourite"] })).length);
  const grouped = await ann.v2.notifications.list({ types: ["favourite"] });
  assert.equal(typeof grouped.notificationGroups[0].mostRecentNotificationId, "number");
  assert.deepEqual(grouped.statuses.map((status) => status.id), [post.id]);
  const policy = await ann.v2.notifications.policy.update({ forNotFollowing: "filter" });
  assert.equal(policy.forNotFollowing, "filter");
  await ann.v2.notifications.policy.update({ forNotFollowing: "accept" });
  assert.deepEqual(await ann.v1.notifications.requests.list(), []);
});

await step("searches, and follows a hashtag", async () => {
  const post = await says("a needle in the #haystack");
  const found = async () => (await ann.v2.search.list({ q: "needle" })).statuses.map((status) => status.id);
  await until("it is found", async () => (await found()).includes(post.id));
  assert.equal((await ann.v1.tags.$select("haystack").follow()).following, true);
  assert.deepEqual((await ann.v1.followedTags.list()).map((tag) => tag.name), ["haystack"]);
  assert.equal((await ann.v1.tags.$select("haystack").unfollow()).following, false);
});

await step("keeps its place, and writes for later", async () => {
  const [last] = await ann.v1.timelines.home.list({ limit: 1 });
  const markers = await ann.v1.markers.create({ home: { lastReadId: last.id } });
  assert.equal(markers.home.lastReadId, last.id);
  const scheduledAt = new Date(Date.now() + 3_600_000).toISOString();
  const kept = await ann.v1.statuses.create({ status: "later", scheduledAt });
  assert.equal(kept.params.text, "later");
  await ann.v1.scheduledStatuses.$select(kept.id).remove();
});

await step("hears over a WebSocket what happens, until its token is over", async () => {
  const instance = await anonymous.v2.instance.fetch();
  const streamingApiUrl = instance.configuration.urls.streaming;
  const stream = createStreamingAPIClient({ streamingApiUrl, accessToken: token, retry: false });
  await stream.prepare();
  const heard = [];
  const listen = async (subscription, name) => {
    for await (const event of subscription) heard.push({ name, ...event });
  };
  const home = listen(stream.user.subscribe(), "user");
  // It ends with the token, too.
  listen(stream.hashtag.subscribe({ tag: "Wire" }), "tag").catch(() => {});
  const one = (name, event, fits = () => true) => heard.find((each) => each.name === name && each.event === event && fits(each));
  // What was subscribed is known to the server when the first post comes through.
  await until("it listens", async () => {
    await says("anybody there? #wire");
    return one("user", "update") && one("tag", "update");
  });
  const post = await says("@ann over the wire #wire");
  const told = await until("the post comes", () => one("user", "update", ({ payload }) => payload.id === post.id));
  const rest = await ann.v1.statuses.$select(post.id).fetch();
  assert.equal(told.payload.content, rest.content);
  await until("it comes by its hashtag", () => one("tag", "update", ({ payload }) => payload.id === post.id));
  await until("the mention comes", () => one("user", "notification", ({ payload }) => payload.type === "mention"));
  await bob.v1.statuses.$select(post.id).update({ status: "@ann over the wire, again #wire" });
  await until("the edit comes", () => one("user", "status.update", ({ payload }) => payload.id === post.id));
  await bob.v1.statuses.$select(post.id).remove();
  await until("its end comes", () => one("user", "delete", ({ payload }) => payload === post.id));
  const oauth = createOAuthAPIClient({ url });
  await oauth.revoke({ clientId: app.clientId, clientSecret: app.clientSecret, token });
  await Promise.race([
    home.catch(() => {}),
    new Promise((_, reject) => setTimeout(() => reject(new Error("the stream goes on")), PATIENCE_MS).unref()),
  ]);
  await refused(401, () => ann.v1.accounts.verifyCredentials());
  stream.close();
});

console.log(`PASSED ${passed} FAILED ${failed}`);
process.exit(failed ? 1 : 0);
