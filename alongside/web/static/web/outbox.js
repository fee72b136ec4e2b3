/* A form marked data-outbox gets through a bad line. On a device that she said is hers alone, it is kept
   first and goes out when there is a line, in order and once. Everywhere else nothing is stored: what was
   typed stays in the page, and is sent as soon as there is a line while the page is open.

   data-outbox="lane": forms of one lane go out one after the other, and a refusal stops that lane.
   data-outbox-stays: the form stays filled in after it was kept; kept again, it takes its own place.
   Without this script a form is a form. */
(() => {
  'use strict';
  const page = document.body;
  const words = document.getElementById('outbox-words');
  if (!words || !window.fetch || !window.AbortController || !window.FormData) { return; }
  let whose = page.dataset.keep || '';
  const LONGEST_WAIT = 5 * 60 * 1000;
  const FIRST_WAIT = 2000;
  /* So long somebody waits for an answer before they are told that it is kept. */
  const PATIENCE = 5000;
  const SIGN_OUT = 'form[action="/sign-out/"]';
  let wait = FIRST_WAIT;
  let timer = 0;
  /* What could not be sent and is kept nowhere but in this page: by form. */
  const unsent = new Map();

  const wordsFor = (name) => document.importNode(words.content.querySelector(name), true);
  const note = (name) => wordsFor(`[data-note="${name}"]`);
  const later = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

  /* --- a form is pressed ------------------------------------------------------------------------- */

  let pressed = null;
  document.addEventListener('click', (event) => { pressed = event.target.closest && event.target.closest('button'); }, true);

  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.matches(SIGN_OUT) || 'forgets' in form.dataset) { beforeForgetting(event, form); return; }
    if (event.defaultPrevented || !form.matches('form[data-outbox][method="post"]')) { return; }
    event.preventDefault();
    if (form.dataset.sending) { return; }
    form.dataset.sending = '1';
    sendForm(form).then(() => { delete form.dataset.sending; }, () => { delete form.dataset.sending; });
  });

  function taken(form) {
    const data = new FormData(form);
    if (pressed && pressed.form === form && pressed.name) { data.append(pressed.name, pressed.value); }
    const fields = Array.from(data.entries()).filter(([name]) => name !== 'csrfmiddlewaretoken');
    return {
      address: addressOf(form),
      lane: form.dataset.outbox || form.getAttribute('action'),
      key: data.get('key') || '',
      words: said(form, fields),
      fields,
    };
  }

  const addressOf = (form) => new URL(form.getAttribute('action') || location.href, location.href).pathname;

  /* What a person would recognise it by, in the list of what waits. */
  function said(form, fields) {
    const typed = Array.from(form.querySelectorAll('textarea, input[type=text], input:not([type])'))
      .map((field) => field.value.trim()).find((text) => text);
    if (typed) { return typed.length > 200 ? typed.slice(0, 200) + '…' : typed; }
    const isFile = fields.some((field) => typeof field[1] !== 'string' && field[1].size);
    return note(isFile ? 'photo' : 'no_words').textContent;
  }

  async function sendForm(form) {
    const it = taken(form);
    show(form, 'sending');
    if (whose) {
      try { await Keep.add(whose, it); } catch (error) { await sendFromPage(form, it); return; }
      await sendKept(form, it);
      return;
    }
    await sendFromPage(form, it);
  }

  /* It is on the phone already; whoever waits a moment is led on as usual. */
  async function sendKept(form, it) {
    let came = null;
    const sending = flush((item, how) => { if (item.key === it.key && item.address === it.address) { came = how; } });
    await Promise.race([sending, later(PATIENCE)]);
    if (came && came.how === 'done') { go(came.goTo); return; }
    if (came && came.how === 'refused') { put(came.page); return; }
    if (!(await Keep.waiting(whose)).some((one) => one.key === it.key && one.address === it.address)) { go(location.href); return; }
    if (!('outboxStays' in form.dataset)) { form.reset(); renewKey(form); }
    form.dataset.kept = '1';
    show(form, 'kept');
    list();
    again();
  }

  async function sendFromPage(form, it) {
    unsent.set(form, it);
    const how = await tryFromPage(form, it);
    if (how === 'no_line') { show(form, 'no_line'); again(); }
  }

  async function tryFromPage(form, it) {
    const token = form.querySelector('[name=csrfmiddlewaretoken]');
    let came = await Keep.post(it, token ? token.value : '');
    if (came.how === 'token') {
      try { came = await Keep.post(it, (await Keep.door()).token); } catch (error) { return 'no_line'; }
    }
    if (unsent.get(form) !== it) { return 'replaced'; }
    if (came.how === 'no_line' || came.how === 'token') { return 'no_line'; }
    if (came.how === 'sign_in') { unsent.delete(form); show(form, 'sign_in'); return 'sign_in'; }
    unsent.delete(form);
    if (came.how === 'done') { go(came.goTo); } else { put(came.page); }
    return came.how;
  }

  function show(form, name) {
    const before = form.querySelector('[data-note]');
    if (before) { before.remove(); }
    form.appendChild(note(name));
  }

  /* A key is what tells one write from another. */
  function renewKey(form) {
    const field = form.querySelector('input[name=key]');
    if (!field) { return; }
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    field.value = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  /* A kept page brings the same keys each time it is opened; what is written on it anew is another write. A form
     that stays filled in shows what she chose last, where that still waits. */
  async function freshen() {
    const forms = Array.from(document.querySelectorAll('form[data-outbox]'));
    forms.forEach(renewKey);
    if (!whose) { return; }
    for (const item of await Keep.waiting(whose)) {
      const form = forms.find((one) => 'outboxStays' in one.dataset && addressOf(one) === item.address);
      if (form) { refill(form, item); }
    }
  }

  function refill(form, item) {
    const chosen = new Set(item.fields.map((field) => field.join('=')));
    Array.from(form.elements).forEach((field) => {
      if (field.type === 'radio' || field.type === 'checkbox') {
        field.checked = chosen.has(`${field.name}=${field.value}`);
      } else if (field.name && field.name !== 'csrfmiddlewaretoken' && field.type !== 'file') {
        const value = item.fields.find((one) => one[0] === field.name);
        if (value) { field.value = value[1]; }
      }
    });
    form.dataset.kept = '1';
    show(form, 'kept');
  }

  function go(address) {
    const to = new URL(address || location.href, location.href);
    const isHere = to.pathname === location.pathname && to.search === location.search;
    if (!isHere) { location.assign(to.href); return; }
    if (to.hash) { location.hash = to.hash; }
    location.reload();
  }

  /* The server's own page with its sentence and all that was typed takes the place of this one's middle. */
  function put(fresh) {
    const next = fresh && fresh.getElementById('main');
    const main = document.getElementById('main');
    if (!next || !main) { return; }
    page.dataset.posted = '';
    main.parentNode.replaceChild(document.importNode(next, true), main);
    const errors = document.querySelector('#main .errors, #main .error') || document.getElementById('main');
    errors.setAttribute('tabindex', '-1');
    errors.focus();
    list();
  }

  /* --- sending, again and again --------------------------------------------------------------------- */

  async function flush(told) {
    let some = false;
    const how = await Keep.send(whose, (item, came) => {
      some = some || came.how === 'done';
      if (told) { told(item, came); }
    });
    if (how !== 'no_line') { wait = FIRST_WAIT; }
    if (how === 'no_line' || how === 'busy') { again(); }
    page.dataset.outboxSays = how;
    await list();
    tell();
    return { how, some };
  }

  /* Everything that waits, from the store or from the page. */
  async function sendAll() {
    clearTimeout(timer);
    for (const [form, it] of Array.from(unsent)) {
      if (await tryFromPage(form, it) === 'no_line') { again(); return; }
    }
    if (!whose || !(await Keep.waiting(whose)).some((item) => !item.refused)) { return; }
    const { some } = await flush();
    if (some && !isBusy()) { location.reload(); }
  }

  function again() {
    clearTimeout(timer);
    timer = setTimeout(sendAll, wait * (0.75 + Math.random() / 2));
    wait = Math.min(2 * wait, LONGEST_WAIT);
    if (whose && navigator.serviceWorker) {
      navigator.serviceWorker.ready.then((registered) => registered.sync && registered.sync.register(whose)).catch(() => {});
    }
  }

  /* Somebody is typing here: nothing is taken away from under them. */
  function isBusy() {
    return unsent.size > 0 || document.querySelector('form[data-live-to]') !== null || Array.from(document.querySelectorAll('#main form')).some((form) => (
      !form.dataset.kept && Array.from(form.elements).some((field) => field.type !== 'hidden' && (
        field.type === 'checkbox' || field.type === 'radio' ? field.checked !== field.defaultChecked
          : 'defaultValue' in field && field.value !== field.defaultValue))));
  }

  /* --- the list of what waits ------------------------------------------------------------------------ */

  async function list() {
    if (!whose) { return; }
    /* A page that writes live says by itself what waits of it. */
    const here = Array.from(document.querySelectorAll('form[data-live-to]')).map((form) => form.dataset.liveTo);
    const items = (await Keep.waiting(whose)).filter((item) => here.indexOf(item.address) < 0);
    const before = document.getElementById('outbox');
    if (!items.length) { if (before) { before.remove(); } return; }
    const box = wordsFor('#outbox');
    only(box, {
      waiting: items.some((item) => !item.refused),
      refused: items.some((item) => item.refused),
      sign_in: page.dataset.outboxSays === 'sign_in',
    });
    const rows = box.querySelector('ul');
    items.forEach((item) => rows.appendChild(rowOf(item)));
    const main = document.getElementById('main');
    if (before) { before.parentNode.replaceChild(box, before); } else { main.insertBefore(box, main.firstChild); }
  }

  function only(where, when) {
    Array.from(where.querySelectorAll('[data-if]')).forEach((part) => { if (!when[part.dataset.if]) { part.remove(); } });
  }

  function rowOf(item) {
    const row = wordsFor('[data-one]');
    only(row, { refused: item.refused, page: item.page && !item.refused });
    row.querySelector('[data-words]').textContent = item.words;
    row.querySelector('[data-when]').textContent = new Date(item.at).toLocaleString(document.documentElement.lang, {
      weekday: 'long', hour: '2-digit', minute: '2-digit',
    });
    if (item.refused) { row.querySelector('[data-sentence]').textContent = item.sentence || ''; }
    row.addEventListener('click', (event) => {
      const what = event.target.dataset && event.target.dataset.do;
      if (what === 'take-back') { takeBack(item); }
      if (what === 'open') { open(item); }
    });
    return row;
  }

  async function takeBack(item) {
    await Keep.remove(item.id);
    const box = note('taken_back');
    only(box, { tried: item.tried && !item.refused });
    const texts = item.fields.filter(([name, value]) => name !== 'key' && value.trim() && !/^([0-9a-f-]{32,36}|[-\d]{0,4}|on)$/.test(value));
    box.querySelector('[data-words]').textContent = item.page ? item.whole : texts.map((field) => field[1]).join('\n\n');
    await list();
    const main = document.getElementById('main');
    const first = document.getElementById('outbox');
    main.insertBefore(box, first ? first.nextSibling : main.firstChild);
    tell();
    /* What stands behind a refusal may go now. */
    sendAll();
  }

  /* Asked once more, the server draws its page with what was typed and what is amiss. It stays in the list
     until it is sent again from there or taken back. */
  async function open(item) {
    if (item.page) { location.assign(item.page); return; }
    let came;
    try {
      const here = await Keep.door();
      if (here.whose !== whose) { page.dataset.outboxSays = 'sign_in'; list(); return; }
      came = await Keep.post({ address: item.address, whose, fields: await Keep.fieldsOf(item) }, here.token);
    } catch (error) { again(); return; }
    if (came.how === 'done') { await Keep.remove(item.id); tell(); go(came.goTo); }
    if (came.how === 'refused') { put(came.page); }
  }

  /* --- signing out, or keeping nothing any more, with something still here ------------------------------ */

  function beforeForgetting(event, form) {
    if (!whose || form.dataset.sure) { return; }
    event.preventDefault();
    const goOn = () => {
      form.dataset.sure = '1';
      const worker = navigator.serviceWorker && navigator.serviceWorker.controller;
      if (worker && form.matches(SIGN_OUT)) { worker.postMessage('leave'); }
      whose = '';
      Keep.wipe().then(() => form.submit());
    };
    Keep.waiting(whose).then((items) => {
      if (!items.length) { goOn(); return; }
      const box = note('before_forgetting');
      box.addEventListener('click', (click) => {
        const what = click.target.dataset && click.target.dataset.do;
        if (what === 'stay') { box.remove(); }
        if (what === 'go') { goOn(); }
      });
      const main = document.getElementById('main');
      main.insertBefore(box, main.firstChild);
      box.focus();
    }, goOn);
  }

  /* --- other windows, and the worker ------------------------------------------------------------------- */

  const others = window.BroadcastChannel ? new BroadcastChannel('outbox') : null;
  const tell = () => { if (others) { others.postMessage('changed'); } };
  if (others) {
    others.onmessage = (event) => {
      if (event.data === 'forget') { whose = ''; return; }
      list();
    };
  }

  window.addEventListener('online', () => { wait = FIRST_WAIT; sendAll(); });
  document.addEventListener('visibilitychange', () => { if (!document.hidden) { sendAll(); } });

  async function begin() {
    /* The answer to a refused form keeps its key: sent again, it takes the place of what was refused. */
    if (!('posted' in page.dataset)) { await freshen(); }
    const workers = navigator.serviceWorker;
    if (!whose) {
      /* She took it back, or somebody else is signed in here: the kept pages go. What waits stays sealed
         until its writer is back, or until this browser is left or signed out. */
      if (!workers) { return; }
      const registered = await workers.getRegistration('/');
      if (registered) { await Keep.dropPages(); await registered.unregister(); }
      return;
    }
    if (workers) {
      const only_ = window.trustedTypes ? trustedTypes.createPolicy('worker', { createScriptURL: () => '/worker.js' }) : null;
      workers.register(only_ ? only_.createScriptURL('') : '/worker.js', { scope: '/' }).then(() => workers.ready).then((registered) => {
        const wanted = (words.dataset.keepAlso || '').split(' ').filter((address) => address);
        if (wanted.length && registered.active) { registered.active.postMessage({ keep: wanted }); }
      }).catch(() => {});
    }
    kept();
    await list();
    sendAll();
  }

  async function kept() {
    const box = document.getElementById('kept-pages');
    if (!box) { return; }
    const pages = await Keep.keptPages();
    pages.forEach((one) => {
      const link = document.createElement('a');
      link.href = one.path;
      link.textContent = one.label;
      const row = document.createElement('li');
      row.appendChild(link);
      box.querySelector('ul').appendChild(row);
    });
    box.hidden = !pages.length;
  }

  begin().catch(() => {});
})();
