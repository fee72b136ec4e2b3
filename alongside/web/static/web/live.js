/* What another does shows here without a reload. The server only says that something changed and how
   many changes there are by now; this page is then asked for again, and each part of it that is marked
   data-live and came back different takes the place of the old one. Nothing that somebody is typing in
   or reading with the keyboard is taken away from under them. Without this script, reload the page. */
(() => {
  'use strict';
  const page = document.body;
  const address = page.dataset.liveUrl;
  /* The answer to a form that could not be taken holds what was typed, and is at no address of its own. */
  if (!address || 'posted' in page.dataset || !window.EventSource) { return; }

  const FIELDS = 'input, textarea, select';
  const FIRST_WAIT = 2000;
  const LONGEST_WAIT = 60000;
  const WAIT_AFTER_A_FAILURE = 5000;
  /* A page of something that is written together asks again when nobody typed for so long. */
  const REST = 3000;
  const isOfPaper = address.indexOf('?') > 0;
  /* How many changes this page knows of, and of how many it was told. */
  let changes = Number(page.dataset.changes);
  let wanted = changes;
  let stream = null;
  let reopening = 0;
  let repeating = 0;
  let resting = 0;
  let wasGreeted = false;
  let wait = FIRST_WAIT;
  let asking = false;
  let askAgain = false;
  let late = [];
  let isOver = false;

  /* --- the stream: one, while the page is in sight ------------------------------------------- */

  function open() {
    if (stream || isOver || document.hidden) { return; }
    clearTimeout(reopening);
    stream = new EventSource(address);
    stream.addEventListener('hello', (event) => {
      heard(event, Number(event.data) !== changes || (isOfPaper && wasGreeted));
      wasGreeted = true;
    });
    stream.addEventListener('paper', () => { clearTimeout(resting); resting = setTimeout(ask, REST); });
    stream.addEventListener('changed', (event) => { heard(event, Number(event.data) > changes); });
    stream.addEventListener('ended', lost);
    stream.addEventListener('error', () => {
      /* A broken line the browser mends by itself; a refusal it takes as final. */
      if (stream && stream.readyState === EventSource.CLOSED) { lost(); }
    });
  }

  function close() {
    clearTimeout(reopening);
    if (stream) { stream.close(); }
    stream = null;
  }

  function lost() {
    close();
    reopening = setTimeout(open, wait);
    wait = Math.min(2 * wait, LONGEST_WAIT);
    wanted = Infinity;
    ask();
  }

  function heard(event, isNews) {
    wait = FIRST_WAIT;
    wanted = Number(event.data);
    if (isNews) { ask(); }
  }

  /* --- asking for this page again: one at a time, and once more if it came too early ----------- */

  function ask() {
    /* After a form was refused in place, the page holds what was typed and is at no address of its own. */
    if (isOver || 'posted' in page.dataset) { return; }
    if (asking) { askAgain = true; return; }
    asking = true;
    askAgain = false;
    const request = new XMLHttpRequest();
    request.open('GET', location.pathname + location.search);
    request.responseType = 'document';
    request.timeout = 20000;
    request.setRequestHeader('X-Live', '1');
    if (page.dataset.order) { request.setRequestHeader('X-Order', page.dataset.order); }
    request.addEventListener('load', () => { answered(request); });
    request.addEventListener('error', repeat);
    request.addEventListener('timeout', repeat);
    request.addEventListener('loadend', () => {
      asking = false;
      if (askAgain) { ask(); }
    });
    request.send();
  }

  function repeat() {
    clearTimeout(repeating);
    repeating = setTimeout(() => { if (!document.hidden) { ask(); } }, WAIT_AFTER_A_FAILURE);
  }

  function answered(request) {
    const status = request.status;
    const fresh = request.response;
    if (status >= 500 || status === 429) { repeat(); return; }
    const isThisPage = status === 200 && new URL(request.responseURL).pathname === location.pathname;
    if (isThisPage && fresh && fresh.body && fresh.body.dataset.liveUrl === address) {
      put(fresh);
    } else {
      shut();
    }
  }

  /* Signed out, or no longer here. Whatever this address shows now is what should be seen; but what
     somebody is typing is not taken away: it comes back to them when they send it. */
  function shut() {
    isOver = true;
    close();
    if (!Array.from(document.querySelectorAll(FIELDS)).some(isTouched)) { location.reload(); return; }
    regionsOf(document).forEach((region) => { if (!isInUse(region)) { empty(region); } });
  }

  /* --- putting in what came back different ---------------------------------------------------- */

  document.documentElement.style.setProperty('overflow-anchor', 'none');

  function put(fresh) {
    changes = Number(fresh.body.dataset.changes);
    page.dataset.changes = String(changes);
    if (changes >= wanted) { askAgain = false; }
    late = [];
    const mark = Array.from(document.querySelectorAll('main [id]')).find((one) => topOf(one) >= 0);
    const before = mark ? topOf(mark) : 0;
    regionsOf(document).forEach((region) => {
      if (page.contains(region)) { renew(region, fresh.getElementById(region.id)); }
    });
    regionsOf(fresh).forEach((region) => {
      if (!document.getElementById(region.id)) { add(region); }
    });
    const same = mark && document.getElementById(mark.id);
    if (same && topOf(same) !== before) { window.scrollBy(0, topOf(same) - before); }
  }

  function renew(region, fresh) {
    const isThere = fresh && fresh.hasAttribute('data-live');
    if (isThere ? bare(region).isEqualNode(bare(fresh)) : !region.firstChild) { return; }
    if (isInUse(region)) { late.push(region.id); return; }
    if (!isThere) { empty(region); return; }
    const next = document.importNode(fresh, true);
    foldsOf(next).forEach((fold) => {
      const was = fold.id && document.getElementById(fold.id);
      if (was) { fold.open = was.open; }
    });
    region.parentNode.replaceChild(next, region);
  }

  function empty(region) {
    while (region.firstChild) { region.removeChild(region.firstChild); }
  }

  /* A part that was not there before goes beside a neighbour that is, or into the same parent. */
  function add(fresh) {
    const next = document.importNode(fresh, true);
    for (let one = fresh.previousElementSibling; one; one = one.previousElementSibling) {
      const known = one.id && document.getElementById(one.id);
      if (known) { known.parentNode.insertBefore(next, known.nextSibling); return; }
    }
    for (let one = fresh.nextElementSibling; one; one = one.nextElementSibling) {
      const known = one.id && document.getElementById(one.id);
      if (known) { known.parentNode.insertBefore(next, known); return; }
    }
    const parent = fresh.parentElement.id && document.getElementById(fresh.parentElement.id);
    if (parent) { parent.appendChild(next); }
  }

  /* The part without what differs each time it is drawn: the keys of forms, and what is unfolded. */
  function bare(region) {
    const copy = region.cloneNode(true);
    foldsOf(copy).forEach((fold) => { fold.removeAttribute('open'); });
    copy.querySelectorAll('input[type=hidden]').forEach((field) => { field.removeAttribute('value'); });
    return copy;
  }

  function isInUse(region) {
    const active = document.activeElement;
    return (active && active !== page && region.contains(active)) ||
      region.matches('dialog[open]') || region.querySelector('dialog[open]') !== null ||
      Array.from(region.querySelectorAll(FIELDS)).some(isTouched);
  }

  function isTouched(field) {
    if (field.type === 'hidden') { return false; }
    if (field.type === 'checkbox' || field.type === 'radio') { return field.checked !== field.defaultChecked; }
    if (field.options) {
      const options = Array.from(field.options);
      const chosen = options.findIndex((option) => option.defaultSelected);
      return field.multiple
        ? options.some((option) => option.selected !== option.defaultSelected)
        : field.selectedIndex !== Math.max(chosen, 0);
    }
    return field.value !== field.defaultValue;
  }

  function regionsOf(where) { return Array.from(where.querySelectorAll('[data-live][id]')); }

  function foldsOf(region) {
    return Array.from(region.querySelectorAll('details')).concat(region.matches('details') ? [region] : []);
  }

  function topOf(one) { return one.getBoundingClientRect().top; }

  /* What was in use is caught up with as soon as it is not. */
  function catchUp() {
    const isFree = (id) => {
      const region = document.getElementById(id);
      return region !== null && !isInUse(region);
    };
    if (late.some(isFree)) { late = []; ask(); }
  }

  document.addEventListener('focusout', () => { setTimeout(catchUp, 0); });
  document.addEventListener('close', () => { setTimeout(catchUp, 0); }, true);
  document.addEventListener('reset', () => { setTimeout(catchUp, 0); });
  document.addEventListener('visibilitychange', () => { if (document.hidden) { close(); } else { open(); } });
  window.addEventListener('online', () => { close(); open(); });
  window.addEventListener('pagehide', close);
  window.addEventListener('pageshow', open);
  open();
})();
