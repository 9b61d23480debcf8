// Says a reply while it is being written, in pieces that will not change any
// more: whole blocks, and the whole sentences and lines of the block that is open,
// such as the items of a list. The turns themselves are silent, since a token
// alone says nothing. Of replies to choose from, which are written at the same
// time, only the ends are said.
import { all, listen } from './behaviours.js';
import { at as blockAt, count } from './blocks.js';
import { say } from './words.js';

const kept = 3; // pieces that stay on the page: what was said is no text to come across
const whole = /^[^]*(?:[.!?…。！？؟](?=["”’»)\]]*\s)["”’»)\]]*|\n(?=.))/; // sentences and lines

export function connect(region) {
  let turn; // that is being said
  let at = 0; // its open block
  let from = 0; // how much of that block's text has been said
  const ended = new Set(); // ids of replies to choose from that have yet to be drawn anew

  function tell(text) {
    if (text.trim() === '') return;
    const piece = document.createElement('p');
    piece.dir = 'auto';
    piece.textContent = text.trim();
    region.append(piece);
    while (region.childElementCount > kept) region.firstElementChild.remove();
  }

  function forget() {
    [turn, at, from] = [undefined, 0, 0];
    region.replaceChildren();
  }

  // Of code, what it is. Where items turn into paragraphs, as much stays as was.
  function textOf(block) {
    const code = block.querySelector('figure.code');
    return code ? say('page.code', code.querySelector('figcaption > span')?.textContent ?? '') : block.textContent.replace(/\s*\n\s*/g, '\n');
  }

  function onWritten({ target, detail: { final } }) {
    if (target.closest('.candidates')) {
      if (final) ended.add(target.id);
      return;
    }
    if (target.id !== turn) [turn, at, from] = [target.id, 0, 0];
    const box = target.querySelector('[data-part="text"]');
    for (const last = count(box) - (final ? 0 : 1); at < last; [at, from] = [at + 1, 0]) tell(textOf(blockAt(box, at)).slice(from));
    const open = blockAt(box, at);
    if (!open || open.querySelector('figure, table')) return;
    const [settled] = whole.exec(textOf(open).slice(from)) ?? [''];
    tell(settled);
    from += settled.length;
  }

  // Why a reply ended is part of its turn when that has been drawn anew.
  function onSwap({ detail: { ctx } }) {
    if (ctx.target?.id === 'conversation' && turn && !document.getElementById(turn)) forget();
    for (const id of ended) tellEnd(id);
    const last = turn && document.getElementById(turn);
    if (!last || last.dataset.state === 'running') return;
    tell(last.querySelector('.notice')?.textContent ?? '');
    [turn, at, from] = [undefined, 0, 0];
  }

  function tellEnd(id) {
    const reply = document.getElementById(id);
    if (reply?.dataset.state === 'running') return;
    ended.delete(id);
    const number = reply?.querySelector('.standing > span')?.textContent;
    const notice = reply?.querySelector('.notice')?.textContent.trim();
    if (number) tell(notice ? say('page.candidate_notice', number, notice) : say('page.candidate_end', number));
  }

  return all(listen(document, 'reply:written', onWritten), listen(document, 'htmx:after:swap', onSwap));
}
