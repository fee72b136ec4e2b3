/* Hints for staff while they type: when the typing pauses, the house is asked what there is to say about
   the text, and that stands under the field. It answers by the same rules as when the form is sent, and
   keeps nothing. Only fields that it marked for this have it: those of staff, never her own. Without
   this script the hints come once, when the form is sent. Written for a phone of 2018 (Chrome 70). */
(() => {
  'use strict';
  const PAUSE = 800;
  const SECONDS_FOR_AN_ANSWER = 20;
  const watched = new WeakMap();

  function watch(field) {
    if (!watched.has(field)) {
      const place = document.createElement('div');
      place.setAttribute('aria-live', 'polite');
      const around = field.closest('.input') || field;
      around.parentNode.insertBefore(place, around.nextSibling);
      watched.set(field, { place, waits: 0, asking: false, looked: null });
    }
    return watched.get(field);
  }

  function typed(event) {
    const field = event.target;
    if (!field.dataset || !field.dataset.hints || !field.form) { return; }
    const one = watch(field);
    clearTimeout(one.waits);
    one.waits = setTimeout(() => { ask(field, one); }, PAUSE);
    settle(field.form);
  }

  function ask(field, one) {
    const text = field.value;
    if (one.asking || text === one.looked) { return; }
    if (!text.trim()) { show(one, null, text); settle(field.form); return; }
    const body = new FormData();
    body.append('text', text);
    body.append('csrfmiddlewaretoken', field.form.elements.csrfmiddlewaretoken.value);
    one.asking = true;
    const request = new XMLHttpRequest();
    request.open('POST', field.dataset.hints);
    request.responseType = 'document';
    request.timeout = 1000 * SECONDS_FOR_AN_ANSWER;
    request.addEventListener('load', () => {
      if (request.status === 200) { show(one, request.response, text); }
    });
    request.addEventListener('loadend', () => {
      one.asking = false;
      if (field.value !== text) {
        clearTimeout(one.waits);
        one.waits = setTimeout(() => { ask(field, one); }, PAUSE);
      }
      settle(field.form);
    });
    request.send(body);
  }

  /* Said again only when it is something else. */
  function show(one, answer, text) {
    one.looked = text;
    const fresh = answer && answer.querySelector('.note');
    const was = one.place.firstElementChild;
    if (fresh && was && was.isEqualNode(fresh)) { return; }
    if (was) { one.place.removeChild(was); }
    if (fresh) { one.place.appendChild(document.importNode(fresh, true)); }
  }

  /* Where everything was looked at as it stands, and the hints were seen, the form need not come back with them. */
  function settle(form) {
    const fields = Array.from(form.elements).filter((field) => field.dataset.hints && field.value.trim());
    const ones = fields.map((field) => watched.get(field));
    const isSeen = ones.some((one) => one && one.place.firstElementChild) &&
      fields.every((field, number) => ones[number] && ones[number].looked === field.value);
    const mark = form.querySelector('[data-seen-while-typing]');
    if (mark && !isSeen) { mark.parentNode.removeChild(mark); }
    if (!mark && isSeen) {
      const seen = document.createElement('input');
      seen.type = 'hidden';
      seen.name = 'as_it_is';
      seen.value = '1';
      seen.dataset.seenWhileTyping = '';
      form.appendChild(seen);
    }
  }

  document.addEventListener('input', typed);
})();
