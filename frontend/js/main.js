// The page's script: each behaviour is a module, attached to the elements that
// name it in data-behaviour.
import './htmx.js';
import { attach } from './behaviours.js';
import * as arrival from './arrival.js';
import * as attaching from './attach.js';
import * as autoscroll from './autoscroll.js';
import * as candidates from './candidates.js';
import * as chats from './chats.js';
import * as code from './code.js';
import * as columns from './columns.js';
import * as composer from './composer.js';
import * as composing from './composing.js';
import * as copy from './copy.js';
import * as diagram from './diagram.js';
import * as dialog from './dialog.js';
import * as download from './download.js';
import * as draft from './draft.js';
import * as drag from './drag.js';
import * as drawer from './drawer.js';
import * as dropimport from './dropimport.js';
import * as drops from './drops.js';
import * as editor from './editor.js';
import * as errors from './errors.js';
import * as escape from './escape.js';
import * as everything from './everything.js';
import * as exporting from './export.js';
import * as find from './find.js';
import * as finder from './finder.js';
import * as focus from './focus.js';
import * as fold from './fold.js';
import * as followups from './followups.js';
import * as formulas from './formulas.js';
import * as gaps from './gaps.js';
import * as gauge from './gauge.js';
import * as hush from './hush.js';
import * as importer from './importer.js';
import * as keychoice from './keychoice.js';
import * as layer from './layer.js';
import * as links from './links.js';
import * as log from './log.js';
import * as look from './look.js';
import * as math from './math.js';
import * as menu from './menu.js';
import * as menubar from './menubar.js';
import * as models from './models.js';
import * as palette from './palette.js';
import * as picks from './picks.js';
import * as places from './places.js';
import * as popup from './popup.js';
import * as refresh from './refresh.js';
import * as remember from './remember.js';
import * as reply from './reply.js';
import * as sections from './sections.js';
import * as shortcuts from './shortcuts.js';
import * as speak from './speak.js';
import * as splitter from './splitter.js';
import * as status from './status.js';
import * as still from './still.js';
import * as stretch from './stretch.js';
import * as title from './title.js';
import * as toast from './toast.js';
import * as toasts from './toasts.js';
import * as tokens from './tokens.js';
import * as tree from './tree.js';
import * as turnmenu from './turnmenu.js';
import * as turns from './turns.js';
import * as typing from './typing.js';
import * as unfold from './unfold.js';
import * as unseen from './unseen.js';
import * as welcome from './welcome.js';
import * as zoom from './zoom.js';

attach({
  arrival, attach: attaching, autoscroll, candidates, chats, code, columns, composer, composing, copy, diagram, dialog, download,
  draft, drag, drawer, dropimport, drops, editor, errors, escape, everything, export: exporting, find, finder, focus, fold,
  followups, formulas, gaps, gauge, hush, importer, keychoice, layer, links, log, look, math, menu, menubar, models, palette,
  picks, places, popup, refresh, remember, reply, sections, shortcuts, speak, splitter, status, still, stretch, title,
  toast, toasts, tokens, tree, turnmenu, turns, typing, unfold, unseen, welcome, zoom,
});
