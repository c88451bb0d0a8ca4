// A small world that looks like one: people with pictures and without, threads, quotes, long words, other scripts.
// It is made through the API, which is quicker than writing by hand.

import { ORIGIN, PASSWORD } from "./browser.js";
import { emblem, painter, scene } from "./pictures.js";

const PEOPLE = [
  {
    username: "june",
    display_name: "June Okafor",
    bio: "Counts swifts, mends bicycles, bakes too much bread. Photographs are mine unless I say otherwise. #swifts",
    fields: [{ name: "Pronouns", value: "she/her" }, { name: "Allotment", value: "Plot 14, by the water tap" }],
    avatar: "sun",
    header: "dusk",
  },
  { username: "mirek", display_name: "Mirek Dvořák", bio: "Trains, fog, tea.", avatar: "cloud", header: "fog" },
  { username: "noor", display_name: "نور الحسيني", bio: "أحب الطيور والكتب القديمة.", avatar: "moon" },
  { username: "tibo", display_name: "Tibo 🪶", bio: "" },
  {
    username: "maximiliana_of_the_long_names",
    display_name: "Maximiliana-Theodora von und zu Hohenlohe-Langen",
    bio: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    avatar: "hill",
  },
  { username: "elm_weather", display_name: "Weather at the Elms", bio: "Every hour, on the hour.", bot: true, avatar: "leaf" },
  { username: "lena", display_name: "Lena", bio: "Knock first.", locked: true },
];

const LONG = [
  "The swifts came back this morning, eleven days later than last year. Four over the church, two over the station.",
  "",
  "If you have a nest box on a north wall: today is the day to open it. Notes on how to, and what to leave alone: https://example.org/swifts/nest-boxes/how-to-open-one-without-harm?from=the-elms",
].join("\n");

async function ask(method, path, { token, json, form } = {}) {
  const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(json && { "content-type": "application/json" }) };
  const answer = await fetch(`${ORIGIN}/api${path}`, { method, headers, body: json ? JSON.stringify(json) : form });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  const text = await answer.text();
  return text ? JSON.parse(text) : null;
}

function upload(file, alt) {
  const form = new FormData();
  form.append("file", new Blob([file.buffer], { type: file.mimeType }), file.name);
  if (alt) form.append("alt", alt);
  return form;
}

/** Somebody who is there already, by the API. */
export class Neighbour {
  static async join({ username, avatar, header, ...profile }, paint) {
    const body = { username, email: `${username}@example.org`, password: PASSWORD };
    const { user, token } = await ask("POST", "/users/register", { json: body });
    const neighbour = new Neighbour(username, user.id, token);
    if (Object.keys(profile).length) await neighbour.ask("PATCH", "/users/me", { json: profile });
    if (avatar) await neighbour.ask("PUT", "/users/me/avatar", { form: upload(await paint(emblem(avatar), 192)) });
    if (header) await neighbour.ask("PUT", "/users/me/header", { form: upload(await paint(scene(header, 320), 1500)) });
    return neighbour;
  }

  constructor(username, id, token) {
    Object.assign(this, { username, id, token });
  }

  ask(method, path, more) {
    return ask(method, path, { ...more, token: this.token });
  }

  /** Writes a post; `pictures` are pairs of a file and its description. */
  async write(text, { pictures = [], ...more } = {}) {
    const media = [];
    for (const [file, alt] of pictures) media.push((await this.ask("POST", "/media", { form: upload(file, alt) })).id);
    const { id } = await this.ask("POST", "/tweets", { json: { text, media, language: "en", ...more } });
    return { id, path: `/@${this.username}/${id}` };
  }

  follow(...others) {
    return Promise.all(others.map((other) => this.ask("POST", `/users/${other.id}/follow`)));
  }

  like(...posts) {
    return Promise.all(posts.map((post) => this.ask("POST", `/tweets/${post.id}/like`)));
  }

  repost(post) {
    return this.ask("POST", `/tweets/${post.id}/retweet`);
  }
}

/** People and posts. The answer names those that the pages are looked at for. */
export async function settle(browser) {
  const { paint, close } = await painter(browser);
  const [june, mirek, noor, tibo, max, weather, lena] = await Promise.all(PEOPLE.map((one) => Neighbour.join(one, paint)));
  const people = [june, mirek, noor, tibo, max, weather];
  const nobody = await Neighbour.join({ username: "fledgling", display_name: "Fledgling" }, paint);
  for (const one of people) await one.follow(...people.filter((other) => other !== one));
  for (const one of [june, mirek, tibo]) await lena.follow(one);
  for (const one of [tibo, max, nobody]) await one.follow(lena);

  for (let n = 1; n <= 24; n += 1) await weather.write(`Hour ${n}: ${8 + (n % 5)} °C, calm.`);
  await tibo.write("Does anybody have a ladder that reaches a second floor? Only for an hour. I bring cake. 🍰");
  await noor.write("صباح الخير. رأيت اليوم سربًا كبيرًا من الغربان فوق محطة القطار. #rooks", { language: "ar" });
  await max.write("Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz, Grundstücksverkehrsgenehmigungszuständigkeitsübertragungsverordnung, and a good morning to you too.");
  await weather.write("9 °C, wind from the west, fog until ten. Sunset at 16:02.", { visibility: "unlisted" });
  const spoiler = await mirek.write("It was the gardener. It is always the gardener, and I saw it on page forty.", { content_warning: "The end of the book we are all reading" });
  const tower = await mirek.write("The 7:14 did not run, so I walked. Not sorry. #fog", {
    pictures: [[await paint(scene("fog")), "Pale hills in the fog, one behind the other, and five birds above them."]],
  });
  const swifts = await june.write(LONG);
  const edited = await tibo.write("The rooks are building agian.");
  await tibo.ask("PATCH", `/tweets/${edited.id}`, { json: { text: "The rooks are building again. #rooks", language: "en" } });
  const gallery = await noor.write("Four evenings in a row, from the same window. #rooks", {
    pictures: [
      [await paint(scene("dusk")), "A red evening sky over dark hills."],
      [await paint(scene("night")), "The same hills under the moon."],
      [await paint(scene("meadow")), "The same hills at noon, green."],
      [await paint(scene("fog")), ""],
    ],
  });
  const answer = await tibo.write("@june Eleven days! I had nearly given up on them.", { reply_to: swifts.id });
  const second = await june.write("@tibo So had I. The bread got all of my worry this week.", { reply_to: answer.id });
  await noor.write("@june @tibo هنا أيضًا، ثلاثة فوق السوق.", { reply_to: second.id, language: "ar" });
  await max.write("@june What a morning.", { reply_to: swifts.id });
  const quote = await mirek.write("Read the second paragraph before you climb anywhere, please.", { quote_of: swifts.id });
  await lena.write("For those who know me only.", { visibility: "followers" });
  const dusk = await june.write("They sleep in the elms by the station. Some four hundred tonight, and the noise of a small city council. #rooks", {
    pictures: [[await paint(scene("dusk")), "Dusk: a low sun behind four rows of dark hills, and five rooks flying over."]],
  });
  await tibo.write("@june Look at the one at the back, it is late again.", { reply_to: dusk.id });
  await Promise.all([mirek, noor, tibo, max].map((one) => one.like(dusk, swifts)));
  await june.like(tower, gallery, answer, quote);
  await tibo.repost(tower);
  await max.repost(dusk);
  await noor.repost(dusk);
  await Promise.all([dusk, tower, gallery].map((post) => june.ask("POST", `/tweets/${post.id}/bookmark`)));
  await june.ask("POST", `/tweets/${swifts.id}/pin`);
  await max.ask("POST", `/users/${weather.id}/mute`);
  await max.ask("POST", `/users/${nobody.id}/block`);
  await close();
  return { june, tibo, lena, nobody, swifts, edited, spoiler, second, dusk };
}
