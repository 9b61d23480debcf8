// Draws a Mermaid diagram over its source, which a button brings back. What
// Mermaid makes is shown as an image: in one nothing runs and nothing loads.
//
// Mermaid measures text on the page, so it draws in a corner that nobody sees.
// It writes style attributes and a style sheet, which the page's policy blocks
// and reports; see lenient.
import { all, listen } from './behaviours.js';
import { say } from './words.js';

const longest = 20_000; // characters; what is longer is code that somebody means to read
let loading; // Mermaid, as a promise
let turn = Promise.resolve(); // one diagram is drawn after the other
let drawn = 0;

export function connect(figure) {
  const button = figure.querySelector('.draw');
  const image = new Image();
  image.className = 'drawing';

  async function draw() {
    try {
      image.src = await (turn = turn.catch(() => {}).then(() => drawing(figure)));
      image.alt = say('page.diagram_of', figure.querySelector('code').textContent.trim().slice(0, 200));
      await image.decode();
      button.hidden = false;
      figure.toggleAttribute('data-draw', button.ariaPressed === 'true');
      figure.append(image);
    } catch {
      fail(figure);
    }
  }

  draw();
  const theme = new MutationObserver(draw);
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return all(
    listen(matchMedia('(prefers-color-scheme: dark)'), 'change', draw),
    () => theme.disconnect(),
    () => image.remove(),
  );
}

function fail(figure) {
  if (figure.querySelector('.said')) return;
  const sentence = document.createElement('p');
  sentence.className = 'said';
  sentence.textContent = say('page.no_diagram');
  figure.append(sentence);
}

// drawing returns the diagram as the address of an image.
async function drawing(figure) {
  const source = figure.querySelector('code').textContent;
  if (source.length > longest) throw new Error('too long');
  loading ??= load();
  await loading;
  const corner = document.createElement('div');
  corner.className = 'drawing-corner';
  document.body.append(corner);
  const strict = lenient();
  try {
    window.mermaid.initialize(settings(corner));
    const { svg } = await window.mermaid.render(`diagram-${++drawn}`, source, corner);
    return address(svg);
  } finally {
    strict();
    corner.remove();
  }
}

// load adds Mermaid as a script, since it is no module.
function load() {
  return new Promise((done, failed) => {
    const script = document.createElement('script');
    script.src = new URL('../vendor/mermaid.tiny.js', import.meta.url);
    script.addEventListener('load', done);
    script.addEventListener('error', failed);
    document.head.append(script);
  });
}

function settings(corner) {
  const colour = (token) => {
    corner.style.color = `var(${token})`;
    return getComputedStyle(corner).color;
  };
  return {
    startOnLoad: false, securityLevel: 'strict', htmlLabels: false, flowchart: { htmlLabels: false }, deterministicIds: true,
    maxTextSize: longest, maxEdges: 300, theme: 'base', fontFamily: 'sans-serif', suppressErrorRendering: true,
    secure: ['secure', 'securityLevel', 'startOnLoad', 'maxTextSize', 'maxEdges', 'htmlLabels', 'flowchart', 'themeCSS', 'fontFamily', 'suppressErrorRendering'],
    themeCSS: `.edgeLabel rect { opacity: 1 !important; fill: ${colour('--surface-code')} !important; }`, // an edge ends at its label
    themeVariables: {
      background: colour('--surface'), primaryColor: colour('--surface-raised'), primaryTextColor: colour('--text'),
      primaryBorderColor: colour('--accent'), lineColor: colour('--text-soft'), textColor: colour('--text'),
      secondaryColor: colour('--surface-sunk'), tertiaryColor: colour('--surface-code'), noteBkgColor: colour('--surface-sunk'),
      noteTextColor: colour('--text'), noteBorderColor: colour('--edge'), edgeLabelBackground: colour('--surface-code'),
      useGradient: false, dropShadow: 'none',
    },
  };
}

// lenient keeps style attributes and sheets from taking effect as the words of
// HTML, which the policy would block, until the function that it returns is
// called: attributes are set as scripts may set them, a sheet is a description.
// What goes through Mermaid's own sanitiser is renamed; address gives all back.
function lenient() {
  const { setAttribute } = Element.prototype;
  const { parseFromString } = DOMParser.prototype;
  const { createElement, createElementNS } = document;
  const sheet = () => {
    const el = createElementNS.call(document, 'http://www.w3.org/2000/svg', 'desc');
    el.dataset.sheet = '';
    return el;
  };
  Element.prototype.setAttribute = function set(name, value) {
    if (name === 'style' && this.style) this.style.cssText = value;
    else setAttribute.call(this, name, value);
  };
  DOMParser.prototype.parseFromString = function parse(text, type) {
    return parseFromString.call(this, String(text).replaceAll(' style="', ' data-style="'), type);
  };
  document.createElement = (name, ...more) => (name === 'style' ? sheet() : createElement.call(document, name, ...more));
  document.createElementNS = (space, name, ...more) => (name === 'style' ? sheet() : createElementNS.call(document, space, name, ...more));
  return () => {
    Element.prototype.setAttribute = setAttribute;
    DOMParser.prototype.parseFromString = parseFromString;
    delete document.createElement;
    delete document.createElementNS;
  };
}

// address is that of an image of its natural size.
function address(svg) {
  const [, , , width, height] = /viewBox="([-\d.]+) ([-\d.]+) ([\d.]+) ([\d.]+)"/.exec(svg);
  const sized = svg.replace(/^<svg([^>]*?) width="[^"]*"/, `<svg$1 width="${Math.ceil(width)}" height="${Math.ceil(height)}"`)
    .replace(/<desc data-sheet="">(.*?)<\/desc>/gs, '<style>$1</style>').replaceAll(' data-style="', ' style="');
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(sized)}`;
}
