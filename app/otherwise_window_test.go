package app

import (
	"slices"
	"testing"

	"notso/app/webtest"
)

// Ways of reading that people set for every page: a window of 320 px, which is
// 1280 px at 400 % (WCAG 1.4.10); more room around letters, words and lines
// (1.4.12); colours of their own; no motion.

// textsJS holds the elements that show a text of their own, and tells of each
// where it is cut, lies outside its control, or is covered by another text.
const textsJS = `
const shown = (el) => el.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !el.closest('.visually-hidden, [inert], svg, .katex, option, .skip');
const owns = (el) => [...el.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== '');
const texts = [...document.body.querySelectorAll('*')].filter((el) => owns(el) && shown(el));
const box = (el) => {
	const range = document.createRange();
	const own = [...el.childNodes].filter((n) => n.nodeType === 3 && n.data.trim() !== '').map((n) => (range.selectNode(n), range.getBoundingClientRect()));
	const [left, top, right, bottom] = [Math.min(...own.map((r) => r.left)), Math.min(...own.map((r) => r.top)), Math.max(...own.map((r) => r.right)), Math.max(...own.map((r) => r.bottom))];
	return { left, top, right, bottom, width: right - left, height: bottom - top };
};
const name = (el) => el.tagName.toLowerCase() + (el.id ? '#' + el.id : '') + (el.className && el.className.baseVal === undefined ? '.' + el.className.trim().replaceAll(' ', '.') : '') + ' “' + el.textContent.trim().replace(/\s+/g, ' ').slice(0, 40) + '”';
const scrolls = (el) => /auto|scroll/.test(getComputedStyle(el).overflowX);
const path = (el) => { const list = []; for (; el && el !== document.body; el = el.parentElement) list.push(el); return list; };
`

// outsideJS lists what lies outside the window at its sides and cannot be
// scrolled to within a box of its own, and boxes other than those that scroll.
const outsideJS = `(() => {` + textsJS + `
	const boxes = 'pre, .table, .math, .toc, textarea, input, .drawing';
	const out = [];
	for (const el of [...texts, ...[...document.querySelectorAll('button, input, textarea, select, a, summary')].filter(shown)]) {
		const around = path(el).find((e) => e !== el && (scrolls(e) || getComputedStyle(e).overflowX === 'hidden') && e.clientWidth < e.scrollWidth);
		if (around?.matches(boxes)) continue;
		const { left, right, width } = texts.includes(el) ? box(el) : el.getBoundingClientRect();
		const cut = path(el).some((e) => getComputedStyle(e).textOverflow === 'ellipsis');
		if (width > 0 && !cut && (left < -1 || right > innerWidth + 1)) out.push(name(el) + ' is at ' + Math.round(left) + ' to ' + Math.round(right));
	}
	for (const el of document.querySelectorAll('body *')) {
		if (scrolls(el) && el.scrollWidth > el.clientWidth + 1 && shown(el) && !el.matches(boxes)) out.push(name(el) + ' scrolls sideways by ' + (el.scrollWidth - el.clientWidth) + ' px');
	}
	if (document.scrollingElement.scrollWidth > innerWidth) out.push('the page is ' + document.scrollingElement.scrollWidth + ' px wide');
	return out;
})()`

// spacingJS gives texts the room of WCAG 1.4.12 and lists those that are cut,
// stick out of their control or lie over others only then.
const spacingJS = `(() => {` + textsJS + `
	const faults = () => {
		const found = new Map();
		for (const el of texts) {
			const r = box(el);
			const clipped = path(el).find((e) => { const s = getComputedStyle(e); return /hidden|clip/.test(s.overflowY) && e.scrollHeight > e.clientHeight + 2 && s.textOverflow !== 'ellipsis' && !s.webkitLineClamp.match(/\d/) && s.display !== 'inline' && !scrolls(e); });
			const cut = clipped && clipped.contains(el) && r.bottom > clipped.getBoundingClientRect().bottom + 2;
			const control = el.closest('button, label, .pill, kbd, [role=option], [role=menuitem], summary');
			const c = control?.getBoundingClientRect();
			const out = c && c.width > 4 && (r.bottom > c.bottom + 2 || r.top < c.top - 2 || ((r.right > c.right + 2 || r.left < c.left - 2) && !path(el).some((e) => getComputedStyle(e).textOverflow === 'ellipsis')));
			const at = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
			const over = at && owns(at) && !at.contains(el) && !el.contains(at) && at.textContent !== el.textContent && at.closest('dialog, [popover], .layer') === el.closest('dialog, [popover], .layer');
			if (cut) found.set(el, 'is cut by ' + name(clipped));
			else if (out) found.set(el, 'sticks out of ' + name(control) + ' ' + [r.left - c.left, r.top - c.top, c.right - r.right, c.bottom - r.bottom].map(Math.round).join());
			else if (over) found.set(el, 'is under ' + name(at));
		}
		return found;
	};
	const before = faults();
	const sheet = new CSSStyleSheet();
	sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; } p { margin-block-end: 2em !important; }');
	document.adoptedStyleSheets = [sheet];
	const after = [...faults()].filter(([el]) => !before.has(el)).map(([el, what]) => name(el) + ' ' + what);
	if (document.scrollingElement.scrollWidth > innerWidth) after.push('the page is ' + document.scrollingElement.scrollWidth + ' px wide');
	return after;
})()`

const plainSpacingJS = `(document.adoptedStyleSheets = [], null)`

// movingJS lists what moves or scrolls for longer than a millisecond.
const movingJS = `(() => {
	const ms = (list) => Math.max(...list.split(',').map((t) => parseFloat(t) * (t.trim().endsWith('ms') ? 1 : 1000)));
	const out = new Set();
	for (const el of document.querySelectorAll('*')) for (const part of ['', '::before', '::after', '::backdrop']) {
		const s = getComputedStyle(el, part);
		if (ms(s.transitionDuration) > 1 || ms(s.animationDuration) > 1 || ms(s.transitionDelay) > 1 || s.animationName !== 'none' && s.animationIterationCount !== '1' || s.scrollBehavior === 'smooth') out.add(el.tagName + '.' + el.className + part);
	}
	for (const a of document.getAnimations()) if (a.effect.getComputedTiming().endTime > 1) out.add('animation of ' + a.effect.target?.className);
	return [...out];
})()`

// unseenJS lists what forced colours hide: a state that looks like its opposite,
// and a focus that shows nowhere.
const unseenJS = `(async () => {
	const drawn = () => new Promise((done) => requestAnimationFrame(() => done()));
	const look = (el) => ['', '::before', '::after'].map((part) => {
		const s = getComputedStyle(el, part);
		return [s.outlineStyle === 'none' ? '' : s.outlineStyle + s.outlineWidth + s.outlineColor, s.borderTopColor, s.borderTopStyle, s.borderTopWidth, s.borderInlineStartColor, s.borderInlineStartStyle,
			s.backgroundColor, s.color, s.fontWeight, s.textDecorationLine, s.content, s.translate, s.display, s.stroke, s.appearance].join();
	}).join('|');
	const whole = (el) => [el, ...el.children].map(look).join('/');
	const shown = (el) => el.checkVisibility({ visibilityProperty: true }) && !el.closest('[inert]');
	const name = (el) => el.outerHTML.slice(0, el.outerHTML.indexOf('>') + 1);
	const first = (selector) => [...document.querySelectorAll(selector)].find(shown);
	const out = [];
	const differ = (selector, of, set) => {
		const el = first(selector);
		const shows = el?.closest(of ?? selector);
		if (!shows) return;
		set(el, true);
		const on = whole(shows);
		set(el, false);
		if (on === whole(shows)) out.push(name(el) + ' looks the same, on and off');
		set(el, true);
	};
	const says = (attribute) => (el, on) => el.setAttribute(attribute, on);
	const check = (el, on) => { el.checked = on; };
	differ('.switch', null, says('aria-checked'));
	differ('.command', null, says('aria-selected'));
	differ('figcaption > .wrap', null, says('aria-pressed'));
	differ('.after [aria-pressed]', null, says('aria-pressed'));
	differ('.scope > button', null, says('aria-pressed'));
	differ('.toc > button', null, (el, on) => el.toggleAttribute('aria-current', on));
	differ('.segment', null, says('aria-current'));
	differ('.chat > .open', '.chat', says('aria-current'));
	differ('.segments input', 'label', check);
	differ('.swatches input', 'label', check);
	differ('.toggle', null, check);
	const keys = [...document.querySelectorAll('.context .key')].map((el) => getComputedStyle(el).backgroundColor);
	if (new Set(keys).size !== keys.length) out.push('the keys of the gauge are all ' + keys[0]);
	const ring = first('.gauge > .ring');
	if (ring && getComputedStyle(ring).stroke === getComputedStyle(ring.querySelector('.part')).stroke) out.push('the gauge is full whatever it says');
	const top = document.querySelector('dialog[open]') ?? document.body;
	for (const el of [...top.querySelectorAll('a[href], button, input, textarea, select, summary, [tabindex="0"]')].filter(shown)) {
		const around = [el, el.closest('label'), el.parentElement, el.parentElement?.parentElement].filter(Boolean);
		document.activeElement?.blur();
		const before = around.map(look).join();
		el.focus({ preventScroll: true, focusVisible: true });
		if (document.activeElement === el && around.map(look).join() === before) out.push('nothing shows the focus of ' + name(el));
	}
	await drawn();
	return out;
})()`

// settledJS ends what began to move before that was not wanted.
const settledJS = `new Promise((drawn) => {
	for (const a of document.getAnimations()) a.cancel();
	requestAnimationFrame(() => requestAnimationFrame(() => drawn(null)));
})`

// checkOtherWays fails the test for what these ways of reading shut out.
func checkOtherWays(t *testing.T, p *webtest.Page, state string) {
	t.Helper()
	none := func(how, script string) {
		t.Helper()
		for _, fault := range webtest.Get[[]string](p, script) {
			t.Errorf("%s, %s: %s", state, how, fault)
		}
	}
	p.Do(webtest.Script(`document.documentElement.dataset.theme = 'light'`))
	p.Resize(1280, 800)
	p.Media("forced-colors", "active")
	webtest.Get[any](p, settledJS)
	if slices.Contains([]string{"conversation", "palette", "everything", "gauge", "candidates", "settings"}, state) {
		takePicture(t, p, state+"-forced")
	}
	none("with forced colours", unseenJS)
	p.Media("prefers-reduced-motion", "reduce")
	webtest.Get[any](p, settledJS)
	none("with reduced motion", movingJS)
	for _, width := range []int64{320, 1280} {
		p.Resize(width, 800)
		webtest.Get[any](p, settledJS)
		if width == 320 {
			none("at 320 px", outsideJS)
		}
		none("with text spaced out", spacingJS)
		webtest.Get[any](p, plainSpacingJS)
	}
}
