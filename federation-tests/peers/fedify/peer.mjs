// A server on Fedify: one account, and a second one that it moves to. Its inbox, documents, signatures and deliveries are the library's.
import { createServer } from "node:http";
import net from "node:net";
import { Temporal } from "@js-temporal/polyfill";

const HOST = process.env.PEER_HOST;
const ORIGIN = `http://${HOST}`;
const USERNAME = "fay";
const SUCCESSOR = `${USERNAME}_new`;
// Entries kept of what arrived; a run makes about a hundred.
const LOG_MAX = 5000;

// Hosts of the test are found by their names; all others do not exist.
const places = new Map(process.env.PEER_HOSTS.split(",").map((pair) => pair.split("=")));
const connect = net.connect;
net.connect = (options, ...rest) => {
  const place = places.get(options.host ?? options.hostname);
  if (!place) throw new Error(`${options.host} is not in this test`);
  const [host, port] = place.split(":");
  return connect({ ...options, host, hostname: host, port: Number(port) }, ...rest);
};
// The library asks for it on Node before 21.
globalThis.navigator ??= { userAgent: `Node.js/${process.versions.node}` };

const { createFederation, generateCryptoKeyPair, MemoryKvStore } = await import("@fedify/fedify");
const vocab = await import("@fedify/vocab");

const keys = [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), await generateCryptoKeyPair("Ed25519")];
const followers = new Map();
const following = new Set();
const notes = new Map();
const stamps = new Map();
// Who asks to quote a post of its own, by the id of the request.
const requests = new Map();
// What was sent by its id, and to whom, to be undone or edited.
const sent = new Map();
const log = [];
let counter = 0;
let hasMoved = false;

// Without a queue an activity is worked off before it is answered.
const federation = createFederation({
  kv: new MemoryKvStore(),
  origin: ORIGIN,
  allowPrivateAddress: true,
  circuitBreaker: false,
});

async function person(context, identifier) {
  if (![USERNAME, SUCCESSOR].includes(identifier)) return null;
  const pairs = await context.getActorKeyPairs(identifier);
  return new vocab.Person({
    id: context.getActorUri(identifier),
    preferredUsername: identifier,
    name: "Fay of Fedify",
    inbox: context.getInboxUri(identifier),
    followers: context.getFollowersUri(identifier),
    endpoints: new vocab.Endpoints({ sharedInbox: context.getInboxUri() }),
    publicKey: pairs[0].cryptographicKey,
    assertionMethods: pairs.map((pair) => pair.multikey),
    successor: hasMoved && identifier === USERNAME ? context.getActorUri(SUCCESSOR) : null,
    aliases: hasMoved && identifier === SUCCESSOR ? [context.getActorUri(USERNAME)] : [],
  });
}

federation.setActorDispatcher("/users/{identifier}", person)
  .setKeyPairsDispatcher((_context, identifier) => ([USERNAME, SUCCESSOR].includes(identifier) ? keys : []));
federation.setFollowersDispatcher("/users/{identifier}/followers", (_context, identifier) => ({
  items: identifier === USERNAME ? [...followers.values()] : [],
}));
federation.setObjectDispatcher(vocab.Note, "/notes/{number}", (_context, { number }) => notes.get(`${ORIGIN}/notes/${number}`) ?? null);
federation.setObjectDispatcher(vocab.Question, "/polls/{number}", (_context, { number }) => notes.get(`${ORIGIN}/polls/${number}`) ?? null);
federation.setObjectDispatcher(vocab.QuoteAuthorization, "/stamps/{number}", (_context, { number }) => stamps.get(`${ORIGIN}/stamps/${number}`) ?? null);

const listeners = federation.setInboxListeners("/users/{identifier}/inbox", "/inbox")
  .setSharedKeyDispatcher(() => ({ identifier: USERNAME }))
  .on(vocab.Follow, async (context, follow) => {
    const who = await follow.getActor(context);
    const { identifier } = context.parseUri(follow.objectId);
    if (identifier === USERNAME) followers.set(who.id.href, who);
    const accept = new vocab.Accept({ id: address("accepts"), actor: follow.objectId, object: follow });
    await context.sendActivity({ identifier }, who, accept, { immediate: true });
  })
  .onError((_context, error) => console.error(error))
  .on(vocab.Undo, async (context, undo) => {
    const what = await undo.getObject(context);
    if (what instanceof vocab.Follow) followers.delete(undo.actorId.href);
  })
  .on(vocab.QuoteRequest, async (context, request) => {
    const quoting = await request.getInstrument({ ...context, crossOrigin: "trust" });
    if (quoting?.quoteId?.href !== request.objectId.href) throw new Error("its instrument is not read");
    requests.set(request.id.href, request);
  })
  .on(vocab.Move, async (_context, move) => {
    // It follows along if it follows the old account, and the new one says the same.
    const old = move.actorId.href;
    const target = await fetched(move.targetId.href);
    const named = target.aliasIds.some((alias) => alias.href === old);
    if (following.has(old) && move.objectId.href === old && named) await commands.follow({ who: target.id.href });
  });
// Of these it is enough that the library reads what is in them.
for (const kind of [vocab.Accept, vocab.Reject, vocab.Create, vocab.Update, vocab.Like, vocab.Announce]) {
  listeners.on(kind, async (context, activity) => {
    // What is answered is our own, embedded by another server.
    const crossOrigin = activity instanceof vocab.Accept || activity instanceof vocab.Reject ? "trust" : "ignore";
    if (!(await activity.getObject({ ...context, crossOrigin }))) throw new Error("its object is not read");
  });
}
listeners.on(vocab.Delete, async () => {});

function address(folder) {
  counter += 1;
  return new URL(`/${folder}/${counter}`, ORIGIN);
}

const context = federation.createContext(new URL(ORIGIN), undefined);
const me = context.getActorUri(USERNAME);
const everybody = vocab.PUBLIC_COLLECTION;

async function fetched(id) {
  const documentLoader = await context.getDocumentLoader({ identifier: USERNAME });
  const found = await vocab.lookupObject(id, { documentLoader, contextLoader: context.contextLoader, allowPrivateAddress: true });
  if (!found) throw new Error(`${id} is not read`);
  return found;
}

async function author(id) {
  return await (await fetched(id)).getAttribution({ documentLoader: await context.getDocumentLoader({ identifier: USERNAME }) });
}

async function tell(activity, actors) {
  const once = [...new Map(actors.map((actor) => [actor.id.href, actor])).values()];
  sent.set(activity.id.href, { what: activity, actors: once });
  for (const actor of once) {
    await context.sendActivity({ identifier: USERNAME }, actor, activity, { immediate: true });
  }
  return activity.id.href;
}

const commands = {
  follow: async ({ who }) => {
    const actor = await fetched(who);
    following.add(actor.id.href);
    return await tell(new vocab.Follow({ id: address("follows"), actor: me, object: actor.id, to: actor.id }), [actor]);
  },
  like: async ({ object }) => await tell(new vocab.Like({ id: address("likes"), actor: me, object: new URL(object) }), [await author(object)]),
  boost: async ({ object }) => {
    const by = await author(object);
    const ccs = [context.getFollowersUri(USERNAME), by.id];
    const boost = new vocab.Announce({ id: address("boosts"), actor: me, object: new URL(object), to: everybody, ccs });
    return await tell(boost, [by, ...followers.values()]);
  },
  undo: async ({ id }) => {
    const { what, actors } = sent.get(id);
    return await tell(new vocab.Undo({ id: address("undos"), actor: me, object: what }), actors);
  },
  post: async ({ text, visibility = "public", mention, reply_to, options, quote, quotable }) => {
    const collection = context.getFollowersUri(USERNAME);
    const tos = { public: [everybody], followers: [collection], direct: [] }[visibility];
    const ccs = visibility === "public" ? [collection] : [];
    const actors = visibility === "direct" ? [] : [...followers.values()];
    const tags = [];
    if (mention) {
      (visibility === "direct" ? tos : ccs).push(new URL(mention.actor));
      actors.push(await fetched(mention.actor));
      tags.push(new vocab.Mention({ href: new URL(mention.actor), name: mention.handle }));
    }
    if (reply_to) {
      const by = await author(reply_to);
      ccs.push(by.id);
      actors.push(by);
    }
    if (quote) actors.push(await author(quote));
    // Everybody may, and has to ask.
    const canQuote = new vocab.InteractionRule({ automaticApproval: everybody });
    const written = {
      id: address(options ? "polls" : "notes"),
      attribution: me,
      content: `<p>${text}</p>`,
      published: Temporal.Now.instant(),
      replyTarget: reply_to ? new URL(reply_to) : null,
      tos,
      ccs,
      tags,
      interactionPolicy: quotable ? new vocab.InteractionPolicy({ canQuote }) : null,
    };
    const answers = options?.map((name) => new vocab.Note({ name, replies: new vocab.Collection({ totalItems: 0 }) }));
    const note = options
      ? new vocab.Question({ ...written, exclusiveOptions: answers, endTime: Temporal.Instant.from("2037-01-01T00:00:00Z") })
      // The older form of a quote, which asks nobody.
      : new vocab.Note({ ...written, quoteUrl: quote ? new URL(quote) : null });
    if (visibility === "public") notes.set(note.id.href, note);
    await tell(new vocab.Create({ id: address("creates"), actor: me, object: note, tos, ccs }), actors);
    sent.set(note.id.href, { what: note, actors });
    return note.id.href;
  },
  // A post that quotes another, shown to the quoted author alone until they consent.
  ask_to_quote: async ({ text, object }) => {
    const by = await author(object);
    const note = new vocab.Note({
      id: address("notes"),
      attribution: me,
      content: `<p>${text}</p>`,
      published: Temporal.Now.instant(),
      quote: new URL(object),
      to: everybody,
      cc: context.getFollowersUri(USERNAME),
    });
    const request = new vocab.QuoteRequest({ id: address("requests"), actor: me, object: new URL(object), instrument: note, to: by.id });
    await tell(request, [by]);
    sent.set(note.id.href, { what: note, actors: [...followers.values(), by] });
    return { note: note.id.href, request: request.id.href };
  },
  // Shows everybody a post that quotes, with the stamp that allows it.
  show_quote: async ({ id, stamp }) => {
    const { what, actors } = sent.get(id);
    const note = what.clone({ quoteAuthorization: new URL(stamp) });
    notes.set(id, note);
    sent.set(id, { what: note, actors });
    return await tell(new vocab.Create({ id: address("creates"), actor: me, object: note, to: everybody }), actors);
  },
  // Answers a request with a stamp; answers the id of the stamp.
  allow_quote: async ({ id }) => {
    const request = requests.get(id);
    const by = await fetched(request.actorId.href);
    const stamp = new vocab.QuoteAuthorization({
      id: address("stamps"),
      attribution: me,
      interactingObject: request.instrumentId,
      interactionTarget: request.objectId,
    });
    stamps.set(stamp.id.href, stamp);
    await tell(new vocab.Accept({ id: address("accepts"), actor: me, object: request, result: stamp.id, to: by.id }), [by]);
    sent.set(stamp.id.href, { what: stamp, actors: [by] });
    return stamp.id.href;
  },
  // Moves to the second account; tells the followers.
  move: async () => {
    hasMoved = true;
    const target = context.getActorUri(SUCCESSOR);
    const move = new vocab.Move({ id: address("moves"), actor: me, object: me, target, to: context.getFollowersUri(USERNAME) });
    return await tell(move, [...followers.values()]);
  },
  vote: async ({ question, choice }) => {
    const by = await author(question);
    const note = new vocab.Note({ id: address("votes"), attribution: me, name: choice, replyTarget: new URL(question), to: by.id });
    return await tell(new vocab.Create({ id: address("creates"), actor: me, object: note, to: by.id }), [by]);
  },
  edit: async ({ id, text }) => {
    const { what, actors } = sent.get(id);
    const note = what.clone({ content: `<p>${text}</p>`, updated: Temporal.Now.instant() });
    notes.set(id, note);
    sent.set(id, { what: note, actors });
    return await tell(new vocab.Update({ id: address("updates"), actor: me, object: note, to: everybody }), actors);
  },
  delete: async ({ id }) => {
    notes.delete(id);
    stamps.delete(id);
    const tombstone = new vocab.Tombstone({ id: new URL(id) });
    return await tell(new vocab.Delete({ id: address("deletes"), actor: me, object: tombstone, to: everybody }), sent.get(id).actors);
  },
  rotate: async ({ announce }) => {
    const pair = await generateCryptoKeyPair("RSASSA-PKCS1-v1_5");
    if (!announce) {
      keys[0] = pair;
      return null;
    }
    // Told with the key that everybody knows.
    const old = keys[0];
    keys[0] = pair;
    const update = new vocab.Update({ id: address("updates"), actor: me, object: await person(context, USERNAME), to: everybody });
    keys[0] = old;
    try {
      return await tell(update, [...followers.values()]);
    } finally {
      keys[0] = pair;
    }
  },
  fetch: async ({ id }) => await (await fetched(id)).toJsonLd({ contextLoader: context.contextLoader }),
};

async function asRequest(incoming) {
  const parts = [];
  for await (const part of incoming) parts.push(part);
  const headers = new Headers();
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) headers.append(incoming.rawHeaders[i], incoming.rawHeaders[i + 1]);
  const body = ["GET", "HEAD"].includes(incoming.method) ? undefined : Buffer.concat(parts);
  return new Request(ORIGIN + incoming.url, { method: incoming.method, headers, body });
}

async function answer(request) {
  const { pathname } = new URL(request.url);
  if (pathname === "/_log") return Response.json(log);
  if (pathname.startsWith("/_do/")) {
    try {
      return Response.json({ id: await commands[pathname.slice(5)](await request.json()) });
    } catch (error) {
      return Response.json({ failed: String(error?.stack ?? error) });
    }
  }
  if (request.method !== "POST") return await federation.fetch(request, { contextData: undefined });
  const activity = await request.clone().json();
  const response = await federation.fetch(request, { contextData: undefined });
  // Whatever does not verify is answered 401, and what cannot be read 400 or 500: the status is the library's verdict.
  const form = request.headers.has("signature-input") ? "rfc9421" : "cavage";
  const { type, id } = activity;
  if (log.length < LOG_MAX) log.push({ type, id, verified: response.ok, status: response.status, form, activity });
  return response;
}

createServer(async (incoming, outgoing) => {
  const response = await asRequest(incoming).then(answer).catch((error) => new Response(String(error?.stack ?? error), { status: 500 }));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}).listen(Number(process.env.PEER_PORT), "127.0.0.1");
