// Pictures for posts and profiles, drawn here so that no file has to be kept: skies over hills, and small emblems.

const WIDTH = 960;

/** Skies from top to horizon, and the colour of the nearest hill. */
const SCENES = {
  dusk: { sky: ["#2d2348", "#7d3f63", "#f2a56b"], near: "#1d1630", sun: [300, 430, 58, "#ffe0a8"] },
  fog: { sky: ["#9fb6bd", "#c9d4d2", "#efeadf"], near: "#33504f", sun: [690, 170, 40, "#fffbea"] },
  night: { sky: ["#070b1f", "#14204a", "#38508a"], near: "#04060f", sun: [720, 140, 46, "#f3efd9"] },
  meadow: { sky: ["#4f9bd1", "#9ccbe4", "#e9f1dc"], near: "#2f5b2c", sun: [180, 130, 50, "#fff4c4"] },
};

const EMBLEMS = {
  sun: ["#f2a33c", '<circle cx="48" cy="50" r="22" fill="#fff3d1"/><path fill="#7d3f63" d="M0 66q48-18 96 0v30H0z"/>'],
  leaf: ["#2c6a5b", '<path fill="#bfe3c4" d="M24 72Q20 30 74 22 76 74 24 72z"/><path stroke="#2c6a5b" stroke-width="3" d="M20 78 58 38"/>'],
  moon: ["#27305c", '<path fill="#f3efd9" d="M58 18a32 32 0 1 0 20 44A26 26 0 0 1 58 18z"/>'],
  cloud: ["#4f7fa8", '<g fill="#eef5fa"><circle cx="36" cy="54" r="16"/><circle cx="56" cy="46" r="20"/><path d="M30 70h40a12 12 0 0 0 0-24H30z"/></g>'],
  hill: ["#d9694a", '<path fill="#fde3cf" d="M0 96 34 40l18 26 14-18 30 48z"/>'],
};

/** A scene with four rows of hills, and birds over it. `height` for a width of 960. */
export function scene(name, height = 640) {
  const { sky, near, sun } = SCENES[name];
  const stops = sky.map((colour, n) => `<stop offset="${n / 2.2}" stop-color="${colour}"/>`).join("");
  const [x, y, r, light] = sun;
  const hills = [0, 1, 2, 3].map((row) => {
    const top = height * (0.62 + row * 0.1);
    const sway = (at) => Math.sin(at / (150 - row * 20) + row * 2.3 + name.length) * (34 - row * 4);
    const crest = Array.from({ length: 25 }, (_, n) => `${n * 40} ${(top + sway(n * 40)).toFixed(1)}`).join("L");
    return `<path fill="${near}" opacity="${0.25 + row * 0.25}" d="M${crest}V${height}H0z"/>`;
  });
  const birds = [[420, 190], [470, 168], [512, 204], [560, 176], [600, 214]]
    .map(([left, up]) => `<path d="M${left} ${(up * height) / 640}q9-12 16 0 7-12 16 0"/>`)
    .join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}"><defs><linearGradient id="s" x2="0" y2="1">${stops}</linearGradient></defs>
<path fill="url(#s)" d="M0 0h960v${height}H0z"/><circle cx="${x}" cy="${(y * height) / 640}" r="${r}" fill="${light}"/>
${hills.join("")}<g fill="none" stroke="${near}" stroke-width="3" stroke-linecap="round">${birds}</g></svg>`;
}

/** A square picture for a profile. */
export function emblem(name) {
  const [ground, drawing] = EMBLEMS[name];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><path fill="${ground}" d="M0 0h96v96H0z"/>${drawing}</svg>`;
}

/** Makes files of drawings, one after the other on one page. */
export async function painter(browser) {
  const page = await browser.newPage();
  let last = Promise.resolve();
  const paint = (...drawing) => (last = last.then(() => draw(...drawing)));
  const draw = async (svg, width = WIDTH) => {
    const [, , w, h] = svg.match(/viewBox="([^"]*)"/)[1].split(" ").map(Number);
    const height = Math.round((width * h) / w);
    await page.setViewportSize({ width, height });
    await page.setContent(`<style>body{margin:0}svg{display:block;width:${width}px;height:${height}px}</style>${svg}`);
    return { name: "picture.png", mimeType: "image/png", buffer: await page.screenshot() };
  };
  return { paint, close: () => page.close() };
}
