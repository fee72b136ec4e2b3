/* Her own device is a witness: it remembers how long the list was and its root, and sees by itself that
   the list only grew. It asks for a proof (RFC 9162, section 2.1.4.2) and works it out anew, so that it
   need not believe us. Only two numbers and a day are kept, only on a device that she said is hers, and
   "Leave this page" and signing out take them away. */
(() => {
  'use strict';
  const box = document.getElementById('witness');
  if (!box || !window.crypto || !crypto.subtle) { return; }
  const KEPT = 'list';

  /* --- the arithmetic of the tree ---------------------------------------------------------------- */

  const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
  const hexOf = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
  /* Sizes go beyond what the bit operators of this language can hold. */
  const half = (number) => Math.floor(number / 2);
  const isOdd = (number) => number % 2 === 1;
  const isWhole = (size) => { while (!isOdd(size)) { size = half(size); } return size === 1; };

  function node(left, right) {
    const both = bytesOf('01' + left + right);
    return crypto.subtle.digest('SHA-256', both).then(hexOf);
  }

  async function isConsistent(before, rootBefore, size, root, proof) {
    if (!Number.isSafeInteger(size) || before < 1 || before > size) { return false; }
    if (!proof.every((step) => /^[0-9a-f]{64}$/.test(step))) { return false; }
    if (before === size) { return proof.length === 0 && rootBefore === root; }
    const steps = isWhole(before) ? [rootBefore].concat(proof) : proof.slice();
    if (!steps.length) { return false; }
    let at = before - 1;
    let last = size - 1;
    while (isOdd(at)) { at = half(at); last = half(last); }
    let foundBefore = steps[0];
    let found = steps[0];
    for (const step of steps.slice(1)) {
      if (last === 0) { return false; }
      if (isOdd(at) || at === last) {
        foundBefore = await node(step, foundBefore);
        found = await node(step, found);
        while (!isOdd(at) && at !== 0) { at = half(at); last = half(last); }
      } else {
        found = await node(found, step);
      }
      at = half(at);
      last = half(last);
    }
    return last === 0 && foundBefore === rootBefore && found === root;
  }

  /* --- what is kept, and what is said -------------------------------------------------------------- */

  function kept() {
    try {
      const found = JSON.parse(localStorage.getItem(KEPT));
      return found && found.space === box.dataset.space && Number.isSafeInteger(found.size) ? found : null;
    } catch (error) { return null; }
  }

  function keep(size, root) {
    try {
      localStorage.setItem(KEPT, JSON.stringify({ space: box.dataset.space, size, root, at: Date.now() }));
      return true;
    } catch (error) { return false; }
  }

  function say(what, at) {
    const line = box.querySelector(`[data-when=${what}]`);
    const time = line.querySelector('time');
    if (time && at) { time.textContent = new Date(at).toLocaleDateString(document.documentElement.lang); }
    line.hidden = false;
    box.hidden = false;
  }

  async function look() {
    const before = kept();
    if (!before) {
      if (Number(box.dataset.size) > 0 && keep(Number(box.dataset.size), box.dataset.root)) { say('kept'); }
      return;
    }
    const answer = await fetch(`${box.dataset.proof}?from=${before.size}`, { credentials: 'same-origin' });
    if (!answer.ok) { say('unknown'); return; }
    const shown = await answer.json();
    if (await isConsistent(before.size, before.root, shown.size, shown.root, shown.proof)) {
      say('grew', before.at);
      keep(shown.size, shown.root);
    } else {
      /* What was kept stays: it is what shows that something is wrong. */
      say('changed', before.at);
    }
  }

  look().catch(() => { say('unknown'); });
})();
