/* What a phone keeps for its owner while there is no line: texts that wait to go out, and pages to read.
   Used by the pages (`outbox.js`) and by the worker (`worker.js`), so that both keep and send alike.

   Nothing here is made until something is kept, and nothing is kept unless she said yes on this device.
   All of it lies encrypted under a key that scripts can use and cannot read. That keeps it from whoever
   reads the files of the browser word by word; not from whoever opens this browser on this phone.

   What waits goes out in the order in which it was written, lane by lane, one after the other. The next
   leaves only after an answer to the one before, and the server knows a write that comes twice. So two
   windows may send at once, and an answer may get lost: each arrives once, in order.

   Written for a phone of 2018 (Chrome 70). */
self.Keep = (() => {
  'use strict';
  const NAME = 'kept';
  /* Pages that nobody looked at for so long are not shown any more. What waits is never dropped. */
  const DAYS = 14;
  /* The worker's note to itself that she left without a line: nothing is in it. See `worker.js`. */
  const LEFT = 'left';
  const SECONDS_FOR_AN_ANSWER = 30;
  const BYTES_A_SECOND = 4000;
  let opened = null;
  /* She left, or it was ended from elsewhere: nothing that is still under way here is put back. */
  let isWiped = false;

  /* --- the store ------------------------------------------------------------------------------ */

  function store() {
    if (!opened) {
      opened = new Promise((resolve, reject) => {
        const asked = indexedDB.open(NAME, 1);
        asked.onupgradeneeded = () => {
          asked.result.createObjectStore('key');
          asked.result.createObjectStore('waiting', { keyPath: 'id', autoIncrement: true });
          asked.result.createObjectStore('pages', { keyPath: 'path' });
        };
        asked.onsuccess = () => {
          const database = asked.result;
          /* Somebody wipes it: let go at once, or the wiping waits for us. */
          database.onversionchange = () => { database.close(); opened = null; };
          database.onclose = () => { opened = null; };
          resolve(database);
        };
        asked.onerror = () => { opened = null; reject(asked.error); };
      });
    }
    return opened;
  }

  /* One step in one table. It is done when it is on the disk. */
  function step(table, mode, act) {
    if (isWiped) { return Promise.resolve(); }
    return store().then((database) => new Promise((resolve, reject) => {
      const change = database.transaction(table, mode);
      const asked = act(change.objectStore(table));
      change.oncomplete = () => resolve(asked.result);
      change.onerror = () => reject(change.error);
      change.onabort = () => reject(change.error);
    }));
  }

  /* Look at a row and change it in one go: nobody else comes between. `change` gets the row, or nothing when
     it is gone, and gives what shall stand there. */
  function alter(id, change) {
    if (isWiped) { return Promise.resolve(null); }
    return store().then((database) => new Promise((resolve, reject) => {
      const going = database.transaction('waiting', 'readwrite');
      const rows = going.objectStore('waiting');
      let row = null;
      const put = (found) => { row = change(found); if (row) { rows.put(row); } };
      if (id) { rows.get(id).onsuccess = (event) => put(event.target.result); } else { put(); }
      going.oncomplete = () => resolve(row);
      going.onerror = () => reject(going.error);
      going.onabort = () => reject(going.error);
    }));
  }

  const all = (table) => step(table, 'readonly', (rows) => rows.getAll()).then((rows) => rows || []);

  async function key() {
    const known = await step('key', 'readonly', (rows) => rows.get('key'));
    if (known) { return known; }
    const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    /* Two windows may make one at once: the first one counts, for both. */
    try { await step('key', 'readwrite', (rows) => rows.add(made, 'key')); } catch (error) { /* the other was first */ }
    return step('key', 'readonly', (rows) => rows.get('key'));
  }

  async function seal(bytes) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, sealed: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await key(), bytes) };
  }

  async function unseal(box) {
    return crypto.subtle.decrypt({ name: 'AES-GCM', iv: box.iv }, await key(), box.sealed);
  }

  const sealThing = (thing) => seal(new TextEncoder().encode(JSON.stringify(thing)));
  const unsealThing = async (box) => JSON.parse(new TextDecoder().decode(await unseal(box)));

  /* --- what waits ------------------------------------------------------------------------------ */

  /* A row is, in clear: whose it is, how often it was tried, whether it was refused. All else is sealed:
     `address`, `lane`, `key` (the form's own), `fields`, `at`, `sentence`, and the names of files. What was typed
     in a paper that is written together has that paper's `page`, and the `whole` text as its writer saw it. */

  async function read(row) {
    return Object.assign(await unsealThing(row.box), {
      id: row.id, whose: row.whose, tried: row.tried, refused: row.refused, files: row.files,
    });
  }

  /* What waits of one person, first written first. */
  async function waiting(whose) {
    const rows = (await all('waiting')).filter((row) => row.whose === whose);
    return Promise.all(rows.map(read));
  }

  /* Keep a form. The same form again, mended after a refusal or changed before it was tried, takes the
     place of what it was. */
  async function add(whose, form) {
    const files = [];
    const fields = [];
    for (const [name, value] of form.fields) {
      if (typeof value === 'string') { fields.push([name, value]); continue; }
      if (!value.size && !value.name) { continue; }
      const bytes = await new Response(value).arrayBuffer();
      files.push({ box: await seal(bytes), name: await sealThing({ field: name, name: value.name, type: value.type }) });
    }
    const said = saidIn(form, fields);
    const row = { whose, tried: 0, refused: false, files, box: await sealThing(said) };
    const before = (await waiting(whose)).find((one) => one.key === form.key && one.address === form.address);
    await alter(before && before.id, (found) => {
      /* What is on its way may have arrived: then this is another one, behind it. */
      if (found && (found.refused || !found.tried)) { row.id = found.id; }
      return row;
    });
  }

  function saidIn(form, fields) {
    const { address, lane, key: its, words, page, whole } = form;
    return { address, lane, key: its, at: form.at || Date.now(), words, page, whole, fields };
  }

  /* Put forms in the place of the rows `before`, all in one go, and give the ids of the new ones. What is on its way
     may still arrive; when it did, it takes away nothing that came after it. */
  async function replace(whose, before, forms) {
    const rows = await Promise.all(forms.map(async (form) => (
      { whose, tried: 0, refused: false, files: [], box: await sealThing(saidIn(form, form.fields)) })));
    const made = [];
    await step('waiting', 'readwrite', (table) => {
      before.forEach((id) => { table.delete(id); });
      rows.forEach((row) => { table.add(row).onsuccess = (event) => { made.push(event.target.result); }; });
      return table.count();
    });
    return made;
  }

  const remove = (id) => step('waiting', 'readwrite', (rows) => rows.delete(id));

  /* From here on nobody can say that it did not arrive. Gives the row as it stands, or nothing when it is gone. */
  const nowTried = (id) => alter(id, (row) => row && Object.assign(row, { tried: row.tried + 1 }));

  async function nowRefused(item, sentence) {
    const box = await sealThing(Object.assign(saidIn(item, item.fields), { sentence }));
    return alter(item.id, (row) => row && Object.assign(row, { refused: true, box }));
  }

  async function fieldsOf(item) {
    const fields = item.fields.slice();
    for (const file of item.files) {
      const about = await unsealThing(file.name);
      fields.push([about.field, new File([await unseal(file.box)], about.name || 'file', { type: about.type })]);
    }
    return fields;
  }

  /* --- sending ------------------------------------------------------------------------------- */

  function ask(address, options, seconds) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), seconds * 1000);
    return fetch(address, Object.assign({ credentials: 'same-origin', cache: 'no-store', signal: abort.signal }, options))
      .then((answer) => answer.text().then((text) => { clearTimeout(timer); return { answer, text }; }),
        (error) => { clearTimeout(timer); throw error; });
  }

  /* Who is signed in here now, and the token that a form of today carries. Another website cannot read this
     answer, just as it cannot read a page of ours, so the token proves as much as one in a page. */
  async function door() {
    const { answer, text } = await ask('/door/', {}, SECONDS_FOR_AN_ANSWER);
    if (answer.headers.get('X-Forget')) { await wipe(); return { whose: '', token: '', forgotten: true }; }
    if (!answer.ok) { throw new Error('no door'); }
    return JSON.parse(text);
  }

  /* Send one form. What comes back:
     done (`goTo`) · refused (`page`, `sentence`) · sign_in · token · no_line: nobody knows whether it arrived. */
  async function post(form, token) {
    const body = new FormData();
    let size = 0;
    form.fields.forEach(([name, value]) => {
      size += value.size || value.length;
      if (typeof value === 'string') { body.append(name, value); } else { body.append(name, value, value.name); }
    });
    body.append('csrfmiddlewaretoken', token);
    const seconds = SECONDS_FOR_AN_ANSWER + size / BYTES_A_SECOND;
    let came;
    try {
      came = await (self.XMLHttpRequest ? carry : carryWithoutParser)(form.address, body, form.whose || '-', seconds);
    } catch (error) { return { how: 'no_line' }; }
    if (came.says === 'done') { return { how: 'done', goTo: came.goTo }; }
    if (came.says === 'token') { return { how: 'token' }; }
    if (came.status === 401 || came.wasSentOn) { return { how: 'sign_in' }; }
    if (came.status >= 400 && came.status < 500 && came.status !== 408 && came.status !== 429) {
      return { how: 'refused', page: came.page, sentence: came.sentence };
    }
    return { how: 'no_line' };
  }

  /* On a page: its own parser reads what comes back, so that the server's page can be shown. */
  function carry(address, body, name, seconds) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('POST', address);
      request.responseType = 'document';
      request.timeout = seconds * 1000;
      request.setRequestHeader('X-Outbox', name);
      request.onerror = request.ontimeout = request.onabort = reject;
      request.onload = () => {
        const page = request.response;
        let parts = page ? page.querySelectorAll('main .error') : [];
        if (page && !parts.length) { parts = page.querySelectorAll('main .errors'); }
        resolve({
          status: request.status,
          says: request.getResponseHeader('X-Outbox'),
          goTo: request.getResponseHeader('X-Go-To'),
          wasSentOn: pathOf(request.responseURL || address) !== pathOf(address),
          page,
          sentence: Array.from(parts).map((part) => part.textContent.trim()).join(' ').replace(/\s+/g, ' '),
        });
      };
      request.send(body);
    });
  }

  /* In the worker, which has no parser: the sentences are what stands between the marks of errors. */
  async function carryWithoutParser(address, body, name, seconds) {
    const { answer, text } = await ask(address, { method: 'POST', body, headers: { 'X-Outbox': name } }, seconds);
    const between = (marks) => {
      const found = [];
      text.replace(marks, (whole, inside) => { found.push(inside); return ''; });
      return found;
    };
    let found = between(/<span class="error">([^]*?)<\/span>\s*<\/div>/g);
    if (!found.length) { found = between(/<div class="errors"[^>]*>([^]*?)<\/div>/g); }
    return {
      status: answer.status,
      says: answer.headers.get('X-Outbox'),
      goTo: answer.headers.get('X-Go-To'),
      wasSentOn: answer.redirected,
      sentence: plain(found.join(' ').replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim(),
    };
  }

  const plain = (text) => text.replace(/&#x27;/g, '’').replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');

  /* Send all that waits, in order. Ends with: empty · refused · sign_in · no_line · busy. `told` hears of each
     that is through or refused. One sender at a time where the browser can say so; two do no harm. */
  function send(whose, told) {
    if (self.navigator && navigator.locks) {
      return navigator.locks.request('outbox', { ifAvailable: true }, (lock) => (lock ? sendAll(whose, told) : 'busy'));
    }
    return sendAll(whose, told);
  }

  async function sendAll(whose, told) {
    let here = null;
    for (;;) {
      const items = await waiting(whose);
      const closed = items.filter((item) => item.refused).map((item) => item.lane);
      const first = items.find((item) => closed.indexOf(item.lane) < 0);
      if (!first) { return closed.length ? 'refused' : 'empty'; }
      try { here = here || await door(); } catch (error) { return 'no_line'; }
      if (here.whose !== whose) { return 'sign_in'; }
      const row = await nowTried(first.id);
      if (!row) { continue; }
      const item = await read(row);
      const form = { address: item.address, whose, fields: await fieldsOf(item) };
      let came = await post(form, here.token);
      if (came.how === 'token') {
        try { here = await door(); } catch (error) { return 'no_line'; }
        if (here.whose !== whose) { return 'sign_in'; }
        came = await post(form, here.token);
      }
      if (came.how === 'done') {
        await keepSent(item);
        await remove(item.id);
      } else if (came.how === 'refused') {
        await nowRefused(item, came.sentence);
      } else {
        return came.how === 'sign_in' ? 'sign_in' : 'no_line';
      }
      if (told) { told(item, came); }
    }
  }

  /* --- pages to read ---------------------------------------------------------------------------- */

  const TAG = /<body[^>]*\sdata-keep="([0-9a-f]+)"[^>]*>/;
  const LABEL = /<body[^>]*\sdata-keep-offline="([^"]+)"[^>]*>/;

  /* Keep a page, if it says that it may be kept and for whom, and say whether it was. Pages of somebody else go. */
  async function keepPage(address, html, policy) {
    const whose = TAG.exec(html);
    const label = LABEL.exec(html);
    if (!whose || !label || new URL(address, self.location.href).search) { return false; }
    const now = Date.now();
    for (const row of await all('pages')) {
      if (row.whose !== whose[1] || now - row.at > DAYS * 86400000) { await dropPage(row.path); }
    }
    const box = await sealThing({ html, policy, label: plain(label[1]) });
    await step('pages', 'readwrite', (rows) => rows.put({ path: pathOf(address), whose: whose[1], at: now, box }));
    return true;
  }

  /* How things stand in a page that changed since it was kept. */
  const keepState = (address, state) => alterPage(address, (page) => Object.assign(page, { state, sent: [] }));

  /* What was typed in a page and went out from another one still stands in it, when it is opened without a line. */
  async function keepSent(item) {
    if (item.page) { await alterPage(item.page, (page) => Object.assign(page, { sent: (page.sent || []).concat([item.fields]) })); }
  }

  async function alterPage(address, change) {
    const row = await step('pages', 'readonly', (rows) => rows.get(pathOf(address)));
    if (!row) { return; }
    const box = await sealThing(change(await unsealThing(row.box)));
    await step('pages', 'readwrite', (rows) => rows.put(Object.assign(row, { box })));
  }

  const pathOf = (address) => new URL(address, self.location.href).pathname;
  const dropPages = () => step('pages', 'readwrite', (rows) => rows.clear());
  const dropPage = (path) => step('pages', 'readwrite', (rows) => rows.delete(path));

  async function keptPage(address, days) {
    const row = await step('pages', 'readonly', (rows) => rows.get(pathOf(address)));
    return row && Date.now() - row.at <= (days || DAYS) * 86400000 ? unsealThing(row.box) : null;
  }

  /* Where the kept pages are and what they are called. */
  async function keptPages() {
    const rows = (await all('pages')).filter((row) => Date.now() - row.at <= DAYS * 86400000);
    return Promise.all(rows.map(async (row) => ({ path: row.path, label: (await unsealThing(row.box)).label })));
  }

  /* --- forgetting -------------------------------------------------------------------------------- */

  if (self.BroadcastChannel) {
    new BroadcastChannel('outbox').onmessage = (event) => { if (event.data === 'forget') { isWiped = true; } };
  }

  function wipe() {
    isWiped = true;
    const gone = opened ? opened.then((database) => database.close(), () => {}) : Promise.resolve();
    opened = null;
    const database = gone.then(() => new Promise((resolve) => {
      const asked = indexedDB.deleteDatabase(NAME);
      asked.onsuccess = asked.onerror = asked.onblocked = () => resolve();
    }));
    const files = self.caches
      ? caches.keys().then((names) => Promise.all(names.filter((name) => name !== LEFT).map((name) => caches.delete(name))))
      : Promise.resolve();
    return Promise.all([database, files]).catch(() => {});
  }

  return {
    add, replace, waiting, remove, fieldsOf, door, post, send,
    plain, keepPage, keepState, keptPage, keptPages, dropPage, dropPages, wipe,
  };
})();
