/* A voice note, recorded on the page: record, stop, hear it, record it again, leave it out. What was
   recorded is put into the form's own file field and leaves with the form, by the form's own button.
   Without this script, or without a microphone, the file field takes a recording. */
(() => {
  'use strict';
  if (!window.MediaRecorder || !navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) { return; }

  /* What this browser records, the smallest for the same voice first. */
  const KINDS = [['audio/webm;codecs=opus', 'webm'], ['audio/ogg;codecs=opus', 'ogg'], ['audio/mp4', 'm4a']];
  const BITS_A_SECOND = 24000;
  const started = new WeakSet();

  function fits(kind) { return MediaRecorder.isTypeSupported(kind[0]); }

  function start(box) {
    if (started.has(box)) { return; }
    started.add(box);
    const kind = KINDS.find(fits);
    const field = box.querySelector('input[type=file]');
    const player = box.querySelector('audio');
    const count = box.querySelector('[data-count]');
    const most = Number(box.dataset.seconds);
    let recorder = null;
    let pieces = [];
    let clock = 0;
    let isFull = false;
    if (!kind || !canPut(field)) { return; }

    function say(name) { box.querySelector('[data-status]').textContent = box.dataset['said' + name] || ''; }

    function button(name) { return box.querySelector('[data-do=' + name + ']'); }

    function show(names) {
      ['record', 'stop', 'again', 'drop'].forEach((name) => { button(name).hidden = names.indexOf(name) < 0; });
      count.hidden = names.indexOf('stop') < 0;
    }

    function record() {
      navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } })
        .then(listen, (error) => {
          say(error.name === 'NotAllowedError' ? 'No' : 'None');
          field.hidden = false;
          show(['record']);
        });
    }

    function listen(sound) {
      clear();
      isFull = false;
      const begun = Date.now();
      recorder = new MediaRecorder(sound, { mimeType: kind[0], audioBitsPerSecond: BITS_A_SECOND });
      recorder.addEventListener('dataavailable', (event) => { if (event.data.size) { pieces.push(event.data); } });
      recorder.addEventListener('stop', () => {
        sound.getTracks().forEach((track) => { track.stop(); });
        clearInterval(clock);
        done();
      });
      recorder.start(1000);
      count.textContent = '0 / ' + most;
      clock = setInterval(() => {
        const seconds = Math.floor((Date.now() - begun) / 1000);
        count.textContent = Math.min(seconds, most) + ' / ' + most;
        if (seconds >= most) { isFull = true; stop(); }
      }, 250);
      show(['stop']);
      say('Recording');
      button('stop').focus();
    }

    function stop() { if (recorder && recorder.state !== 'inactive') { recorder.stop(); } }

    function done() {
      if (!document.contains(box)) { return; }
      const file = new File(pieces, 'voice.' + kind[1], { type: kind[0].split(';')[0] });
      put(field, [file]);
      player.src = URL.createObjectURL(file);
      player.hidden = false;
      show(['again', 'drop']);
      say(isFull ? 'Full' : 'Done');
      button('again').focus();
    }

    function clear() {
      if (player.src) { URL.revokeObjectURL(player.src); }
      player.removeAttribute('src');
      player.hidden = true;
      pieces = [];
      put(field, []);
    }

    button('record').addEventListener('click', record);
    button('again').addEventListener('click', record);
    button('stop').addEventListener('click', stop);
    button('drop').addEventListener('click', () => {
      clear();
      show(['record']);
      say('Gone');
      button('record').focus();
    });
    /* Sent in the middle of a word: the recording ends first, and then goes along. */
    if (field.form) {
      field.form.addEventListener('submit', (event) => {
        if (!recorder || recorder.state === 'inactive') { return; }
        event.preventDefault();
        event.stopImmediatePropagation();
        const pressed = field.form.querySelector('button:not([type=button])');
        recorder.addEventListener('stop', () => { setTimeout(() => { pressed.click(); }, 0); });
        stop();
      }, true);
    }
    window.addEventListener('pagehide', stop);
    field.hidden = true;
    box.querySelector('[data-recorder]').hidden = false;
  }

  function put(field, files) {
    const carrier = new DataTransfer();
    files.forEach((file) => { carrier.items.add(file); });
    field.files = carrier.files;
  }

  /* Some older browsers cannot put a file into a field: there the field is what one gets. */
  function canPut(field) {
    try {
      put(field, [new File(['.'], 'x')]);
      const isThere = field.files.length === 1;
      put(field, []);
      return isThere;
    } catch (error) {
      return false;
    }
  }

  function startAll() { document.querySelectorAll('[data-voice]').forEach(start); }

  startAll();
  /* Parts of a page are drawn anew when somebody else did something. */
  new MutationObserver(startAll).observe(document.documentElement, { childList: true, subtree: true });
})();
